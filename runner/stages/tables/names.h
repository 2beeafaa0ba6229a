#pragma once

#include <string>

#include "crds/base/time.h"
#include "runner/stages/files/file_zone.h"

namespace weir::stages {

// Where stages put what they write. `suffix` makes another name for what would else share one.

// In a zone of files: "file_land_timestamp=5/data_5.csv" for what landed as "data.csv" at second 5.
std::string LandedPath(const std::string& name, Time landed, const std::string& suffix = "");
// The same place under another name.
std::string WithSuffix(const std::string& path, const std::string& suffix);
// Short, the same for the same identity and different for different ones.
std::string MarkOf(const FileIdentity& identity);

// Of a decoded file, beside its input's place: "file_land_timestamp=5/data_5.csv.parquet".
std::string DecodedPath(const std::string& input, const std::string& suffix = "");

}  // namespace weir::stages
