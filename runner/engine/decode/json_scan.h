#pragma once

#include <atomic>
#include <duckdb.hpp>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crds/base/result.h"
#include "runner/engine/decode/scan_row.h"
#include "runner/formats/json/json_blocks.h"

namespace weir::engine {

// One scan of a JSON file by several threads of DuckDB: `weir_json(<address of this>)` has a row for each record, in file
// order (scan_row.h). The place of a target is that of its key in `keys`; keys that are not there are ignored, a key that
// a record lacks is missing.
struct JsonScan {
  formats::JsonBlocks& blocks;
  std::vector<std::string> keys;  // distinct
  ScanRules rules;

  std::atomic<std::int64_t> objects = 0;  // records that are JSON objects, whatever their values are
  std::mutex mutex;                       // guards what is not atomic
  std::optional<Error> error;             // what ended the scan early
  std::int64_t records = 0;               // of which every key is known
  std::vector<bool> found;                // by key: whether one of these has it
  std::set<std::string> others;           // keys of the file that are no column's, some of them
};

inline constexpr const char* kJsonScan = "weir_json";

void RegisterJsonScan(duckdb::DatabaseInstance& database);

}  // namespace weir::engine
