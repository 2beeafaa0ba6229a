#pragma once

#include <filesystem>
#include <string>

namespace weir::cli {

// Removes what killed processes left in the lake's folder: the folders of pods in `pods`, states and other files that were
// not finished, and data files below `part/` of a table that are older than a day and that no entry of its log ever named. A
// table without a log, or with one that cannot be read, keeps all files: they may be what is to be restored. The caller holds
// the lake's lock, so that nobody else writes there, and runs no pod yet.
void RemoveLeftovers(const std::string& lake, const std::filesystem::path& pods);

}  // namespace weir::cli
