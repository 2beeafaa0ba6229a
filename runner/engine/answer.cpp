#include "runner/engine/answer.h"

#include <set>

#include "runner/engine/json_values.h"

namespace weir::engine {
namespace {

Error InvalidSql(const std::string& message) { return {Fault::Invalid, "SqlInvalid", message}; }

Status NamesDiffer(const BoundSelect& select) {
  std::set<std::string> seen;
  for (const std::string& name : select.names)
    if (!seen.insert(name).second) return InvalidSql("two columns are named " + name + ": give each a name of its own with AS");
  return Ok();
}

}  // namespace

Result<AnswerRows> CellsAsJson(Session& session, const BoundSelect& select, std::int64_t limit) {
  if (Status differ = NamesDiffer(select); !differ.ok()) return differ.error();
  AnswerRows rows;
  Status done = session.ForEach(LimitedSelect(select, limit), [&](const std::vector<duckdb::Value>& values) -> Status {
    rows.emplace_back(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) AppendJson(rows.back()[i], values[i]);
    return Ok();
  });
  if (!done.ok()) return done.error();
  return rows;
}

Result<std::vector<Json>> RowsAsJson(Session& session, const BoundSelect& select, std::int64_t limit) {
  const auto cells = CellsAsJson(session, select, limit);
  if (!cells.ok()) return cells.error();
  std::vector<Json> rows;
  for (const std::vector<std::string>& row : *cells) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      auto parsed = ParseJson(row[i]);
      if (!parsed.ok()) return InvalidSql("column " + select.names[i] + " holds JSON that cannot be read: " + parsed.error().message);
      object[select.names[i]] = std::move(parsed).value();
    }
    rows.push_back(std::move(object));
  }
  return rows;
}

}  // namespace weir::engine
