#pragma once

#include <string>

#include "runner/engine/session.h"

namespace weir::engine {

// Format and columns of a file. The extension says JSON (.json, .ndjson, .jsonl) or Parquet (.parquet), with or without
// .gz; everything else is read as delimited text. JSON and delimited text are read to their end (formats/*_inference.h).
// Fault::Data, reason "FileUnreadable", also for a file that cannot be declared: more columns than a Dataset has, a name
// that is too long.
Result<SniffedFile> SniffFile(Session& session, const std::string& name, const std::string& path);

}  // namespace weir::engine
