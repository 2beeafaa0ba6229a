#include "runner/engine/checks.h"

#include "runner/engine/sql.h"

namespace weir::engine {
namespace {

std::string NotNullFails(const api::NotNullCheck& check) {
  std::vector<std::string> parts;
  for (const std::string& column : check.columns) parts.push_back(Quote(column) + " IS NULL");
  return JoinSql(parts, " OR ");
}

std::string AcceptedFails(const api::AcceptedValuesCheck& check) {
  std::vector<std::string> values;
  for (const std::string& value : check.values) values.push_back(Literal(value));
  const std::string column = Quote(check.column);
  return column + " IS NOT NULL AND CAST(" + column + " AS VARCHAR) NOT IN (" + JoinSql(values) + ")";
}

std::string RangeFails(const api::RangeCheck& check) {
  const std::string column = Quote(check.column);
  std::vector<std::string> parts;
  // An untyped literal takes the type of the column.
  if (!check.min.empty()) parts.push_back(column + " < " + Literal(check.min));
  if (!check.max.empty()) parts.push_back(column + " > " + Literal(check.max));
  return parts.empty() ? "FALSE" : JoinSql(parts, " OR ");
}

Result<std::int64_t> CountSurplus(Session& session, const std::string& relation, const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back(Quote(column));
  return session.Number("SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n FROM " + Quote(relation) + " GROUP BY " + JoinSql(names) +
                        " HAVING count(*) > 1)");
}

Result<std::int64_t> CountOutside(Session& session, const std::string& relation, const api::RowCountCheck& check) {
  const auto rows = session.Number("SELECT count(*) FROM " + Quote(relation));
  if (!rows.ok()) return rows.error();
  const bool fits = *rows >= check.min.value_or(0) && (!check.max || *rows <= *check.max);
  return fits ? 0 : 1;
}

// An empty table compares nothing, and would let a bound pass that is no value of the column.
Status CheckBounds(Session& session, const std::string& relation, const api::RangeCheck& check) {
  auto described = session.Run("SELECT " + Quote(check.column) + " FROM " + Quote(relation) + " LIMIT 0");
  if (!described.ok()) return described.error();
  const std::string type = described.value()->types[0].ToString();
  for (const std::string& bound : {check.min, check.max})
    if (Status cast = bound.empty() ? Ok() : session.Execute("SELECT CAST(" + Literal(bound) + " AS " + type + ")"); !cast.ok()) return cast;
  return Ok();
}

std::string Names(const std::vector<std::string>& columns) { return JoinSql(columns); }

}  // namespace

std::string FailingRow(const api::Check& check) {
  if (check.notNull) return NotNullFails(*check.notNull);
  if (check.acceptedValues) return AcceptedFails(*check.acceptedValues);
  if (check.range) return RangeFails(*check.range);
  return "";
}

std::string Describe(const api::Check& check) {
  if (check.notNull) return "notNull: " + Names(check.notNull->columns);
  if (check.unique) return "unique: " + Names(check.unique->columns);
  if (check.acceptedValues) return "acceptedValues: " + check.acceptedValues->column + " in " + Names(check.acceptedValues->values);
  if (check.range)
    return "range: " + check.range->column + " from " + (check.range->min.empty() ? "any" : check.range->min) + " to " +
           (check.range->max.empty() ? "any" : check.range->max);
  if (check.rowCount)
    return "rowCount: from " + std::to_string(check.rowCount->min.value_or(0)) + (check.rowCount->max ? " to " + std::to_string(*check.rowCount->max) : "");
  return "no check";
}

Result<std::int64_t> CountFailingRows(Session& session, const std::string& relation, const api::Check& check) {
  if (check.unique) return CountSurplus(session, relation, check.unique->columns);
  if (check.rowCount) return CountOutside(session, relation, *check.rowCount);
  if (check.range) {
    if (Status bounds = CheckBounds(session, relation, *check.range); !bounds.ok()) return bounds.error();
  }
  const std::string failing = FailingRow(check);
  if (failing.empty()) return Error{Fault::Invalid, "Invalid", "check " + check.name + " says nothing to check"};
  return session.Number("SELECT count(*) FROM " + Quote(relation) + " WHERE " + failing);
}

}  // namespace weir::engine
