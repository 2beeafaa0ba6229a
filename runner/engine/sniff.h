#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runner/engine/session.h"

namespace weir::engine {

// Format and columns of a file by its extension (.csv, .tsv, .txt, .json, .ndjson, .jsonl, .parquet, with or without .gz)
// and its first rows. Fault::Data, reason "FileUnreadable".
Result<std::pair<api::Format, std::vector<api::Column>>> SniffFile(Session& session, const std::string& name, const std::string& path);

}  // namespace weir::engine
