#pragma once

#include <duckdb.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/formats/encoding/utf8.h"
#include "runner/formats/values/instant.h"
#include "runner/formats/values/value.h"

namespace weir::engine {

// A declared column that a scan of ours fills.
struct ScanTarget {
  std::size_t place = 0;  // among the values of a record, from 0
  formats::ColumnType type;
  std::string word;  // of the type
  std::string name;
  bool nullable = true;
  bool absent = false;  // the file does not have it: NULL in every row, and `place` is none
};

// What a scan makes of records. Its rows have c0, c1, ... in the declared types, then, of a record that does not fit: bad
// (true), col, reason, line, text.
struct ScanRules {
  std::vector<ScanTarget> targets;
  std::optional<formats::TimestampFormat> timestampFormat;
  std::optional<formats::DateFormat> dateFormat;
  bool keepTexts = false;                                   // text of good rows too: a check may quarantine them
  formats::Undecoded undecoded = formats::Undecoded::None;  // of the records' texts
};

// The columns of such a scan, for its binding.
void DeclareScan(const ScanRules& rules, duckdb::vector<duckdb::LogicalType>& types, duckdb::vector<duckdb::string>& names);

// Types whose values may be empty or blank.
constexpr bool IsText(formats::ValueType type) { return type == formats::ValueType::Varchar || type == formats::ValueType::Blob; }

// A record as it is in the file.
struct RecordText {
  std::string_view text;
  std::int64_t line = 0;
  bool ascii = false;  // known to be; else it may be
};

// Writes values and verdicts into rows of a chunk.
class ScanRow {
 public:
  ScanRow(const ScanRules& rules, duckdb::DataChunk& chunk) : rules_(rules), chunk_(chunk) {}

  // Whether a text outlives what reads the chunk; else it is copied.
  enum class Text { Stays, Passes };
  // A value, by the grammar of the target's type (formats/values/value.h). False when it does not fit: the row is refused then.
  bool Write(duckdb::idx_t row, std::size_t target, const RecordText& record, std::string_view value, Text text);
  // False where the target wants a value: the row is refused then.
  bool WriteMissing(duckdb::idx_t row, std::size_t target, const RecordText& record);
  // After all values. The record's text stays.
  void Accept(duckdb::idx_t row, const RecordText& record);
  void Refuse(duckdb::idx_t row, const RecordText& record, const std::string& column, const std::string& reason);

 private:
  enum Extra : std::size_t { kBad, kColumn, kReason, kLine, kText };
  formats::Misfit Set(duckdb::idx_t row, std::size_t target, std::string_view value, Text text);
  duckdb::Vector& ExtraVector(Extra extra) { return chunk_.data[rules_.targets.size() + extra]; }

  const ScanRules& rules_;
  duckdb::DataChunk& chunk_;
};

}  // namespace weir::engine
