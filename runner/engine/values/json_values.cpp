#include "runner/engine/values/json_values.h"

#include <cmath>
#include <duckdb/common/types/decimal.hpp>

#include "crds/base/json.h"

namespace weir::engine {
namespace {

using duckdb::LogicalTypeId;
using duckdb::Value;

constexpr int kDigitsOfDouble = 15;

std::string Quoted(const std::string& text) { return Dump(Json(text)); }

bool FitsIn64Bits(const Value& value) {
  Value narrow;
  std::string ignored;
  return value.DefaultTryCastAs(duckdb::LogicalType::BIGINT, narrow, &ignored) || value.DefaultTryCastAs(duckdb::LogicalType::UBIGINT, narrow, &ignored);
}

bool IsJsonNumber(const Value& value) {
  switch (value.type().id()) {
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::UTINYINT:
    case LogicalTypeId::USMALLINT:
    case LogicalTypeId::UINTEGER:
    case LogicalTypeId::UBIGINT: return true;
    case LogicalTypeId::HUGEINT:
    case LogicalTypeId::UHUGEINT: return FitsIn64Bits(value);
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE: return std::isfinite(value.GetValue<double>());
    case LogicalTypeId::DECIMAL: return duckdb::DecimalType::GetWidth(value.type()) <= kDigitsOfDouble;
    default: return false;
  }
}

// The engine writes decimals without whole digits as .5 and -.5.
std::string WithZero(std::string decimal) {
  const std::size_t first = decimal.starts_with('-') ? 1 : 0;
  return decimal.substr(first).starts_with('.') ? decimal.insert(first, 1, '0') : decimal;
}

void AppendList(std::string& out, const duckdb::vector<Value>& items) {
  out += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    AppendJson(out, items[i]);
  }
  out += ']';
}

void AppendStruct(std::string& out, const Value& value) {
  const auto& fields = duckdb::StructType::GetChildTypes(value.type());
  const auto& items = duckdb::StructValue::GetChildren(value);
  if (duckdb::StructType::IsUnnamed(value.type())) return AppendList(out, items);
  out += '{';
  for (std::size_t i = 0; i < items.size(); ++i) {
    out += (i > 0 ? "," : "") + Quoted(fields[i].first) + ":";
    AppendJson(out, items[i]);
  }
  out += '}';
}

void AppendMap(std::string& out, const Value& value) {
  out += '{';
  bool first = true;
  for (const Value& entry : duckdb::MapValue::GetChildren(value)) {
    const auto& pair = duckdb::StructValue::GetChildren(entry);
    out += (first ? "" : ",") + Quoted(pair[0].ToString()) + ":";
    AppendJson(out, pair[1]);
    first = false;
  }
  out += '}';
}

}  // namespace

void AppendJson(std::string& out, const Value& value) {
  if (value.IsNull()) return void(out += "null");
  switch (value.type().id()) {
    case LogicalTypeId::BOOLEAN: return void(out += value.GetValue<bool>() ? "true" : "false");
    case LogicalTypeId::LIST: return AppendList(out, duckdb::ListValue::GetChildren(value));
    case LogicalTypeId::ARRAY: return AppendList(out, duckdb::ArrayValue::GetChildren(value));
    case LogicalTypeId::STRUCT: return AppendStruct(out, value);
    case LogicalTypeId::MAP: return AppendMap(out, value);
    default: break;
  }
  const std::string text = value.type().id() == LogicalTypeId::DECIMAL ? WithZero(value.ToString()) : value.ToString();
  out += IsJsonNumber(value) || value.type().IsJSONType() ? text : Quoted(text);
}

}  // namespace weir::engine
