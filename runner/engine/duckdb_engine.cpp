#include <algorithm>
#include <map>

#include "runner/engine/answer.h"
#include "runner/engine/csv_writer.h"
#include "runner/engine/decode/decode.h"
#include "runner/engine/decode/sniff.h"
#include "runner/engine/engine.h"
#include "runner/engine/errors.h"
#include "runner/engine/parquet/footers.h"
#include "runner/engine/parquet/parquet_writer.h"
#include "runner/engine/session.h"
#include "runner/engine/sql/bind.h"
#include "runner/engine/sql/checks.h"
#include "runner/engine/sql/sql.h"

namespace weir::engine {
namespace {

constexpr std::int64_t kShareOfAnswer = 7;  // half of what the engine leaves free
constexpr std::int64_t kLargestAnswer = 1LL << 30;

class DuckDbEngine final : public Engine {
 public:
  DuckDbEngine(std::unique_ptr<Session> session, const Limits& limits)
      : session_(std::move(session)), answer_bytes_(limits.memoryBytes > 0 ? limits.memoryBytes / kShareOfAnswer : kLargestAnswer) {}

  Status Declare(const std::string& table, const std::vector<api::Column>& columns) override;
  Status Attach(const std::string& table, const std::vector<InputFile>& files, const std::vector<api::Column>& columns) override;
  Result<DecodedFile> Decode(const InputFile& file, const api::Format& format, const RowRules& rules, const std::string& into,
                             const std::function<void(RejectedRow&&)>& rejected) override;
  Status Select(const std::string& sql, const std::vector<api::Column>& columns, const std::string& into) override;
  Status MatchSelect(const std::string& sql, const std::vector<api::Column>& columns) override;
  Result<BoundQuery> Bind(const std::string& sql) override;
  Result<WrittenFile> WriteParquet(const WriteRequest& request) override;
  Result<WrittenText> WriteCsv(const CsvRequest& request) override;
  Result<std::int64_t> CountRows(const std::string& table) override { return session_->Number("SELECT count(*) FROM main." + Quote(table)); }
  Result<std::vector<std::int64_t>> CountFailures(const std::string& table, const std::vector<api::Check>& checks) override;
  Result<FailingExample> FindFailing(const std::string& table, const api::Check& check, const std::vector<std::string>& also) override;
  Result<std::vector<Json>> Query(const std::string& sql, std::int64_t limit) override;
  Result<AnswerRows> Answer(const std::string& sql, std::int64_t limit) override;
  Status CheckFile(const InputFile& file) override { return CheckFooters(*session_, {file}, {Literal(session_->Files().AddInput(file))}); }
  void Cancel() override { session_->Cancel(); }
  Result<SniffedFile> SniffAll(const std::vector<InputFile>& files) override { return SniffFiles(*session_, files); }

 private:
  Status MakeView(const std::string& name, const std::vector<InputFile>& files, const std::vector<api::Column>& columns);
  Status CountDoubles(const WriteRequest& request, const std::vector<api::Column>& columns, std::vector<std::int64_t>& failures);

