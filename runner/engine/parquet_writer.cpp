#include "runner/engine/parquet_writer.h"

#include <cmath>
#include <map>

#include "runner/engine/checks.h"
#include "runner/engine/parquet_tap.h"
#include "runner/engine/sql.h"
#include "runner/engine/types.h"

namespace weir::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

constexpr std::size_t kLongestText = 256;  // statistics are for skipping files, not for keeping data

constexpr const char* kRow = " row";  // no declared column can have such a name

using RowChecks = std::vector<const api::Check*>;

RowChecks RowChecksOf(const WriteRequest& request) {
  RowChecks checks;
  for (const api::Check& check : request.checks)
    if (LooksAtOneRow(check)) checks.push_back(&check);
  return checks;
}

bool SetsAside(const api::Check& check) { return check.Action() == api::OnFailure::Quarantine; }

// What the tap wants to see beside the columns of the file.
std::vector<std::string> Conditions(const RowChecks& checks) {
  std::vector<std::string> outputs;
  std::vector<std::string> apart;
  for (const api::Check* check : checks) {
    const std::string fails = "(" + FailingRow(*check) + ")";
    if (SetsAside(*check)) apart.push_back(fails);
    outputs.push_back(fails + " AS " + Quote(" fails " + std::to_string(outputs.size())));
  }
  if (!apart.empty()) outputs.push_back("CASE WHEN " + JoinSql(apart, " OR ") + " THEN CAST(to_json(" + Quote(kRow) + ") AS VARCHAR) END AS \" text\"");
  return outputs;
}

std::string CopyStatement(const WriteRequest& request, const std::vector<api::Column>& columns, const RowChecks& checks, const std::string& path) {
  std::vector<std::string> outputs;
  std::vector<std::string> ids;
  for (const api::Column& column : columns) {
    outputs.push_back(Quote(column.name));
    ids.push_back(Quote(column.name) + ": " + std::to_string(ids.size() + 1));
  }
  for (std::string& condition : Conditions(checks)) outputs.push_back(std::move(condition));
  return "COPY (SELECT " + JoinSql(outputs) + " FROM " + Quote(request.relation) + " AS " + Quote(kRow) + ") TO " + Literal(path) + " (FORMAT " +
         kTappedParquet + ", COMPRESSION zstd, USE_TMP_FILE false, PRESERVE_ORDER false, RETURN_STATS true, FIELD_IDS {" + JoinSql(ids) + "})";
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

Json Statistics(std::int64_t rows, const duckdb::Value& by_column, const std::vector<api::Column>& columns) {
  Json stats{{"numRecords", rows}, {"minValues", Json::object()}, {"maxValues", Json::object()}, {"nullCount", Json::object()}};
  std::map<std::string, std::map<std::string, std::string>> found;
  for (const duckdb::Value& entry : duckdb::MapValue::GetChildren(by_column)) {
    const auto& pair = duckdb::StructValue::GetChildren(entry);
    found[pair[0].ToString()] = TextMap(pair[1]);
  }
  for (const api::Column& column : columns) {
    auto& values = found[Quote(column.name)];
    if (values.contains("null_count")) stats["nullCount"][column.name] = std::stoll(values["null_count"]);
    if (values["has_nan"] == "true" || !values.contains("min") || !values.contains("max")) continue;
    const LogicalType type = DeclaredType(column.type);
    Json least = Statistic(values["min"], type, false);
    Json most = Statistic(values["max"], type, true);
    if (least.is_null() || most.is_null()) continue;
    stats["minValues"][column.name] = std::move(least);
    stats["maxValues"][column.name] = std::move(most);
  }
  return stats;
}

TapRequest TapFor(const WriteRequest& request, const std::vector<api::Column>& columns, const RowChecks& checks) {
  TapRequest tap{.columns = columns.size(), .eventsUntil = request.eventsUntil};
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == request.eventTime) tap.eventTime = i;
  for (const api::Check* check : checks) tap.setsAside.push_back(SetsAside(*check));
  tap.setAside = [&request, &checks](std::size_t i, std::string row) {
    const api::Check& check = *checks[i];
    request.setAside({"", 0, JoinSql(CheckedColumns(check)), FailureOf(check), std::move(row)});
  };
  return tap;
}

std::vector<std::int64_t> Failures(const WriteRequest& request, const Tapped& tapped) {
  std::vector<std::int64_t> failures;
  auto of_rows = tapped.failures.begin();
  for (const api::Check& check : request.checks) {
    if (LooksAtOneRow(check)) {
      failures.push_back(tapped.failures.empty() ? 0 : *of_rows++);  // no thread, no row
    } else {
      failures.push_back(check.rowCount && IsOutside(tapped.rows, *check.rowCount) ? 1 : 0);
    }
  }
  return failures;
}

Status Agree(const Tapped& tapped, const WrittenFile& file, std::int64_t copied_bytes) {
  if (tapped.rows == file.rows && file.bytes == copied_bytes) return Ok();
  return Error{Fault::Bug, "InternalError",
               "a file of " + std::to_string(file.rows) + " rows and " + std::to_string(copied_bytes) + " bytes was made of " + std::to_string(tapped.rows) +
                   " rows, and the store took " + std::to_string(file.bytes) + " bytes; nothing was committed"};
}

}  // namespace

Result<WrittenFile> WriteRelation(Session& session, const std::vector<api::Column>& columns, const WriteRequest& request) {
  auto out = request.store->Create(request.path);
  if (!out.ok()) return out.error();
  const std::string path = session.Files().AddOutput(std::move(out).value());
  const RowChecks checks = RowChecksOf(request);
  const ParquetTap tap(session.Work(), TapFor(request, columns, checks));
  auto copied = session.Run(CopyStatement(request, columns, checks, path));
  WrittenFile file{.bytes = session.Files().BytesWritten(path)};
  session.Files().Forget(path);
  if (!copied.ok()) return copied.error();
  auto& answer = *copied.value();
  const Tapped tapped = tap.Taken();
  file.rows = answer.GetValue(1, 0).GetValue<std::int64_t>();
  if (Status agree = Agree(tapped, file, answer.GetValue(2, 0).GetValue<std::int64_t>()); !agree.ok()) return agree.error();
  file.stats = Statistics(file.rows, answer.GetValue(4, 0), columns);
  file.contentHash = tapped.content.Text();
  file.maxEventTime = tapped.events.newest;
  file.eventsAhead = tapped.events.ahead;
  file.furthestEvent = tapped.events.furthest;
  file.failures = Failures(request, tapped);
  return file;
}

}  // namespace weir::engine
