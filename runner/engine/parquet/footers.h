#pragma once

#include <string>
#include <vector>

#include "runner/engine/session.h"

namespace weir::engine {

// Holds the footers of Parquet files against what their log says; `names` are the files' as SQL literals. What is read
// stays in DuckDB's cache for the scan that follows. Fault::Data, reason "FileUnreadable", for the first file that is gone,
// has another size or number of rows, or no footer that can be read; faults of the store as they came.
Status CheckFooters(Session& session, const std::vector<InputFile>& files, const std::vector<std::string>& names);

}  // namespace weir::engine
