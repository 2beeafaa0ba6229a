#include "runner/engine/sql/checks.h"

#include <algorithm>

#include "runner/engine/sql/check_values.h"
#include "runner/engine/sql/sql.h"
#include "runner/formats/values/value.h"

namespace weir::engine {
namespace {

std::string NotNullFails(const api::NotNullCheck& check, const ColumnValue& value) {
  std::vector<std::string> parts;
  for (const std::string& column : check.columns) parts.push_back(value(column) + " IS NULL");
  return Joined(parts, " OR ");
}

const api::Column* Find(const std::vector<api::Column>& columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(), [&name](const api::Column& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

Result<std::int64_t> CountSurplus(Session& session, const std::string& relation, const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back(Quote(column));
  return session.Number("SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n FROM " + Quote(relation) + " GROUP BY " + Joined(names) +
                        " HAVING count(*) > 1)");
}

// count(*), then the failing rows of each row check.
Result<std::vector<std::int64_t>> CountInOneScan(Session& session, const std::string& relation, const std::vector<api::Column>& columns,
                                                 const std::vector<api::Check>& checks) {
  std::vector<std::string> counts{"count(*)"};
  for (const api::Check& check : checks)
    if (check.LooksAtOneRow()) counts.push_back("count(*) FILTER (WHERE " + FailingRow(check, columns) + ")");
  auto counted = session.Run("SELECT " + Joined(counts) + " FROM " + Quote(relation));
  if (!counted.ok()) return counted.error();
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < counts.size(); ++i) numbers.push_back(counted.value()->GetValue(i, 0).GetValue<std::int64_t>());
  return numbers;
}

}  // namespace

std::string FailingRow(const api::Check& check, const std::vector<api::Column>& columns, const ColumnValue& value) {
  const auto type_of = [&columns](const std::string& name) {
    const api::Column* column = Find(columns, name);
    return column == nullptr ? std::string("VARCHAR") : column->type;
  };
  return check.rule.Visit(api::Overloaded{[&](const api::NotNullCheck& rule) { return NotNullFails(rule, value); },
                                          [&](const api::AcceptedValuesCheck& rule) { return NotAccepted(rule, value(rule.column), type_of(rule.column)); },
                                          [&](const api::RangeCheck& rule) { return OutsideRange(rule, value(rule.column), type_of(rule.column)); },
                                          [&](const api::RegexCheck& rule) { return NotMatched(rule, value(rule.column)); },
                                          [](const api::UniqueCheck&) { return std::string(); }, [](const api::RowCountCheck&) { return std::string(); }});
}

std::string FailingRow(const api::Check& check, const std::vector<api::Column>& columns) { return FailingRow(check, columns, Quote); }

std::string FailureOf(const api::Check& check) { return "fails check " + check.name + " (" + check.Summary() + ")"; }

std::vector<std::string> CheckedColumns(const api::Check& check) {
  std::vector<std::string> names;
  for (api::ColumnUse& use : check.Columns()) names.push_back(std::move(use.column));
  return names;
}

Status CheckFits(Session& session, const api::Check& check, const std::vector<api::Column>& columns) {
  const auto unfit = [&check](const std::string& why) {
    return Error{Fault::Invalid, "Invalid", "check " + check.name + " (" + check.Summary() + ") cannot be evaluated: " + why};
  };
  if (check.rule.IsEmpty()) return unfit("it has no rule");
  if (check.Action() == api::OnFailure::Quarantine && !check.LooksAtOneRow()) return unfit(api::QuarantineNeedsRowCheck());
  for (const std::string& name : CheckedColumns(check)) {
    const api::Column* column = Find(columns, name);
    if (column == nullptr) return unfit("there is no column " + name);
    const auto wrong = WrongValues(session, check, *column);
    if (!wrong.ok()) return wrong.error();
    if (!wrong->empty()) return unfit(*wrong);
  }
  return Ok();
}

Result<std::vector<std::int64_t>> CountFailingRows(Session& session, const std::string& relation, const std::vector<api::Column>& columns,
                                                   const std::vector<api::Check>& checks) {
  std::vector<std::int64_t> failures(checks.size());
  std::vector<std::int64_t> scanned;
  if (std::any_of(checks.begin(), checks.end(), [](const api::Check& check) { return check.Scope() != api::CheckScope::Rows; })) {
    auto counted = CountInOneScan(session, relation, columns, checks);
    if (!counted.ok()) return counted.error();
    scanned = std::move(counted).value();
  }
  std::size_t next = 1;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    if (checks[i].LooksAtOneRow()) failures[i] = scanned[next++];
    if (const auto* count = checks[i].rule.As<api::RowCountCheck>()) failures[i] = count->Allows(scanned[0]) ? 0 : 1;
    const auto* unique = checks[i].rule.As<api::UniqueCheck>();
    if (unique == nullptr) continue;
    const auto surplus = CountSurplus(session, relation, unique->columns);
    if (!surplus.ok()) return surplus.error();
    failures[i] = *surplus;
  }
  return failures;
}

Result<FailingRowFound> FindFailingRow(Session& session, const std::string& relation, const std::vector<api::Column>& declared, const api::Check& check,
                                       const std::vector<std::string>& also) {
  constexpr std::size_t kShown = 4;  // columns
  const bool unique = check.rule.Is<api::UniqueCheck>();
  if (!check.LooksAtOneRow() && !unique) return FailingRowFound{};
  std::vector<std::string> columns = CheckedColumns(check);
  if (!unique)
    for (const std::string& name : also)
      if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back(Quote(column));
  const std::string list = Joined(names), from = " FROM " + Quote(relation);
  const std::string order = " ORDER BY " + list + " LIMIT 1";
  auto row = session.Run(unique ? "SELECT count(*) AS n, " + list + from + " GROUP BY " + list + " HAVING count(*) > 1" + order
                                : "SELECT 1::BIGINT AS n, " + list + from + " WHERE " + FailingRow(check, declared) + order);
  if (!row.ok()) return row.error();
  if (row.value()->RowCount() == 0) return FailingRowFound{};
  FailingRowFound found{.times = row.value()->GetValue(0, 0).GetValue<std::int64_t>()};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const duckdb::Value value = row.value()->GetValue(i + 1, 0);
    found.condition += (i > 0 ? " AND " : "") + names[i] + " IS NOT DISTINCT FROM " + value.ToSQLString();
    if (i < kShown) found.values += (i > 0 ? ", " : "") + columns[i] + " = " + (value.IsNull() ? "NULL" : formats::Shown(value.ToString()));
  }
  return found;
}

}  // namespace weir::engine
