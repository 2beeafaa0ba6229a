#include "runner/engine/decode/scan_row.h"

#include <duckdb/common/types/hugeint.hpp>

#include "runner/engine/values/types.h"
#include "runner/formats/encoding/utf8.h"

namespace weir::engine {
namespace {

using duckdb::FlatVector;
using duckdb::idx_t;
using duckdb::Vector;
using formats::Misfit;
using formats::ValueType;

template <typename T>
void Put(Vector& vector, idx_t row, T value) {
  FlatVector::GetData<T>(vector)[row] = value;
}

template <typename T>
Misfit SetNumber(Vector& vector, idx_t row, const auto& reading) {
  if (reading) Put<T>(vector, row, static_cast<T>(reading.value));
  return reading.misfit;
}

Misfit SetDecimal(Vector& vector, idx_t row, const formats::Reading<formats::Int128>& reading) {
  switch (vector.GetType().InternalType()) {
    case duckdb::PhysicalType::INT16: return SetNumber<std::int16_t>(vector, row, reading);
    case duckdb::PhysicalType::INT32: return SetNumber<std::int32_t>(vector, row, reading);
    case duckdb::PhysicalType::INT64: return SetNumber<std::int64_t>(vector, row, reading);
    default:
      Put(vector, row, duckdb::hugeint_t(static_cast<std::int64_t>(reading.value >> 64), static_cast<std::uint64_t>(reading.value)));
      return reading.misfit;
  }
}

duckdb::string_t Refer(std::string_view text) { return {text.data(), static_cast<std::uint32_t>(text.size())}; }

}  // namespace

void DeclareScan(const ScanRules& rules, duckdb::vector<duckdb::LogicalType>& types, duckdb::vector<duckdb::string>& names) {
  for (const ScanTarget& target : rules.targets) {
    names.push_back("c" + std::to_string(types.size()));
    types.push_back(DeclaredType(target.word));
  }
  for (const char* name : {"bad", "col", "reason", "line", "text"}) names.emplace_back(name);
  for (const auto type : {duckdb::LogicalTypeId::BOOLEAN, duckdb::LogicalTypeId::VARCHAR, duckdb::LogicalTypeId::VARCHAR, duckdb::LogicalTypeId::BIGINT,
                          duckdb::LogicalTypeId::VARCHAR})
    types.emplace_back(type);
}

Misfit ScanRow::Set(idx_t row, std::size_t target, std::string_view text, Text lifetime) {
  const formats::ColumnType& type = rules_.targets[target].type;
  Vector& vector = chunk_.data[target];
  switch (type.type) {
    case ValueType::Boolean: return SetNumber<bool>(vector, row, formats::ParseBoolean(text));
    case ValueType::Tinyint: return SetNumber<std::int8_t>(vector, row, formats::ParseInteger(text, type.type));
    case ValueType::Smallint: return SetNumber<std::int16_t>(vector, row, formats::ParseInteger(text, type.type));
    case ValueType::Integer: return SetNumber<std::int32_t>(vector, row, formats::ParseInteger(text, type.type));
    case ValueType::Bigint: return SetNumber<std::int64_t>(vector, row, formats::ParseInteger(text, type.type));
    case ValueType::Float: return SetNumber<float>(vector, row, formats::ParseFloat(text));
    case ValueType::Double: return SetNumber<double>(vector, row, formats::ParseDouble(text));
    case ValueType::Decimal: return SetDecimal(vector, row, formats::ParseDecimal(text, type.precision, type.scale));
    case ValueType::Date: return SetNumber<std::int32_t>(vector, row, rules_.dateFormat ? rules_.dateFormat->Parse(text) : formats::ParseDate(text));
    case ValueType::Timestamp:
      return SetNumber<std::int64_t>(vector, row, rules_.timestampFormat ? rules_.timestampFormat->Parse(text) : formats::ParseTimestamp(text));
    case ValueType::Varchar:
    case ValueType::Blob:
      Put(vector, row, lifetime == Text::Passes ? duckdb::StringVector::AddStringOrBlob(vector, text.data(), text.size()) : Refer(text));
      return Misfit::None;
  }
  return Misfit::None;
}

bool ScanRow::Write(idx_t row, std::size_t target, const RecordText& record, std::string_view text, Text lifetime) {
  const Misfit misfit = Set(row, target, text, lifetime);
  if (misfit == Misfit::None) return true;
  const ScanTarget& column = rules_.targets[target];
  Refuse(row, record, column.name, formats::Explain(misfit, text, column.word));
  return false;
}

bool ScanRow::WriteMissing(idx_t row, std::size_t target, const RecordText& record) {
  const ScanTarget& column = rules_.targets[target];
  if (!column.nullable) return Refuse(row, record, column.name, "is missing"), false;
  FlatVector::SetNull(chunk_.data[target], row, true);
  return true;
}

void ScanRow::Accept(idx_t row, const RecordText& record) {
  for (const Extra extra : {kBad, kColumn, kReason}) FlatVector::SetNull(ExtraVector(extra), row, true);
  Put(ExtraVector(kLine), row, record.line);
  if (rules_.keepTexts)
    Put(ExtraVector(kText), row, Refer(formats::Front(record.text, formats::kLongestKept)));
  else
    FlatVector::SetNull(ExtraVector(kText), row, true);
}

void ScanRow::Refuse(idx_t row, const RecordText& record, const std::string& column, const std::string& reason) {
  for (std::size_t i = 0; i < rules_.targets.size(); ++i) FlatVector::SetNull(chunk_.data[i], row, true);
  Put(ExtraVector(kBad), row, true);
  Put(ExtraVector(kColumn), row, duckdb::StringVector::AddString(ExtraVector(kColumn), column));
  Put(ExtraVector(kReason), row, duckdb::StringVector::AddString(ExtraVector(kReason), reason));
  Put(ExtraVector(kLine), row, record.line);
  Put(ExtraVector(kText), row, duckdb::StringVector::AddString(ExtraVector(kText), formats::Legible(record.text, formats::kLongestKept, rules_.undecoded)));
}

}  // namespace weir::engine
