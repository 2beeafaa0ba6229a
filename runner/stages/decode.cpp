#include <algorithm>
#include <cstdlib>
#include <set>

#include "crds/api/write.h"
#include "crds/base/name.h"
#include "runner/stages/audit.h"
#include "runner/stages/file_zone.h"
#include "runner/stages/names.h"
#include "runner/stages/publication.h"
#include "runner/stages/quarantine_limit.h"
#include "runner/stages/stage.h"
#include "runner/stages/store_file.h"
#include "runner/stages/verification.h"

namespace weir::stages {
namespace {

constexpr const char* kDecoded = "_weir_decoded";
constexpr const char* kCandidate = "_weir_candidate";

// Tags of a decoded file: what it was made of, and its part of the version's sums.
constexpr const char* kTagInput = "input";
constexpr const char* kTagSchema = "schemaHash";
constexpr const char* kTagRead = "read";
constexpr const char* kTagQuarantined = "quarantined";
constexpr const char* kTagQuarantine = "quarantine";
constexpr const char* kTagContent = "contentHash";
constexpr const char* kTagNewestEvent = "newestEvent";

struct Decoding {
  Place& place;
  PlacedTable input;
  PlacedTable target;
  std::string schemaHash;
  std::unique_ptr<engine::Engine> engine;
  QuarantineFile quarantine;
  std::shared_ptr<HashingStore> output;            // where decoded files go
  std::map<std::string, storage::DataFile> files;  // of the version to be, by path
  std::set<std::string> taken;                     // paths that the log names
  storage::TableChange change;
  int repaired = 0;  // files that were lost or damaged
};

// Everything of the declarations that decides what becomes of a row.
std::string SchemaHash(const api::TaskTable& input, const api::TaskTable& target) {
  Json columns = Json::array();
  for (const api::Column& column : target.columns) columns.push_back({column.name, column.type, column.IsNullable(), column.sourceName});
  Json checks = Json::array();
  for (const api::Check& check : target.checks)
    if (check.Action() == api::OnFailure::Quarantine) checks.push_back(api::Write(check));
  const Json format = input.format ? api::Write(*input.format) : Json();
  return StableHashText(Dump({columns, checks, format, target.eventTime}));
}

std::int64_t Number(const storage::DataFile& file, const char* tag) { return std::strtoll(Tag(file, tag).c_str(), nullptr, 10); }

// The input's own path with .parquet; when something has that name (an earlier decoding of the same file), one that only
// this attempt makes. Nothing is overwritten but what this very attempt left when it was made before.
Result<std::string> OutputPath(const Decoding& decoding, const storage::DataFile& input) {
  const std::string path = DecodedPath(input.path);
  const auto there = decoding.target.store->Stat(decoding.target.PathOf(path));
  if (!there.ok() && there.error().fault == Fault::Missing && !decoding.taken.contains(path)) return path;
  if (!there.ok() && there.error().fault != Fault::Missing) return there.error();
  const FileIdentity made{input.path + '\0' + AttemptPath(decoding.place.task), Tag(input, kTagSha256) + decoding.schemaHash};
  std::string own = DecodedPath(input.path, MarkOf(made));
  if (decoding.taken.contains(own)) return Error{Fault::Bug, "InternalError", decoding.target.PathOf(own) + " is named by the log already"};
  if (Status removed = decoding.target.store->Remove(decoding.target.PathOf(own)); !removed.ok()) return removed.error();
  return own;
}

// What the rows of one file became: which were read, and how many were set aside because they do not fit or fail a check.
Result<engine::WrittenFile> DecodeRows(Decoding& decoding, const storage::DataFile& source, const std::string& into, api::Ledger& ledger) {
  const api::TaskTable& target = *decoding.target.table;
  const std::string path = decoding.input.PathOf(source.path);
  const std::int64_t before = decoding.quarantine.rows();
  engine::RowRules rules{.columns = target.columns};
  for (const api::Check& check : target.checks)
    if (check.Action() == api::OnFailure::Quarantine) rules.checks.push_back(check);
  const auto read = decoding.engine->Decode(Verified(decoding.input, source), *decoding.input.table->format, rules, kDecoded,
                                            [&](engine::RejectedRow&& row) { decoding.quarantine.Add(row); });
  if (!read.ok()) return read.error();
  const auto written =
      decoding.engine->WriteParquet({.relation = kDecoded, .store = decoding.output, .path = decoding.target.PathOf(into), .eventTime = target.eventTime});
  if (!written.ok()) return written.error();
  ledger = {.rowsIn = *read, .rowsOut = written->rows, .quarantined = decoding.quarantine.rows() - before, .filtered = 0};
  return written;
}

Status WithinLimit(Decoding& decoding, const storage::DataFile& source, const api::Ledger& ledger) {
  const QuarantinedShare share{.what = SourceAndPath(source),
                               .rows = ledger.rowsIn,
                               .quarantined = ledger.quarantined,
                               .examples = decoding.quarantine.TakeExamples(),
                               .advice = HowToExclude(*decoding.input.table, source.path)};
  Status within = CheckQuarantine(*decoding.target.table, share);
  if (!within.ok()) static_cast<void>(decoding.quarantine.Close());  // for who looks into it
  return within;
}

Status DecodeOne(Decoding& decoding, const storage::DataFile& source) {
  const auto path = OutputPath(decoding, source);
  if (!path.ok()) return path.error();
  api::Ledger ledger;
  const auto written = DecodeRows(decoding, source, *path, ledger);
  if (!written.ok()) return written.error();
  if (!ledger.Closed())
    return Error{Fault::Bug, "LedgerOpen",
                 source.path + ": " + std::to_string(ledger.rowsIn) + " rows read, " + std::to_string(ledger.rowsOut) + " written, " +
                     std::to_string(ledger.quarantined) + " set aside"};
  if (Status within = WithinLimit(decoding, source, ledger); !within.ok()) return within;

  storage::DataFile file{.path = *path, .bytes = written->bytes, .rows = written->rows, .modified = decoding.place.task.logicalTime, .stats = written->stats};
  file.tags = {{kTagInput, source.path},
               {kTagSha256, Tag(source, kTagSha256)},
               {kTagLanded, Tag(source, kTagLanded)},
               {kTagSchema, decoding.schemaHash},
               {kTagContent, written->contentHash},
               {kTagRead, std::to_string(ledger.rowsIn)},
               {kTagQuarantined, std::to_string(ledger.quarantined)}};
  if (ledger.quarantined > 0) file.tags[kTagQuarantine] = decoding.quarantine.Path();
  if (Status tagged = TagWritten(decoding.target, *decoding.output, file); !tagged.ok()) return tagged;
  if (written->maxEventTime) file.tags[kTagNewestEvent] = FormatMicros(*written->maxEventTime);
  decoding.files[file.path] = file;
  decoding.change.add.push_back(std::move(file));
  return Ok();
}

// Whether a file of the version is still what was committed; what is not is decoded again.
Result<bool> IsWhole(Decoding& decoding, const storage::DataFile& file) {
  const Status whole = CheckWritten(decoding.target, file, *decoding.engine);
  if (whole.ok()) return true;
  if (whole.error().reason != "FileUnreadable") return whole.error();
  decoding.place.ports.log(whole.error().message + "; it is decoded again");
  ++decoding.repaired;
  return false;
}

// Keeps what fits, removes what has no input or another schema, decodes what is missing.
Status Reconcile(Decoding& decoding, const storage::TableState& inputs, const storage::TableState& outputs) {
  std::set<std::string> done;
  for (const auto& [path, file] : outputs.files) {
    const auto input = inputs.files.find(Tag(file, kTagInput));
    const bool fits = input != inputs.files.end() && Tag(input->second, kTagSha256) == Tag(file, kTagSha256) && Tag(file, kTagSchema) == decoding.schemaHash;
    const auto whole = fits && !done.contains(input->first) ? IsWhole(decoding, file) : Result<bool>(false);
    if (!whole.ok()) return whole.error();
    if (*whole && done.insert(input->first).second)
      decoding.files[path] = file;
    else
      decoding.change.remove.push_back(path);
  }
  for (const auto& [path, file] : inputs.files) {
    if (done.contains(path)) continue;
    if (Status decoded = DecodeOne(decoding, file); !decoded.ok()) return decoded;
  }
  return decoding.quarantine.Close();
}

Facts SumsOf(const Decoding& decoding, const storage::TableState& inputs, std::int64_t input_version) {
  Facts facts{.ledger = {.filtered = 0}, .contentHash = engine::EmptyContentHash()};
  std::optional<Time> newest_event;
  for (const auto& [path, file] : decoding.files) {
    facts.ledger.rowsIn += Number(file, kTagRead);
    facts.ledger.rowsOut += file.rows;
    facts.ledger.quarantined += Number(file, kTagQuarantined);
    facts.contentHash = engine::AddContentHash(facts.contentHash, Tag(file, kTagContent));
    if (const auto event = ParseTime(Tag(file, kTagNewestEvent)); event.ok()) newest_event = std::max(newest_event.value_or(*event), *event);
  }
  facts.dataAsOf = decoding.target.table->eventTime.empty() ? NewestLanded(inputs) : newest_event;
  facts.inputs = {{decoding.input.table->name, input_version, facts.ledger.rowsIn}};
  facts.quarantine = decoding.quarantine.Path();
  return facts;
}

Result<Audit> AuditCandidate(Decoding& decoding) {
  std::vector<engine::InputFile> files;
  for (const auto& [path, file] : decoding.files) files.push_back({decoding.target.store, decoding.target.PathOf(path), file.bytes, file.rows});
  const api::TaskTable& target = *decoding.target.table;
  if (Status there = decoding.engine->Attach(kCandidate, files, target.columns); !there.ok()) return there.error();
  const auto rules = RulesOf(target.columns, target.keys, target.checks);
  const auto failures = decoding.engine->CountFailures(kCandidate, ChecksOf(rules));
  if (!failures.ok()) return failures.error();
  return Judge(rules, *failures, Quarantining::Done);
}

Result<api::StageOutcome> CommitDecoded(Decoding& decoding, const storage::TableState& inputs) {
  const Facts facts = SumsOf(decoding, inputs, inputs.version);
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .rows = facts.ledger};
  outcome.message = std::to_string(decoding.change.add.size()) + " files decoded, " + std::to_string(decoding.files.size() - decoding.change.add.size()) +
                    " kept, " + std::to_string(decoding.change.remove.size()) + " removed";
  if (decoding.repaired > 0) outcome.message += "; " + std::to_string(decoding.repaired) + " of them were lost or damaged and made anew";
  if (decoding.change.add.empty() && decoding.change.remove.empty()) return outcome;
  const auto audit = AuditCandidate(decoding);
  if (!audit.ok()) return audit.error();
  if (Status verdict = Verdict(*audit, *decoding.target.table); !verdict.ok()) return verdict.error();
  outcome.findings = audit->warnings;
  const auto commit = Publish(decoding.place, decoding.target, std::move(decoding.change), facts);
  if (!commit.ok()) return commit.error();
  outcome.commits = {*commit};
  return outcome;
}

}  // namespace

