#pragma once

#include <vector>

#include "runner/engine/session.h"

namespace weir::engine {

// Format and columns of files that one Dataset is to hold; at least one. The extension of the first says JSON (.json,
// .ndjson, .jsonl) or Parquet (.parquet), with or without .gz; everything else is read as delimited text. JSON and delimited
// text are read to their end (formats/*_inference.h). Fault::Data, reason "FileUnreadable", also for a file that cannot be
// declared: more columns than a Dataset has, a name that is too long. Fault::Invalid, reason "OtherShape", for files that
// differ in format, header or the types of Parquet.
Result<SniffedFile> SniffFiles(Session& session, const std::vector<InputFile>& files);

}  // namespace weir::engine
