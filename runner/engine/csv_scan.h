#pragma once

#include <duckdb.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crds/base/result.h"
#include "runner/formats/csv_blocks.h"
#include "runner/formats/instant.h"

namespace weir::engine {

// A declared column of a delimited file.
struct CsvTarget {
  std::size_t place = 0;  // in a record, from 0
  formats::ColumnType type;
  std::string word;  // of the type
  std::string name;
  bool nullable = true;
};

// One scan of a delimited file by several threads of DuckDB: `weir_csv(<address of this>)` has a row for each record, in
// file order, with c0, c1, ... in the declared types, and of a record that does not fit: bad (true), col, reason, line, text.
struct CsvScan {
  formats::CsvBlocks& blocks;
  std::size_t columns = 0;         // of the file
  std::vector<std::string> names;  // of them
  std::vector<CsvTarget> targets;
  std::vector<std::string> nullTexts;
  std::optional<formats::TimestampFormat> timestampFormat;
  std::string encoding;    // for people
  bool keepTexts = false;  // text of good rows too: a check may set them aside

  std::mutex mutex;            // guards blocks and error
  std::optional<Error> error;  // what ended the scan early
};

inline constexpr const char* kCsvScan = "weir_csv";

void RegisterCsvScan(duckdb::DatabaseInstance& database);

}  // namespace weir::engine
