#include "runner/engine/parquet/parquet_writer.h"

#include "runner/engine/parquet/delta_statistics.h"
#include "runner/engine/parquet/parquet_tap.h"
#include "runner/engine/sql/checks.h"
#include "runner/engine/sql/sql.h"

namespace weir::engine {
namespace {

constexpr const char* kRow = " row";  // no declared column can have such a name

using RowChecks = std::vector<const api::Check*>;

RowChecks RowChecksOf(const WriteRequest& request) {
  RowChecks checks;
  for (const api::Check& check : request.checks)
    if (check.LooksAtOneRow()) checks.push_back(&check);
  return checks;
}

bool Quarantines(const api::Check& check) { return check.Action() == api::OnFailure::Quarantine; }

// What the tap wants to see beside the columns of the file.
std::vector<std::string> Conditions(const RowChecks& checks, const std::vector<api::Column>& columns) {
  std::vector<std::string> outputs;
  std::vector<std::string> apart;
  for (const api::Check* check : checks) {
    const std::string fails = "(" + FailingRow(*check, columns) + ")";
    if (Quarantines(*check)) apart.push_back(fails);
    outputs.push_back(fails + " AS " + Quote(" fails " + std::to_string(outputs.size())));
  }
  if (!apart.empty()) outputs.push_back("CASE WHEN " + Joined(apart, " OR ") + " THEN CAST(to_json(" + Quote(kRow) + ") AS VARCHAR) END AS \" text\"");
  return outputs;
}

std::string CopyStatement(const WriteRequest& request, const std::vector<api::Column>& columns, const RowChecks& checks, const std::string& path) {
  std::vector<std::string> outputs;
  std::vector<std::string> ids;
  bool may_have_ids = true;
  for (const api::Column& column : columns) {
    outputs.push_back(Quote(column.name));
    ids.push_back(Quote(column.name) + ": " + std::to_string(ids.size() + 1));
    may_have_ids = may_have_ids && column.name != "__duckdb_field_id";  // a word of the option's own
  }
  for (std::string& condition : Conditions(checks, columns)) outputs.push_back(std::move(condition));
  return "COPY (SELECT " + Joined(outputs) + " FROM " + Quote(request.relation) + " AS " + Quote(kRow) + ") TO " + Literal(path) + " (FORMAT " +
         kTappedParquet + ", COMPRESSION zstd, USE_TMP_FILE false, PRESERVE_ORDER false, RETURN_STATS true" +
         (may_have_ids ? ", FIELD_IDS {" + Joined(ids) + "}" : "") + ")";
}

TapRequest TapFor(const WriteRequest& request, const std::vector<api::Column>& columns, const RowChecks& checks) {
  TapRequest tap{.eventsUntil = request.eventsUntil};
  for (std::size_t i = 0; i < columns.size(); ++i) tap.columns.push_back(columns[i].name);
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == request.eventTime) tap.eventTime = i;
  for (const api::Check* check : checks) tap.quarantines.push_back(Quarantines(*check));
  tap.quarantine = [&request, &checks](std::size_t i, std::string row) {
    const api::Check& check = *checks[i];
    request.quarantine({"", 0, Joined(CheckedColumns(check)), FailureOf(check), std::move(row)});
  };
  return tap;
}

std::vector<std::int64_t> Failures(const WriteRequest& request, const Tapped& tapped) {
  std::vector<std::int64_t> failures;
  auto of_rows = tapped.failures.begin();
  for (const api::Check& check : request.checks) {
    if (check.LooksAtOneRow()) {
      failures.push_back(tapped.failures.empty() ? 0 : *of_rows++);  // no thread, no row
    } else {
      const auto* count = check.rule.As<api::RowCountCheck>();
      failures.push_back(count == nullptr || count->Allows(tapped.rows) ? 0 : 1);
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
  file.stats = DeltaStatistics({file.rows, answer.GetValue(4, 0), tapped.topmostTexts}, columns);
  file.contentHash = ContentHashText(tapped.content);
  file.minEventTime = tapped.events.oldest;
  file.maxEventTime = tapped.events.newest;
  file.eventsAhead = tapped.events.ahead;
  file.nearestEvent = tapped.events.nearest;
  file.furthestEvent = tapped.events.furthest;
  file.failures = Failures(request, tapped);
  return file;
}

}  // namespace weir::engine
