#include "runner/engine/checks.h"

#include "runner/engine/sql.h"

namespace weir::engine {
namespace {

std::string NotNullFails(const api::NotNullCheck& check, const ColumnValue& value) {
  std::vector<std::string> parts;
  for (const std::string& column : check.columns) parts.push_back(value(column) + " IS NULL");
  return JoinSql(parts, " OR ");
}

std::string AcceptedFails(const api::AcceptedValuesCheck& check, const ColumnValue& value_of) {
  std::vector<std::string> values;
  for (const std::string& value : check.values) values.push_back(Literal(value));
  const std::string column = value_of(check.column);
  return column + " IS NOT NULL AND CAST(" + column + " AS VARCHAR) NOT IN (" + JoinSql(values) + ")";
}

std::string RangeFails(const api::RangeCheck& check, const ColumnValue& value) {
  const std::string column = value(check.column);
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
Status CheckBounds(Session& session, const std::string& type, const api::RangeCheck& check) {
  for (const std::string& bound : {check.min, check.max})
    if (Status cast = bound.empty() ? Ok() : session.Execute("SELECT CAST(" + Literal(bound) + " AS " + type + ")"); !cast.ok()) return cast;
  return Ok();
}

std::string Names(const std::vector<std::string>& columns) { return JoinSql(columns); }

}  // namespace

std::string FailingRow(const api::Check& check, const ColumnValue& value) {
  if (check.notNull) return NotNullFails(*check.notNull, value);
  if (check.acceptedValues) return AcceptedFails(*check.acceptedValues, value);
  if (check.range) return RangeFails(*check.range, value);
  return "";
}

std::string FailingRow(const api::Check& check) { return FailingRow(check, Quote); }

std::string CheckedColumns(const api::Check& check) {
  if (check.range) return check.range->column;
  if (check.acceptedValues) return check.acceptedValues->column;
  return check.notNull ? Names(check.notNull->columns) : "";
}

std::string FailureOf(const api::Check& check) { return "fails check " + check.name + " (" + Describe(check) + ")"; }

Error OfCheck(const api::Check& check, const Error& error) {
  if (error.fault != Fault::Data && error.fault != Fault::Invalid) return error;
  return {Fault::Invalid, "Invalid", "check " + check.name + " (" + Describe(check) + ") cannot be evaluated: " + error.message};
}

Status RequireRowCheck(const api::Check& check) {
  if (check.notNull || check.acceptedValues || check.range) return Ok();
  return Error{Fault::Invalid, "Invalid", "check " + check.name + " cannot quarantine: only notNull, acceptedValues and range name rows"};
}

Status RequireRowChecks(Session& session, const RowRules& rules) {
  for (const api::Check& check : rules.checks) {
    if (Status row = RequireRowCheck(check); !row.ok()) return row;
    if (!check.range) continue;
    for (const api::Column& column : rules.columns) {
      if (column.name != check.range->column) continue;
      if (Status bounds = CheckBounds(session, column.type, *check.range); !bounds.ok()) return OfCheck(check, bounds.error());
    }
  }
  return Ok();
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
    auto described = session.Run("SELECT " + Quote(check.range->column) + " FROM " + Quote(relation) + " LIMIT 0");
    if (!described.ok()) return described.error();
    if (Status bounds = CheckBounds(session, described.value()->types[0].ToString(), *check.range); !bounds.ok()) return bounds.error();
  }
  const std::string failing = FailingRow(check);
  if (failing.empty()) return Error{Fault::Invalid, "Invalid", "check " + check.name + " says nothing to check"};
  return session.Number("SELECT count(*) FROM " + Quote(relation) + " WHERE " + failing);
}

}  // namespace weir::engine