  std::unique_ptr<Session> session_;
  const std::int64_t answer_bytes_;
  DeclaredTables declared_;  // that SQL may name
  std::map<std::string, std::vector<InputFile>> attached_;
  std::map<std::string, std::vector<api::Column>> relations_;  // what was selected or decoded
};

// A declared TIMESTAMP lies in the files as an instant.
std::string StoredColumn(const api::Column& column) {
  const std::string name = Quote(column.name);
  return column.type == "TIMESTAMP" ? AsTimestamp(name) + " AS " + name : name;
}

Status DuckDbEngine::Declare(const std::string& table, const std::vector<api::Column>& columns) {
  if (columns.empty()) return Error{Fault::Invalid, "SchemaMismatch", "table " + table + " declares no columns"};
  Status done = session_->Execute("CREATE OR REPLACE TABLE declared." + Quote(table) + " (" + ColumnDefinitions(columns) + ")");
  if (done.ok()) declared_[table] = columns;
  return done;
}

Status DuckDbEngine::Attach(const std::string& table, const std::vector<InputFile>& files, const std::vector<api::Column>& columns) {
  const auto known = declared_.find(table);
  if (known == declared_.end() || known->second != columns) {
    if (Status declared = Declare(table, columns); !declared.ok()) return declared;
  }
  attached_[table] = files;
  if (files.empty()) return session_->Execute("CREATE OR REPLACE VIEW main." + Quote(table) + " AS SELECT * FROM declared." + Quote(table));
  return MakeView(table, files, columns);
}

Status DuckDbEngine::MakeView(const std::string& name, const std::vector<InputFile>& files, const std::vector<api::Column>& columns) {
  std::vector<std::string> paths;
  std::vector<std::string> outputs;
  for (const InputFile& file : files) paths.push_back(Literal(session_->Files().AddInput(file)));
  if (Status right = CheckFooters(*session_, files, paths); !right.ok()) return right;
  for (const api::Column& column : columns) outputs.push_back(StoredColumn(column));
  return session_->Execute("CREATE OR REPLACE VIEW main." + Quote(name) + " AS SELECT " + Joined(outputs) + " FROM read_parquet([" + Joined(paths) +
                           "], hive_partitioning = false)");
}

Status AllFit(Session& session, const std::vector<api::Check>& checks, const std::vector<api::Column>& columns) {
  for (const api::Check& check : checks)
    if (Status fits = CheckFits(session, check, columns); !fits.ok()) return fits;
  return Ok();
}

Result<DecodedFile> DecodeAs(const DecodeRequest& request) {
  if (!request.format.IsEmpty())
    return request.format.Visit(api::Overloaded{[&request](const api::CsvFormat& csv) { return DecodeCsv(request, csv); },
                                                [&request](const api::JsonFormat&) { return DecodeJson(request); },
                                                [&request](const api::ParquetFormat&) { return DecodeParquet(request); }});
  return Error{Fault::Invalid, "Invalid", request.path + " has no declared format: csv, json or parquet"};
}

// The columns in their order, those with provenance filled in.
std::string WithOrigin(const RowRules& rules, const std::string& relation) {
  std::vector<std::string> outputs;
  for (const api::Column& column : rules.columns) {
    if (column.provenance == api::Provenance::SourceFile)
      outputs.push_back(Literal(rules.origin.source) + " AS " + Quote(column.name));
    else if (column.provenance == api::Provenance::LandedAt)
      outputs.push_back("make_timestamp(" + std::to_string(rules.origin.landed.us) + ") AS " + Quote(column.name));
    else
      outputs.push_back(Quote(column.name));
  }
  return "SELECT " + Joined(outputs) + " FROM " + Quote(relation);
}

Result<DecodedFile> DuckDbEngine::Decode(const InputFile& file, const api::Format& format, const RowRules& rules, const std::string& into,
                                         const std::function<void(RejectedRow&&)>& rejected) {
  if (Status fit = AllFit(*session_, rules.checks, rules.columns); !fit.ok()) return fit.error();
  relations_[into] = rules.columns;
  RowRules in_file{.checks = rules.checks};
  for (const api::Column& column : rules.columns)
    if (!column.provenance) in_file.columns.push_back(column);
  if (in_file.columns.empty()) return Error{Fault::Invalid, "Invalid", "no column is read from " + file.path + ": declare one without provenance"};
  const bool filled = in_file.columns.size() < rules.columns.size();
  const std::string relation = filled ? into + " read" : into;
  const auto read = DecodeAs({*session_, session_->Files().AddInput(file), file.path, format, in_file, relation, rejected});
  if (!read.ok() || !filled) return read;
  if (Status made = session_->Execute("CREATE OR REPLACE TEMP VIEW " + Quote(into) + " AS " + WithOrigin(rules, relation)); !made.ok()) return made.error();
  return read;
}

Status DuckDbEngine::Select(const std::string& sql, const std::vector<api::Column>& columns, const std::string& into) {
  const auto bound = BindSelect(*session_, sql, declared_);
  if (!bound.ok()) return bound.error();
  if (Status repeatable = CheckRepeatable(*bound); !repeatable.ok()) return repeatable;
  if (Status matched = MatchColumns(*bound, columns); !matched.ok()) return matched;
  relations_[into] = columns;
  return session_->Execute(ViewOn(into, CastedSelect(*bound, columns)));
}

Status DuckDbEngine::MatchSelect(const std::string& sql, const std::vector<api::Column>& columns) {
  const auto bound = BindSelect(*session_, sql, declared_);
  if (!bound.ok()) return bound.error();
  if (Status repeatable = CheckRepeatable(*bound); !repeatable.ok()) return repeatable;
  return MatchColumns(*bound, columns);
}

Result<BoundQuery> DuckDbEngine::Bind(const std::string& sql) {
  const auto bound = BindSelect(*session_, sql, declared_);
  if (!bound.ok()) return bound.error();
  BoundQuery query;
  for (std::size_t i = 0; i < bound->names.size(); ++i) query.columns.push_back({bound->names[i], bound->types[i].ToString()});
  query.tables = bound->tables;
  query.orderWarnings = bound->orderWarnings;
  return query;
}

Error Unknown(const std::string& name) { return {Fault::Bug, "InternalError", "the engine knows no " + name}; }

Result<WrittenFile> DuckDbEngine::WriteParquet(const WriteRequest& request) {
  const auto relation = relations_.find(request.relation);
  if (relation == relations_.end()) return Unknown(request.relation);
  if (Status fit = AllFit(*session_, request.checks, relation->second); !fit.ok()) return fit.error();
  auto file = WriteRelation(*session_, relation->second, request);
  if (!file.ok()) return file.error();
  if (Status counted = CountDoubles(request, relation->second, file->failures); !counted.ok()) return counted.error();
  return file;
}

Result<WrittenText> DuckDbEngine::WriteCsv(const CsvRequest& request) {
  const auto declared = declared_.find(request.table);
  return declared == declared_.end() ? Result<WrittenText>(Unknown(request.table)) : WriteTableAsCsv(*session_, declared->second, request);
}

// Which rows agree with others shows only when all are there.
Status DuckDbEngine::CountDoubles(const WriteRequest& request, const std::vector<api::Column>& columns, std::vector<std::int64_t>& failures) {
  const std::string written = request.relation + " written";
  const auto is_unique = [](const api::Check& check) { return check.rule.Is<api::UniqueCheck>(); };
  if (std::none_of(request.checks.begin(), request.checks.end(), is_unique)) return Ok();
  if (Status viewed = MakeView(written, {{request.store, request.path}}, columns); !viewed.ok()) return viewed;
  for (std::size_t i = 0; i < request.checks.size(); ++i) {
    if (!is_unique(request.checks[i])) continue;
    const auto doubles = CountFailingRows(*session_, written, columns, {request.checks[i]});
    if (!doubles.ok()) return doubles.error();
    failures[i] = doubles->front();
  }
  return Ok();
}

Result<std::vector<std::int64_t>> DuckDbEngine::CountFailures(const std::string& table, const std::vector<api::Check>& checks) {
  const auto declared = declared_.find(table);
  if (declared == declared_.end()) return Unknown(table);
  if (Status fit = AllFit(*session_, checks, declared->second); !fit.ok()) return fit.error();
  return CountFailingRows(*session_, table, declared->second, checks);
}

Result<FailingExample> DuckDbEngine::FindFailing(const std::string& table, const api::Check& check, const std::vector<std::string>& also) {
  constexpr std::size_t kSearched = 100, kNamed = 3;  // files
  const auto declared = declared_.find(table);
  if (declared == declared_.end()) return Unknown(table);
  auto found = FindFailingRow(*session_, table, declared->second, check, also);
  if (!found.ok()) return found.error();
  FailingExample example{found->values, found->times, {}};
  if (example.values.empty()) return example;
  const std::string one = table + " one";
  const std::vector<InputFile>& files = attached_[table];
  for (std::size_t i = 0; i < std::min(files.size(), kSearched) && example.files.size() < kNamed; ++i) {
    if (Status viewed = MakeView(one, {files[i]}, declared->second); !viewed.ok()) return viewed.error();
    const auto rows = session_->Number("SELECT count(*) FROM main." + Quote(one) + " WHERE " + found->condition);
    if (!rows.ok()) return rows.error();
    if (*rows > 0) example.files.push_back(files[i].path);
  }
  return example;
}

Result<std::vector<Json>> DuckDbEngine::Query(const std::string& sql, std::int64_t limit) {
  const auto bound = BindSelect(*session_, sql, declared_);
  if (!bound.ok()) return bound.error();
  return RowsAsJson(*session_, *bound, {limit, answer_bytes_});
}

Result<AnswerRows> DuckDbEngine::Answer(const std::string& sql, std::int64_t limit) {
  const auto bound = BindSelect(*session_, sql, declared_);
  if (!bound.ok()) return bound.error();
  return CellsAsJson(*session_, *bound, {limit, answer_bytes_});
}

}  // namespace

Result<std::unique_ptr<Engine>> MakeEngine(const Limits& limits) {
  auto session = Session::Open(limits);
  if (!session.ok()) return session.error();
  return std::unique_ptr<Engine>(std::make_unique<DuckDbEngine>(std::move(session).value(), limits));
}

}  // namespace weir::engine
