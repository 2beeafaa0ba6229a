#include <map>
#include <set>

#include "runner/engine/answer.h"
#include "runner/engine/bind.h"
#include "runner/engine/checks.h"
#include "runner/engine/decode.h"
#include "runner/engine/engine.h"
#include "runner/engine/errors.h"
#include "runner/engine/facts.h"
#include "runner/engine/parquet_writer.h"
#include "runner/engine/session.h"
#include "runner/engine/sniff.h"
#include "runner/engine/sql.h"

namespace weir::engine {
namespace {

class DuckDbEngine final : public Engine {
 public:
  explicit DuckDbEngine(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  Status Attach(const std::string& table, const std::vector<InputFile>& files, const std::vector<api::Column>& columns) override;
  Result<std::int64_t> Decode(const InputFile& file, const api::Format& format, const RowRules& rules, const std::string& into,
                              const std::function<void(RejectedRow&&)>& rejected) override;
  Status Select(const std::string& sql, const std::vector<api::Column>& columns, const std::string& into) override;
  Status MatchSelect(const std::string& sql, const std::vector<api::Column>& columns) override;
  Result<BoundQuery> Bind(const std::string& sql) override;
  Result<std::int64_t> CountInputs(const std::vector<std::string>& tables) override;
  Result<WrittenFile> WriteParquet(const std::string& relation, std::unique_ptr<storage::ObjectWriter> out) override {
    return WriteRelation(*session_, relation, std::move(out));
  }
  Result<RelationFacts> Measure(const std::string& relation, const std::string& event_time_column) override {
    return MeasureRelation(*session_, relation, event_time_column);
  }
  Result<std::int64_t> CountFailures(const std::string& relation, const api::Check& check) override;
  Result<std::int64_t> Quarantine(const std::string& relation, const api::Check& check, const std::function<void(RejectedRow&&)>& rejected) override;
  Result<std::vector<Json>> Query(const std::string& sql, std::int64_t limit) override;
  Result<std::pair<api::Format, std::vector<api::Column>>> Sniff(const InputFile& file) override {
    return SniffFile(*session_, session_->Files().AddInput(file.store, file.path), file.path);
  }

 private:
  Status Materialize(const std::string& relation);

  std::unique_ptr<Session> session_;
  std::set<std::string> declared_;
  std::set<std::string> materialized_;
};

// A declared TIMESTAMP lies in the files as an instant.
std::string StoredColumn(const api::Column& column) {
  const std::string name = Quote(column.name);
  return column.type == "TIMESTAMP" ? FromInstant(name) + " AS " + name : name;
}

Status DuckDbEngine::Attach(const std::string& table, const std::vector<InputFile>& files, const std::vector<api::Column>& columns) {
  if (columns.empty()) return Error{Fault::Invalid, "SchemaMismatch", "table " + table + " declares no columns"};
  std::vector<std::string> steps{"CREATE OR REPLACE TABLE declared." + Quote(table) + " (" + ColumnDefinitions(columns) + ")"};
  if (files.empty()) {
    steps.push_back("CREATE OR REPLACE VIEW main." + Quote(table) + " AS SELECT * FROM declared." + Quote(table));
  } else {
    std::vector<std::string> names;
    std::vector<std::string> outputs;
    for (const InputFile& file : files) names.push_back(Literal(session_->Files().AddInput(file.store, file.path)));
    for (const api::Column& column : columns) outputs.push_back(StoredColumn(column));
    steps.push_back("CREATE OR REPLACE VIEW main." + Quote(table) + " AS SELECT " + JoinSql(outputs) + " FROM read_parquet([" + JoinSql(names) +
                    "], hive_partitioning = false)");
  }
  for (const std::string& step : steps)
    if (Status done = session_->Execute(step); !done.ok()) return done.error();
  declared_.insert(table);
  return Ok();
}

Result<std::int64_t> DuckDbEngine::Decode(const InputFile& file, const api::Format& format, const RowRules& rules, const std::string& into,
                                          const std::function<void(RejectedRow&&)>& rejected) {
  if (Status checks = RequireRowChecks(*session_, rules); !checks.ok()) return checks.error();
  materialized_.erase(into);
  const DecodeRequest request{*session_, session_->Files().AddInput(file.store, file.path), file.path, format, rules, into, rejected};
  if (format.csv) return DecodeCsv(request);
  if (format.json) return DecodeJson(request);
  if (format.parquet) return DecodeParquet(request);
  return Error{Fault::Invalid, "Invalid", file.path + " has no declared format: csv, json or parquet"};
}

Status DuckDbEngine::Select(const std::string& sql, const std::vector<api::Column>& columns, const std::string& into) {
  const auto bound = BindSelect(*session_, sql, declared_);
  if (!bound.ok()) return bound.error();
  if (Status matched = MatchColumns(*bound, columns); !matched.ok()) return matched;
  materialized_.erase(into);
  return session_->Execute("CREATE OR REPLACE TEMP VIEW " + Quote(into) + " AS " + CastedSelect(*bound, columns));
}

Status DuckDbEngine::MatchSelect(const std::string& sql, const std::vector<api::Column>& columns) {
  const auto bound = BindSelect(*session_, sql, declared_);
  if (!bound.ok()) return bound.error();
  return MatchColumns(*bound, columns);
}

Result<BoundQuery> DuckDbEngine::Bind(const std::string& sql) {
  const auto bound = BindSelect(*session_, sql, declared_);
  if (!bound.ok()) return bound.error();
  BoundQuery query;
  for (std::size_t i = 0; i < bound->names.size(); ++i) query.columns.push_back({bound->names[i], bound->types[i].ToString()});
  query.tables = bound->tables;
  return query;
}

Result<std::int64_t> DuckDbEngine::CountInputs(const std::vector<std::string>& tables) {
  std::int64_t rows = 0;
  for (const std::string& table : std::set<std::string>(tables.begin(), tables.end())) {
    const auto count = session_->Number("SELECT count(*) FROM main." + Quote(table));
    if (!count.ok()) return count.error();
    rows += *count;
  }
  return rows;
}

Result<std::int64_t> DuckDbEngine::CountFailures(const std::string& relation, const api::Check& check) {
  auto failures = CountFailingRows(*session_, relation, check);
  if (!failures.ok()) return OfCheck(check, failures.error());
  return failures;
}

// A query is evaluated anew on every use; rows that are to be parted must be the same ones each time.
Status DuckDbEngine::Materialize(const std::string& relation) {
  if (materialized_.contains(relation)) return Ok();
  const std::string rows = Quote(relation + " kept");
  Status done = session_->Execute("CREATE OR REPLACE TEMP TABLE " + rows + " AS SELECT * FROM " + Quote(relation));
  if (done.ok()) done = session_->Execute("CREATE OR REPLACE TEMP VIEW " + Quote(relation) + " AS SELECT * FROM " + rows);
  if (done.ok()) materialized_.insert(relation);
  return done;
}

Result<std::int64_t> DuckDbEngine::Quarantine(const std::string& relation, const api::Check& check, const std::function<void(RejectedRow&&)>& rejected) {
  if (Status row = RequireRowCheck(check); !row.ok()) return row.error();
  const std::string failing = FailingRow(check);
  if (Status done = Materialize(relation); !done.ok()) return done.error();
  const std::string rows = Quote(relation + " kept");
  std::int64_t count = 0;
  Status done = session_->ForEach("SELECT to_json(r) FROM " + rows + " r WHERE " + failing, [&](const std::vector<duckdb::Value>& row) -> Status {
    rejected({"", 0, CheckedColumns(check), FailureOf(check), row[0].ToString()});
    ++count;
    return Ok();
  });
  if (done.ok()) done = session_->Execute("DELETE FROM " + rows + " WHERE " + failing);
  if (!done.ok()) return OfCheck(check, done.error());
  return count;
}

Result<std::vector<Json>> DuckDbEngine::Query(const std::string& sql, std::int64_t limit) {
  const auto bound = BindSelect(*session_, sql, declared_);
  if (!bound.ok()) return bound.error();
  return RowsAsJson(*session_, *bound, limit);
}

}  // namespace

Result<std::unique_ptr<Engine>> MakeEngine(const Limits& limits) {
  auto session = Session::Open(limits);
  if (!session.ok()) return session.error();
  return std::unique_ptr<Engine>(std::make_unique<DuckDbEngine>(std::move(session).value()));
}

}  // namespace weir::engine
