#include <algorithm>

#include "runner/stages/audit.h"
#include "runner/stages/publication.h"
#include "runner/stages/stage.h"

namespace weir::stages {
namespace {

constexpr const char* kResult = "_weir_result";
constexpr const char* kWritten = "_weir_written";

// A table that the SQL may read, as of the start of the attempt.
struct Source {
  const api::TaskTable* table = nullptr;
  storage::TableState state;
};

struct QueryRun {
  Place& place;
  PlacedTable target;
  std::unique_ptr<engine::Engine> engine;
  QuarantineFile quarantine;
  std::vector<Source> sources;
  std::vector<std::string> reads;  // tables that the SQL reads
};

Status AttachSources(QueryRun& run) {
  for (const api::TaskTable& table : run.place.task.tables) {
    if (HoldsFiles(table.zone)) continue;
    auto placed = run.place.Placed(table);
    if (!placed.ok()) return placed.error();
    auto state = placed->log->Load();
    if (!state.ok()) return state.error();
    std::vector<engine::InputFile> files;
    for (const auto& [path, file] : state->files) files.push_back({placed->store, placed->PathOf(path)});
    if (Status attached = run.engine->Attach(table.table, files, table.columns); !attached.ok()) return attached;
    run.sources.push_back({&table, std::move(state).value()});
  }
  return Ok();
}

bool Reads(const QueryRun& run, const Source& source) { return std::find(run.reads.begin(), run.reads.end(), source.table->table) != run.reads.end(); }

// A table that was never committed has nothing that could be read; an empty result would look like data.
Status RequireCommitted(const QueryRun& run) {
  std::string missing;
  for (const Source& source : run.sources)
    if (Reads(run, source) && source.state.commitInfo.is_null()) missing += (missing.empty() ? "" : ", ") + source.table->name;
  if (missing.empty()) return Ok();
  return Error{Fault::Data, "NoFiles", "the SQL reads " + missing + ", of which no version was ever committed: run the pipeline that writes it first"};
}

// The oldest of what was read: no newer claim can be made for a result of all of them.
std::optional<Time> OldestInput(const QueryRun& run) {
  std::optional<Time> oldest;
  for (const Source& source : run.sources) {
    if (!Reads(run, source)) continue;
    const auto time = DataAsOf(source.state.Facts());
    if (!time) return std::nullopt;
    oldest = std::min(oldest.value_or(*time), *time);
  }
  return oldest;
}

Status QuarantineRows(QueryRun& run) {
  for (const api::Check& check : run.target.table->checks) {
    if (check.Action() != api::OnFailure::Quarantine) continue;
    const auto moved = run.engine->Quarantine(kResult, check, [&](engine::RejectedRow&& row) { run.quarantine.Add(row); });
    if (!moved.ok()) return moved.error();
  }
  return run.quarantine.Close();
}

// Writes the result and reads it back: what is counted, hashed and audited is what lies in the store.
Result<storage::DataFile> WriteResult(QueryRun& run) {
  const api::StageTask& task = run.place.task;
  const std::string path = "part/" + task.run + "/" + task.stage + "-" + std::to_string(task.attempt) + "/0.parquet";
  auto out = run.target.store->Create(run.target.PathOf(path));
  if (!out.ok()) return out.error();
  const auto written = run.engine->WriteParquet(kResult, std::move(out).value());
  if (!written.ok()) return written.error();
  if (Status there = run.engine->Attach(kWritten, {{run.target.store, run.target.PathOf(path)}}, run.target.table->columns); !there.ok()) return there.error();
  return storage::DataFile{.path = path, .bytes = written->bytes, .rows = written->rows, .modified = task.logicalTime, .stats = written->stats};
}

Result<Facts> FactsOf(QueryRun& run, const storage::DataFile& file) {
  const auto measured = run.engine->Measure(kWritten, run.target.table->eventTime);
  if (!measured.ok()) return measured.error();
  const auto in = run.engine->CountInputs(run.reads);
  if (!in.ok()) return in.error();
  const std::int64_t produced = file.rows + run.quarantine.rows();
  Facts facts{.ledger = {.rowsIn = *in, .rowsOut = measured->rows, .quarantined = run.quarantine.rows(), .filtered = *in - produced},
              .contentHash = measured->contentHash};
  facts.dataAsOf = run.target.table->eventTime.empty() ? OldestInput(run) : measured->maxEventTime;
  for (const Source& source : run.sources)
    if (Reads(run, source)) facts.inputs.push_back({source.table->name, source.state.version, source.state.Rows()});
  facts.contractHash = run.place.task.contractHash;
  facts.quarantine = run.quarantine.Path();
  return facts;
}

Status Prepare(QueryRun& run) {
  if (Status attached = AttachSources(run); !attached.ok()) return attached;
  const auto bound = run.engine->Bind(run.place.task.sql);
  if (!bound.ok()) return bound.error();
  run.reads = bound->tables;
  if (Status committed = RequireCommitted(run); !committed.ok()) return committed;
  if (Status selected = run.engine->Select(run.place.task.sql, run.target.table->columns, kResult); !selected.ok()) return selected;
  return QuarantineRows(run);
}

Result<api::StageOutcome> Finish(QueryRun& run, const storage::TableSchema& schema) {
  const api::TaskTable& table = *run.target.table;
  const auto file = WriteResult(run);
  if (!file.ok()) return file.error();
  const auto audit = AuditRelation(*run.engine, kWritten, table, table.checks, Quarantining::Done);
  if (!audit.ok()) return audit.error();
  if (Status verdict = Verdict(*audit, table); !verdict.ok()) return verdict.error();
  const auto facts = FactsOf(run, *file);
  if (!facts.ok()) return facts.error();
  const auto current = run.target.log->Load();
  if (!current.ok()) return current.error();
  storage::TableChange change{.schema = schema, .add = {*file}};
  for (const auto& [path, old] : current->files) change.remove.push_back(path);
  const auto commit = Publish(run.place, run.target, std::move(change), *facts);
  if (!commit.ok()) return commit.error();
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .rows = facts->ledger, .commits = {*commit}, .findings = audit->warnings};
  outcome.message = "version " + std::to_string(commit->version) + " of " + table.name + " with " + std::to_string(commit->rows) + " rows";
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
  auto engine = engine::MakeEngine(place.ports.limits);
  if (!engine.ok()) return engine.error();
  QueryRun run{.place = place, .target = *target, .engine = std::move(engine).value(), .quarantine = QuarantineFile(place)};
  if (Status prepared = Prepare(run); !prepared.ok()) return prepared.error();
  return Finish(run, schema);
}

}  // namespace weir::stages
