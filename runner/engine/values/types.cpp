#include "runner/engine/values/types.h"

#include <duckdb/common/enum_util.hpp>
#include <duckdb/common/types/decimal.hpp>

#include <cstdio>

namespace weir::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

// Decimal digits that an integer type may need; 0 for what is no integer.
int DigitsOfInteger(LogicalTypeId type) {
  switch (type) {
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::UTINYINT: return 3;
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::USMALLINT: return 5;
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::UINTEGER: return 10;
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::UBIGINT: return 20;
    case LogicalTypeId::HUGEINT:
    case LogicalTypeId::UHUGEINT: return 39;
    default: return 0;
  }
}

bool IntegerConverts(int digits, const LogicalType& to) {
  if (DigitsOfInteger(to.id()) > 0 || to.id() == LogicalTypeId::DECIMAL) return true;
  if (to.id() == LogicalTypeId::DOUBLE) return digits <= 10;
  return to.id() == LogicalTypeId::FLOAT && digits <= 5;
}

}  // namespace

bool ConvertsWithoutLoss(const LogicalType& from, const LogicalType& to) {
  if (from == to || from.id() == LogicalTypeId::SQLNULL) return true;
  if (const int digits = DigitsOfInteger(from.id()); digits > 0) return IntegerConverts(digits, to);
  switch (from.id()) {
    case LogicalTypeId::DECIMAL:
      if (to.id() == LogicalTypeId::DOUBLE) return true;
      return to.id() == LogicalTypeId::DECIMAL && duckdb::DecimalType::GetScale(to) >= duckdb::DecimalType::GetScale(from);
    case LogicalTypeId::FLOAT: return to.id() == LogicalTypeId::DOUBLE;
    case LogicalTypeId::DATE:
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_TZ: return to.id() == LogicalTypeId::TIMESTAMP;
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::ENUM:
    case LogicalTypeId::UUID: return to.id() == LogicalTypeId::VARCHAR;
    default: return false;
  }
}

LogicalType DeclaredType(const std::string& type) {
  int precision = 0;
  int scale = 0;
  if (std::sscanf(type.c_str(), "DECIMAL(%d,%d)", &precision, &scale) == 2) {
    return LogicalType::DECIMAL(static_cast<std::uint8_t>(precision), static_cast<std::uint8_t>(scale));
  }
  // The words of kTypePattern are the names of DuckDB's type ids.
  return LogicalType(duckdb::EnumUtil::FromString<LogicalTypeId>(type.c_str()));
}

std::string DeclarableType(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE:
    case LogicalTypeId::DECIMAL:
    case LogicalTypeId::DATE:
    case LogicalTypeId::BLOB: return type.ToString();
    case LogicalTypeId::UTINYINT:
    case LogicalTypeId::USMALLINT: return "INTEGER";
    case LogicalTypeId::UINTEGER: return "BIGINT";
    case LogicalTypeId::UBIGINT: return "DECIMAL(20,0)";
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP_TZ: return "TIMESTAMP";
    default: return "VARCHAR";
  }
}

}  // namespace weir::engine
