#include <algorithm>
#include <map>
#include <regex>

#include "crds/api/describe/write.h"
#include "crds/api/protocol/attempt.h"
#include "crds/base/count.h"
#include "runner/stages/decoding/quarantine_limit.h"
#include "runner/stages/stage.h"
#include "runner/stages/tables/audit.h"
#include "runner/stages/tables/events_ahead.h"
#include "runner/stages/tables/names.h"
#include "runner/stages/tables/own_inputs.h"
#include "runner/stages/tables/promise.h"
#include "runner/stages/tables/publication.h"
#include "runner/stages/tables/unchanged.h"
#include "runner/stages/tables/verification.h"

namespace weir::stages {
namespace {

constexpr const char* kResult = "_weir_result";
constexpr const char* kWritten = "_weir_written";

// A table that the SQL reads, as of the start of the attempt.
struct Source {
  const api::TaskTable* table = nullptr;
  PlacedTable placed;
  storage::TableState state;
};

struct QueryRun {
  Place& place;
  PlacedTable target;
  std::unique_ptr<engine::Engine> engine;
  QuarantineFile quarantine;
  std::shared_ptr<HashingStore> output;
  std::vector<Source> sources;
  Promise promise;                         // of a View that is published
  std::string resultKey;                   // what decides the result (unchanged.h)
  std::string replaced;                    // who wrote the target before, when that was none of ours
  std::vector<std::string> orderWarnings;  // about the SQL
};

std::string NameOf(const api::TaskTable& table) { return std::string(api::Word(table.kind)) + "/" + table.name; }

Status Attach(QueryRun& run, const api::TaskTable& table) {
  auto placed = run.place.Placed(table);
  if (!placed.ok()) return placed.error();
  auto state = placed->log->Load();
  if (!state.ok()) return state.error();
  if (Status owned = CheckOwner(run.place.task, table, *state); !owned.ok()) return owned;
  if (Status attached = run.engine->Attach(table.table, InputsOf(*placed, *state), table.columns); !attached.ok()) return WithRemedy(attached.error(), *placed);
  run.sources.push_back({&table, *placed, std::move(state).value()});
  return Ok();
}

// Any table may be named, so all are declared; only of those that the SQL reads are logs and files looked at.
Status AttachSources(QueryRun& run) {
  std::map<std::string, const api::TaskTable*> tables;
  for (const api::TaskTable& table : run.place.task.tables) {
    if (HoldsFiles(table.zone)) continue;
    if (Status declared = run.engine->Declare(table.table, table.columns); !declared.ok()) return declared;
    tables[table.table] = &table;
  }
  const auto bound = run.engine->Bind(run.place.task.sql);
  if (!bound.ok()) return bound.error();
  run.orderWarnings = bound->orderWarnings;
  for (const std::string& name : bound->tables)
    if (Status attached = Attach(run, *tables.at(name)); !attached.ok()) return attached;
  return Ok();
}

std::vector<const api::TaskTable*> NeverCommitted(const QueryRun& run) {
  std::vector<const api::TaskTable*> never;
  for (const Source& source : run.sources)
    if (source.state.commitInfo.is_null()) never.push_back(source.table);
  return never;
}

// The oldest of what was read: no newer claim can be made for a result of all of them.
std::optional<Time> OldestInput(const QueryRun& run) {
  std::optional<Time> oldest;
  for (const Source& source : run.sources) {
    const auto time = DataAsOf(source.state.Facts());
    if (!time) return std::nullopt;
    oldest = std::min(oldest.value_or(*time), *time);
  }
  return oldest;
}

Inputs Read(const QueryRun& run) {
  Inputs read;
  for (const Source& source : run.sources) read.emplace_back(&source.placed, &source.state);
  return read;
}

bool IsRecursive(const std::string& sql) {
  static const std::regex with("\\bwith\\s+recursive\\b", std::regex::icase);
  return std::regex_search(sql, with);
}

// A recursion that never ends takes what there is of memory and disk, which looks as if the data had grown.
Error AboutRecursion(Error error, const api::StageTask& task) {
  if (error.fault == Fault::Exhausted && IsRecursive(task.sql))
    error.message += "; the SQL has WITH RECURSIVE: see that its recursion ends, such as with WHERE n < 1000 in the part that refers to itself";
  return error;
}

Result<engine::WrittenFile> WriteResult(QueryRun& run, const std::vector<Rule>& rules) {
  engine::WriteRequest request{.relation = kResult, .store = run.output, .path = run.target.PathOf(api::ResultPath(AttemptOf(run.place.task)))};
  request.eventTime = run.target.table->eventTime;
  request.eventsUntil = EventsUntil(run.place.task, *run.target.table);
  request.checks = ChecksOf(rules);
  request.quarantine = [&run](engine::RejectedRow&& row) { run.quarantine.Add(row); };
  auto written = run.engine->WriteParquet(request);
  if (!written.ok()) return AboutRecursion(Diagnosed(written.error(), Read(run)), run.place.task);
  if (Status kept = run.quarantine.Close(); !kept.ok()) return kept.error();
  return written;
}

// As their commits say; another engine's may leave it out.
Result<std::int64_t> RowsOf(QueryRun& run, const Source& source) {
  for (const auto& [path, file] : source.state.files)
    if (!file.stats.contains("numRecords")) return run.engine->CountRows(source.table->table);
  return source.state.Rows();
}

// Two inputs may be made of different versions of one table.
void AddLargest(std::map<std::string, std::int64_t>& counts, const std::map<std::string, std::int64_t>& more) {
  for (const auto& [table, count] : more) counts[table] = std::max(counts[table], count);
}

Result<Facts> FactsOf(QueryRun& run, const engine::WrittenFile& written) {
  Facts facts{.contentHash = written.contentHash};
  for (const Source& source : run.sources) {
    const auto rows = RowsOf(run, source);
    if (!rows.ok()) return rows.error();
    facts.inputs.push_back({source.table->name, source.state.version, *rows});
    AddLargest(facts.quarantined, QuarantinedOf(source.state.Facts()));
    AddLargest(facts.withoutFiles, WithoutFilesOf(source.state.Facts()));
  }
  facts.ledger = LedgerOfSql(facts.inputs, written.rows, run.quarantine.rows());
  facts.dataAsOf = run.target.table->eventTime.empty() ? OldestInput(run) : written.maxEventTime;
  facts.contractHash = run.place.task.contractHash;
  facts.quarantine = run.quarantine.Path();
  if (run.quarantine.rows() > 0) facts.quarantined[run.target.table->name] = run.quarantine.rows();
  return facts;
}

std::vector<api::Finding> OfMissingFiles(const Facts& facts) {
  std::vector<api::Finding> findings;
  for (const auto& [table, files] : facts.withoutFiles)
    findings.push_back({"Dataset/" + table, "its rows are missing those of " + Counted(files, "file") + (files == 1 ? " that is" : " that are") +
                                                " quarantined as a whole: weir explain dataset/" + table + " lists " + (files == 1 ? "it" : "them")});
  return findings;
}

// A table has one writer: what another program wrote is read, and was checked by nobody.
std::vector<api::Finding> OfOtherWriters(const QueryRun& run) {
  std::vector<api::Finding> findings;
  for (const Source& source : run.sources)
    if (const std::string writer = source.state.OtherWriter(); !writer.empty())
      findings.push_back({NameOf(*source.table), "its version " + std::to_string(source.state.version) + " was written by " + writer +
                                                     ", and no pipeline checked its rows: let one program write a table"});
  return findings;
}

// What a person should look at in the version.
std::vector<api::Finding> ReservationsOf(const QueryRun& run, const Audit& audit, const engine::WrittenFile& written, const Facts& facts) {
  std::vector<api::Finding> findings = audit.warnings;
  for (const std::string& warning : run.orderWarnings) findings.push_back({NameOf(*run.target.table), warning});
  for (api::Finding& finding : OfMissingFiles(facts)) findings.push_back(std::move(finding));
  for (api::Finding& finding : OfOtherWriters(run)) findings.push_back(std::move(finding));
  if (!run.replaced.empty())
    findings.push_back({NameOf(*run.target.table), "the version before was written by " + run.replaced + ", and is replaced: let one program write a table"});
  if (written.eventsAhead > 0) findings.push_back(EventsAhead{written.eventsAhead, written.furthestEvent}.Told(*run.target.table));
  return findings;
}

// The outcome when there is nothing to select from yet.
Result<std::optional<api::StageOutcome>> Prepare(QueryRun& run) {
  if (Status attached = AttachSources(run); !attached.ok()) return attached.error();
  auto idle = NothingToRead(run.place.task, NeverCommitted(run));
  if (!idle.ok() || *idle) return idle;
  const Status selected = run.engine->Select(run.place.task.sql, run.target.table->columns, kResult);
  if (!selected.ok()) return selected.error();
  return std::optional<api::StageOutcome>();
}

// The result in place of all that the table holds.
storage::TableChange ChangeTo(QueryRun& run, const storage::TableState& current, const engine::WrittenFile& written, const storage::TableSchema& schema) {
  storage::TableChange change{.schema = schema};
  change.add = {{.path = api::ResultPath(AttemptOf(run.place.task)),
                 .bytes = written.bytes,
                 .rows = written.rows,
                 .modified = run.place.task.logicalTime,
                 .stats = written.stats}};
  TagHash(run.target, *run.output, change.add.front());
  if (written.minEventTime) change.add.front().tags[kTagOldestEvent] = FormatMicros(*written.minEventTime);
  for (const auto& [path, old] : current.files) change.remove.push_back(path);
  run.replaced = current.OtherWriter();
  return change;
}

Audit AuditResult(QueryRun& run, const std::vector<Rule>& rules, const engine::WrittenFile& written) {
  const api::TaskTable& table = *run.target.table;
  Audit audit = Judge(rules, written.failures, written.rows, Quarantining::Done);
  if (audit.broken.empty() && audit.warnings.empty()) return audit;
  const engine::InputFile file{run.output, run.target.PathOf(api::ResultPath(AttemptOf(run.place.task))), written.bytes, written.rows};
  if (run.engine->Attach(kWritten, {file}, table.columns).ok())
    AddExamples(audit, rules, *run.engine, kWritten, table, [](const std::string&) { return std::string(); });
  return audit;
}

Result<api::StageOutcome> Finish(QueryRun& run, const storage::TableSchema& schema) {
  const api::TaskTable& table = *run.target.table;
  const std::vector<Rule> rules = RulesOf(table.columns, table.keys, table.checks);
  const auto written = WriteResult(run, rules);
  if (!written.ok()) return written.error();
  const Audit audit = AuditResult(run, rules, *written);
  if (Status verdict = Verdict(audit, table); !verdict.ok()) return verdict.error();
  const std::int64_t apart = run.quarantine.rows();
  const QuarantinedShare share{
      .what = "the result of stage " + run.place.task.stage, .rows = written->rows + apart, .quarantined = apart, .examples = run.quarantine.TakeExamples()};
  if (Status within = CheckQuarantine(table, share); !within.ok()) return within.error();
  const auto current = run.target.log->Load();  // again: SQL may have taken long
  if (!current.ok()) return current.error();
  if (Status kept = KeepLookback(run.target, *current, *written, run.promise); !kept.ok()) return kept.error();
  auto facts = FactsOf(run, *written);
  if (!facts.ok()) return facts.error();
  storage::TableChange change = ChangeTo(run, *current, *written, schema);
  facts->findings = ReservationsOf(run, audit, *written, *facts);
  CarryDataTime(table, *current, *facts);
  change.facts[kFactMadeOf] = run.resultKey;
  if (written->nearestEvent) change.facts[kFactNearestEvent] = FormatMicros(*written->nearestEvent);
  if (run.promise.next) change.facts["contract"] = api::WriteCanonical(*run.promise.next);
  const auto commit = Publish(run.place, run.target, std::move(change), *facts);
  if (!commit.ok()) return commit.error();
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .rows = facts->ledger, .commits = {*commit}, .findings = facts->findings};
  outcome.message =
      "version " + std::to_string(commit->version) + " of " + table.name + " with " + std::to_string(commit->rows) + (commit->rows == 1 ? " row" : " rows");
  return outcome;
}

}  // namespace

