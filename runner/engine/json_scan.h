#pragma once

#include <atomic>
#include <duckdb.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crds/base/result.h"
#include "runner/engine/scan_row.h"
#include "runner/formats/json_blocks.h"

namespace weir::engine {

// One scan of a JSON file by several threads of DuckDB: `weir_json(<address of this>)` has a row for each record, in file
// order (scan_row.h). The place of a target is that of its key in `keys`; keys that are not there are ignored, a key that
// a record lacks is missing.
struct JsonScan {
  formats::JsonBlocks& blocks;
  std::vector<std::string> keys;  // distinct
  ScanRules rules;

  std::atomic<std::int64_t> objects = 0;  // records that are JSON objects, whatever their values are
  std::mutex mutex;                       // guards blocks and error
  std::optional<Error> error;             // what ended the scan early
};

inline constexpr const char* kJsonScan = "weir_json";

void RegisterJsonScan(duckdb::DatabaseInstance& database);

}  // namespace weir::engine
