#include "runner/engine/csv_row.h"

#include <duckdb/common/types/hugeint.hpp>

#include "runner/formats/utf8.h"

namespace weir::engine {
namespace {

using duckdb::FlatVector;
using duckdb::idx_t;
using duckdb::Vector;
using formats::Misfit;
using formats::ValueType;

constexpr std::size_t kLongestText = 16 << 10;  // of a record in the quarantine

template <typename T>
void Set(Vector& vector, idx_t row, T value) {
  FlatVector::GetData<T>(vector)[row] = value;
}

template <typename T>
Misfit SetNumber(Vector& vector, idx_t row, const auto& reading) {
  if (reading) Set<T>(vector, row, static_cast<T>(reading.value));
  return reading.misfit;
}

Misfit SetDecimal(Vector& vector, idx_t row, const formats::Reading<formats::Int128>& reading) {
  switch (vector.GetType().InternalType()) {
    case duckdb::PhysicalType::INT16: return SetNumber<std::int16_t>(vector, row, reading);
    case duckdb::PhysicalType::INT32: return SetNumber<std::int32_t>(vector, row, reading);
    case duckdb::PhysicalType::INT64: return SetNumber<std::int64_t>(vector, row, reading);
    default:
      Set(vector, row, duckdb::hugeint_t(static_cast<std::int64_t>(reading.value >> 64), static_cast<std::uint64_t>(reading.value)));
      return reading.misfit;
  }
}

bool IsText(ValueType type) { return type == ValueType::Varchar || type == ValueType::Blob; }

duckdb::string_t Refer(std::string_view text) { return {text.data(), static_cast<std::uint32_t>(text.size())}; }

// The first bytes of a text, cut between characters.
std::string_view Front(std::string_view text) {
  if (text.size() <= kLongestText) return text;
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

const char* ReasonOf(formats::RecordProblem problem) {
  switch (problem) {
    case formats::RecordProblem::TextAfterQuote: return "has text after a closing quote";
    case formats::RecordProblem::TooLong: return "is longer than 16 MB";
    default: return "has a quote that is not closed";
  }
}

}  // namespace

bool CsvRow::IsMissing(const formats::CsvValue& value, ValueType type) const {
  if (value.quoted && IsText(type)) return false;
  const std::string_view text = IsText(type) ? value.text : formats::Trimmed(value.text);
  for (const std::string& missing : scan_.nullTexts)
    if (text == missing) return true;
  return false;
}

void CsvRow::WriteText(Vector& vector, idx_t row, const formats::CsvValue& value) const {
  Set(vector, row, value.rewritten ? duckdb::StringVector::AddStringOrBlob(vector, value.text.data(), value.text.size()) : Refer(value.text));
}

Misfit CsvRow::WriteValue(Vector& vector, idx_t row, const formats::CsvValue& value, const CsvTarget& target) const {
  const std::string_view text = value.text;
  switch (target.type.type) {
    case ValueType::Boolean: return SetNumber<bool>(vector, row, formats::ParseBoolean(text));
    case ValueType::Tinyint: return SetNumber<std::int8_t>(vector, row, formats::ParseInteger(text, target.type.type));
    case ValueType::Smallint: return SetNumber<std::int16_t>(vector, row, formats::ParseInteger(text, target.type.type));
    case ValueType::Integer: return SetNumber<std::int32_t>(vector, row, formats::ParseInteger(text, target.type.type));
    case ValueType::Bigint: return SetNumber<std::int64_t>(vector, row, formats::ParseInteger(text, target.type.type));
    case ValueType::Float: return SetNumber<float>(vector, row, formats::ParseFloat(text));
    case ValueType::Double: return SetNumber<double>(vector, row, formats::ParseDouble(text));
    case ValueType::Decimal: return SetDecimal(vector, row, formats::ParseDecimal(text, target.type.precision, target.type.scale));
    case ValueType::Date: return SetNumber<std::int32_t>(vector, row, formats::ParseDate(text));
    case ValueType::Timestamp:
      return SetNumber<std::int64_t>(vector, row, scan_.timestampFormat ? scan_.timestampFormat->Parse(text) : formats::ParseTimestamp(text));
    case ValueType::Varchar:
    case ValueType::Blob: WriteText(vector, row, value); return Misfit::None;
  }
  return Misfit::None;
}

void CsvRow::Write(idx_t row, const RecordText& record, const std::vector<formats::CsvValue>& values) {
  if (!record.ascii && formats::ValidUtf8(record.text) < record.text.size()) {
    std::size_t column = 0;
    while (column + 1 < values.size() && formats::ValidUtf8(values[column].text) == values[column].text.size()) ++column;
    return Refuse(row, record, scan_.names[column], "is not " + scan_.encoding);
  }
  for (std::size_t i = 0; i < scan_.targets.size(); ++i) {
    const CsvTarget& target = scan_.targets[i];
    const formats::CsvValue& value = values[target.place];
    if (IsMissing(value, target.type.type)) {
      if (!target.nullable) return Refuse(row, record, target.name, "is missing");
      FlatVector::SetNull(chunk_.data[i], row, true);
      continue;
    }
    const Misfit misfit = WriteValue(chunk_.data[i], row, value, target);
    if (misfit != Misfit::None) return Refuse(row, record, target.name, formats::Explain(misfit, value.text, target.word));
  }
  for (const Extra extra : {kBad, kColumn, kReason}) FlatVector::SetNull(ExtraVector(extra), row, true);
  Set(ExtraVector(kLine), row, record.line);
  if (scan_.keepTexts)
    Set(ExtraVector(kText), row, Refer(Front(record.text)));
  else
    FlatVector::SetNull(ExtraVector(kText), row, true);
}

void CsvRow::Refuse(idx_t row, const RecordText& record, const std::string& column, const std::string& reason) {
  for (std::size_t i = 0; i < scan_.targets.size(); ++i) FlatVector::SetNull(chunk_.data[i], row, true);
  Set(ExtraVector(kBad), row, true);
  Set(ExtraVector(kColumn), row, duckdb::StringVector::AddString(ExtraVector(kColumn), column));
  Set(ExtraVector(kReason), row, duckdb::StringVector::AddString(ExtraVector(kReason), reason));
  Set(ExtraVector(kLine), row, record.line);
  Set(ExtraVector(kText), row, duckdb::StringVector::AddString(ExtraVector(kText), formats::Legible(record.text, kLongestText)));
}

void CsvRow::Broken(idx_t row, const RecordText& record, formats::RecordProblem problem, std::size_t column) {
  const bool known = problem != formats::RecordProblem::TooLong && column < scan_.names.size();
  Refuse(row, record, known ? scan_.names[column] : "", ReasonOf(problem));
}

void CsvRow::Miscounted(idx_t row, const RecordText& record, std::size_t values) {
  if (values < scan_.columns) return Refuse(row, record, scan_.names[values], "has too few values");
  Refuse(row, record, "", "has too many values");
}

}  // namespace weir::engine