Result<api::StageOutcome> RunQuery(Place& place) {
  const bool publishes = place.task.kind == api::TaskKind::Publish;
  const auto target = place.Table(place.task.into, publishes ? api::TargetKind::View : api::TargetKind::Dataset);
  if (!target.ok()) return target.error();
  const storage::TableSchema schema{.columns = target->table->columns};
  auto earlier = FindOrClaim(place, *target, schema);
  if (!earlier.ok()) return earlier.error();
  if (*earlier) return **earlier;
  const storage::TableState& before = target->log->Seen();
  Promise promise = publishes ? KeepPromise(place, *target, before) : Promise{};
  if (promise.refused) return *std::move(promise.refused);
  auto engine = engine::MakeEngine(place.ports.limits);
  if (!engine.ok()) return engine.error();
  QueryRun run{.place = place,
               .target = *target,
               .engine = std::move(engine).value(),
               .quarantine = QuarantineFile(place),
               .output = std::make_shared<HashingStore>(target->store)};
  run.promise = std::move(promise);
  const auto idle = Prepare(run);
  if (!idle.ok()) return idle.error();
  if (*idle) return **idle;
  const Json promised = run.promise.next ? api::WriteCanonical(*run.promise.next) : Json();
  run.resultKey = ResultKey(place.task, *target->table, Read(run));
  const auto unchanged = FindUnchanged(place, *target, before, run.resultKey, promised, *run.engine);
  if (!unchanged.ok()) return unchanged.error();
  if (*unchanged) return **unchanged;
  return Finish(run, schema);
}

}  // namespace weir::stages
