#include "runner/engine/parquet_writer.h"

#include <cmath>
#include <map>

#include "runner/engine/sql.h"

namespace weir::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

constexpr std::size_t kLongestText = 256;  // statistics are for skipping files, not for keeping data

struct RelationColumn {
  std::string name;
  LogicalType type;
};

Result<std::vector<RelationColumn>> ColumnsOf(Session& session, const std::string& relation) {
  auto described = session.Run("SELECT * FROM " + Quote(relation) + " LIMIT 0");
  if (!described.ok()) return described.error();
  std::vector<RelationColumn> columns;
  for (std::size_t i = 0; i < described.value()->names.size(); ++i) columns.push_back({described.value()->names[i], described.value()->types[i]});
  return columns;
}

std::string CopyStatement(const std::string& relation, const std::vector<RelationColumn>& columns, const std::string& path) {
  std::vector<std::string> outputs;
  std::vector<std::string> ids;
  for (const RelationColumn& column : columns) {
    const std::string name = Quote(column.name);
    outputs.push_back(column.type.id() == LogicalTypeId::TIMESTAMP ? ToInstant(name) + " AS " + name : name);
    ids.push_back(name + ": " + std::to_string(ids.size() + 1));
  }
  return "COPY (SELECT " + JoinSql(outputs) + " FROM " + Quote(relation) + ") TO " + Literal(path) +
         " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false, PRESERVE_ORDER false, RETURN_STATS true, FIELD_IDS {" + JoinSql(ids) + "})";
}

// "2024-01-01 00:00:00.123456+00" as Delta has it: ISO 8601 to the millisecond, a maximum rounded up.
Json InstantStatistic(const std::string& text, bool is_max) {
  const auto end = text.find_first_of("+Z", 11);
  std::string instant = text.substr(0, end);
  if (instant.size() < 19 || instant[10] != ' ') return nullptr;
  instant[10] = 'T';
  const auto time = ParseTime(instant + "Z");
  if (!time.ok()) return nullptr;
  const std::int64_t ms = (time->us + (is_max ? 999 : 0)) / 1000;
  return FormatMicros(Time{ms * 1000}).substr(0, 23) + "Z";
}

// Null where a value is better left out: Delta allows missing statistics, never wrong ones.
Json Statistic(const std::string& text, const LogicalType& type, bool is_max) {
  switch (type.id()) {
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT: return std::stoll(text);
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE: {
      const double value = std::stod(text);
      return std::isfinite(value) ? Json(value) : Json(nullptr);
    }
    case LogicalTypeId::DECIMAL: return text.size() <= 15 ? Json(std::stod(text)) : Json(nullptr);
    case LogicalTypeId::VARCHAR: return text.size() <= kLongestText ? Json(text) : Json(nullptr);
    case LogicalTypeId::DATE: return text.size() == 10 ? Json(text) : Json(nullptr);
    case LogicalTypeId::TIMESTAMP: return InstantStatistic(text, is_max);
    default: return nullptr;
  }
}

std::map<std::string, std::string> TextMap(const duckdb::Value& map) {
  std::map<std::string, std::string> texts;
  for (const duckdb::Value& entry : duckdb::MapValue::GetChildren(map)) {
    const auto& pair = duckdb::StructValue::GetChildren(entry);
    if (!pair[1].IsNull()) texts[pair[0].ToString()] = pair[1].ToString();
  }
  return texts;
}

Json Statistics(std::int64_t rows, const duckdb::Value& by_column, const std::vector<RelationColumn>& columns) {
  Json stats{{"numRecords", rows}, {"minValues", Json::object()}, {"maxValues", Json::object()}, {"nullCount", Json::object()}};
  std::map<std::string, std::map<std::string, std::string>> found;
  for (const duckdb::Value& entry : duckdb::MapValue::GetChildren(by_column)) {
    const auto& pair = duckdb::StructValue::GetChildren(entry);
    found[pair[0].ToString()] = TextMap(pair[1]);
  }
  for (const RelationColumn& column : columns) {
    auto& values = found[Quote(column.name)];
    if (values.contains("null_count")) stats["nullCount"][column.name] = std::stoll(values["null_count"]);
    if (values["has_nan"] == "true" || !values.contains("min") || !values.contains("max")) continue;
    Json least = Statistic(values["min"], column.type, false);
    Json most = Statistic(values["max"], column.type, true);
    if (least.is_null() || most.is_null()) continue;
    stats["minValues"][column.name] = std::move(least);
    stats["maxValues"][column.name] = std::move(most);
  }
  return stats;
}

}  // namespace

Result<WrittenFile> WriteRelation(Session& session, const std::string& relation, std::unique_ptr<storage::ObjectWriter> out) {
  const auto columns = ColumnsOf(session, relation);
  if (!columns.ok()) return columns.error();
  const std::string path = session.Files().AddOutput(std::move(out));
  auto copied = session.Run(CopyStatement(relation, *columns, path));
  WrittenFile file;
  file.bytes = session.Files().BytesWritten(path);
  session.Files().Forget(path);
  if (!copied.ok()) return copied.error();
  auto& answer = *copied.value();
  file.rows = answer.GetValue(1, 0).GetValue<std::int64_t>();
  file.stats = Statistics(file.rows, answer.GetValue(4, 0), *columns);
  return file;
}

}  // namespace weir::engine
