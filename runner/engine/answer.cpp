#include "runner/engine/answer.h"

#include <set>

#include "runner/engine/values/json_values.h"

namespace weir::engine {
namespace {

Error InvalidSql(const std::string& message) { return {Fault::Invalid, "SqlInvalid", message}; }

Status NamesDiffer(const BoundSelect& select) {
  std::set<std::string> seen;
  for (const std::string& name : select.names)
    if (!seen.insert(name).second) return InvalidSql("two columns are named " + name + ": give each a name of its own with AS");
  return Ok();
}

// What is told of a value before it is copied.
std::int64_t SizeOf(const duckdb::Value& value) {
  const bool text = !value.IsNull() && value.type().InternalType() == duckdb::PhysicalType::VARCHAR;
  return text ? static_cast<std::int64_t>(duckdb::StringValue::Get(value).size()) : 0;
}

Error TooLarge(std::int64_t bytes) {
  return {Fault::Exhausted, "TooLarge",
          "the answer is larger than the " + std::to_string(bytes >> 20) +
              " MiB that it may take in memory: give --limit, select fewer or shorter columns, or raise --memory"};
}

}  // namespace

Result<AnswerRows> CellsAsJson(Session& session, const BoundSelect& select, AnswerLimits limits) {
  if (Status differ = NamesDiffer(select); !differ.ok()) return differ.error();
  AnswerRows rows;
  std::int64_t bytes = 0;
  Status done = session.ForEach(LimitedSelect(select, limits.rows), [&](const std::vector<duckdb::Value>& values) -> Status {
    rows.emplace_back(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (bytes + SizeOf(values[i]) > limits.bytes) return TooLarge(limits.bytes);
      AppendJson(rows.back()[i], values[i]);
      bytes += static_cast<std::int64_t>(sizeof(std::string) + rows.back()[i].size());
    }
    return bytes > limits.bytes ? Status(TooLarge(limits.bytes)) : Ok();
  });
  if (!done.ok()) return done.error();
  return rows;
}

Result<std::vector<Json>> RowsAsJson(Session& session, const BoundSelect& select, AnswerLimits limits) {
  const auto cells = CellsAsJson(session, select, limits);
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
