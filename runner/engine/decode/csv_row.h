#pragma once

#include <duckdb.hpp>

#include "runner/engine/decode/csv_scan.h"

namespace weir::engine {

// Writes records of a delimited file into rows of a chunk, each value by the grammar of its column's type. Texts of good
// rows refer to the record: it must outlive what reads the chunk.
class CsvRow {
 public:
  CsvRow(const CsvScan& scan, duckdb::DataChunk& chunk) : scan_(scan), row_(scan.rules, chunk) {}

  void Write(duckdb::idx_t row, const RecordText& record, const std::vector<formats::CsvValue>& values);
  void Broken(duckdb::idx_t row, const RecordText& record, formats::RecordProblem problem, std::size_t column);
  void Miscounted(duckdb::idx_t row, const RecordText& record, std::size_t values);

 private:
  bool IsMissing(const formats::CsvValue& value, formats::ValueType type) const;

  const CsvScan& scan_;
  ScanRow row_;
};

}  // namespace weir::engine
