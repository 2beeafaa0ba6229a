#include "runner/engine/answer.h"

#include <duckdb/common/types/decimal.hpp>

#include "runner/engine/sql.h"

namespace weir::engine {
namespace {

constexpr int kDigitsOfDouble = 15;

// The column as JSON will hold it.
std::string Shown(const std::string& name, const duckdb::LogicalType& type) {
  const std::string column = Quote(name), text = "to_json(" + column + "::VARCHAR)";
  switch (type.id()) {
    case duckdb::LogicalTypeId::FLOAT:
    case duckdb::LogicalTypeId::DOUBLE: return "CASE WHEN isfinite(" + column + ") THEN to_json(" + column + ") ELSE " + text + " END AS " + column;
    case duckdb::LogicalTypeId::HUGEINT:
    case duckdb::LogicalTypeId::UHUGEINT:
      return "coalesce(to_json(TRY_CAST(" + column + " AS BIGINT)), to_json(TRY_CAST(" + column + " AS UBIGINT)), " + text + ") AS " + column;
    case duckdb::LogicalTypeId::DECIMAL:
      if (duckdb::DecimalType::GetWidth(type) > kDigitsOfDouble) return text + " AS " + column;
      return column;
    default: return column;
  }
}

Error InvalidSql(const std::string& message) { return {Fault::Invalid, "SqlInvalid", message}; }

}  // namespace

Result<std::vector<Json>> RowsAsJson(Session& session, const BoundSelect& select, std::int64_t limit) {
  std::set<std::string> seen;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < select.names.size(); ++i) {
    if (!seen.insert(select.names[i]).second) return InvalidSql("two columns are named " + select.names[i] + ": give each a name of its own with AS");
    shown.push_back(Shown(select.names[i], select.types[i]));
  }
  std::vector<Json> rows;
  const std::string limited = "SELECT to_json(r) FROM (SELECT " + JoinSql(shown) + " FROM (\n" + select.text + "\n) LIMIT " + std::to_string(limit) + ") r";
  Status done = session.ForEach(limited, [&](const std::vector<duckdb::Value>& row) -> Status {
    auto parsed = ParseJson(row[0].ToString());
    if (!parsed.ok()) return InvalidSql("a list or struct holds NaN or an infinity, which JSON does not know: CAST it to VARCHAR");
    rows.push_back(std::move(parsed).value());
    return Ok();
  });
  if (!done.ok()) return done.error();
  return rows;
}

}  // namespace weir::engine
