#pragma once

#include <string>
#include <vector>

#include "cli/init/data_files.h"
#include "cli/init/inference.h"

namespace weir::cli {

// What `weir init` found: one entry for each Dataset.
struct InferredShapes {
  std::string folder;  // absolute: the deepest one that holds all files, for the store `source`
  std::vector<InferredFile> files;
  std::vector<std::string> notes;  // what was left out or kept apart
};

// Judges each file, then those of one folder, format and header together where their names have one path with a wildcard
// (WildcardFor); what the path would take and does not fit is excluded. JSON keys may be optional in a series. Names of Datasets
// are distinct. A file of a folder, or of a series with others, that is no data is left out with a note; faults of other files
// that were given by name, and of a folder without any data, are those of Infer; reason "NameTaken" for two of one name.
Result<InferredShapes> InferShapes(engine::Engine& engine, const GivenFiles& given, ReadingProgress& progress);

}  // namespace weir::cli
