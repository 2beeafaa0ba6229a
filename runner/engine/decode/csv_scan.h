#pragma once

#include <duckdb.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crds/base/result.h"
#include "runner/engine/decode/scan_row.h"
#include "runner/formats/csv/csv_blocks.h"

namespace weir::engine {

// One scan of a delimited file by several threads of DuckDB: `weir_csv(<address of this>)` has a row for each record, in
// file order (scan_row.h).
struct CsvScan {
  formats::CsvBlocks& blocks;
  std::size_t columns = 0;         // of the file
  std::vector<std::string> names;  // of them
  ScanRules rules;
  std::vector<std::string> nullTexts;
  std::string encoding;  // for people

  std::mutex mutex;            // guards blocks and error
  std::optional<Error> error;  // what ended the scan early
};

inline constexpr const char* kCsvScan = "weir_csv";

void RegisterCsvScan(duckdb::DatabaseInstance& database);

}  // namespace weir::engine
