#pragma once

#include <duckdb.hpp>

#include "runner/engine/csv_scan.h"

namespace weir::engine {

// A record as it stands in the file.
struct RecordText {
  std::string_view text;
  std::int64_t line = 0;
  bool ascii = false;  // known to be; else it may be
};

// Writes records of a delimited file into rows of a chunk, each value by the grammar of its column's type. Texts of good
// rows refer to the record: it must outlive what reads the chunk.
class CsvRow {
 public:
  CsvRow(const CsvScan& scan, duckdb::DataChunk& chunk) : scan_(scan), chunk_(chunk) {}

  void Write(duckdb::idx_t row, const RecordText& record, const std::vector<formats::CsvValue>& values);
  void Broken(duckdb::idx_t row, const RecordText& record, formats::RecordProblem problem, std::size_t column);
  void Miscounted(duckdb::idx_t row, const RecordText& record, std::size_t values);

 private:
  enum Extra : std::size_t { kBad, kColumn, kReason, kLine, kText };

  void Refuse(duckdb::idx_t row, const RecordText& record, const std::string& column, const std::string& reason);
  bool IsMissing(const formats::CsvValue& value, formats::ValueType type) const;
  formats::Misfit WriteValue(duckdb::Vector& vector, duckdb::idx_t row, const formats::CsvValue& value, const CsvTarget& target) const;
  void WriteText(duckdb::Vector& vector, duckdb::idx_t row, const formats::CsvValue& value) const;
  duckdb::Vector& ExtraVector(Extra extra) { return chunk_.data[scan_.targets.size() + extra]; }

  const CsvScan& scan_;
  duckdb::DataChunk& chunk_;
};

}  // namespace weir::engine