Result<api::StageOutcome> RunDecode(Place& place) {
  const auto input = place.Table(place.task.from);
  if (!input.ok()) return input.error();
  const auto target = place.Table(place.task.into);
  if (!target.ok()) return target.error();
  if (!input->table->format) return Error{Fault::Invalid, "Invalid", "Dataset " + input->table->name + " declares no format: set spec.format"};
  const storage::TableSchema schema{.columns = target->table->columns};
  auto earlier = FindOrClaim(place, *target, schema);
  if (!earlier.ok()) return earlier.error();
  if (*earlier) return **earlier;
  const auto inputs = LoadZone(*input);
  if (!inputs.ok()) return inputs.error();
  const auto outputs = target->log->Load();
  if (!outputs.ok()) return outputs.error();
  auto engine = engine::MakeEngine(place.ports.limits);
  if (!engine.ok()) return engine.error();

  Decoding decoding{.place = place,
                    .input = *input,
                    .target = *target,
                    .schemaHash = SchemaHash(*input->table, *target->table),
                    .engine = std::move(engine).value(),
                    .quarantine = QuarantineFile(place),
                    .output = std::make_shared<HashingStore>(target->store),
                    .taken = PathsOf(*outputs)};
  decoding.change.schema = schema;
  if (Status reconciled = Reconcile(decoding, *inputs, *outputs); !reconciled.ok()) return reconciled.error();
  return CommitDecoded(decoding, *inputs);
}

}  // namespace weir::stages
