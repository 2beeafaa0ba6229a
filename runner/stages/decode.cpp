#include <algorithm>

#include "crds/api/describe/write.h"
#include "crds/api/protocol/attempt.h"
#include "crds/base/name.h"
#include "crds/base/text.h"
#include "runner/stages/decoding/absent_columns.h"
#include "runner/stages/decoding/decoding.h"
#include "runner/stages/decoding/file_events.h"
#include "runner/stages/decoding/quarantine_limit.h"
#include "runner/stages/files/copy_file.h"
#include "runner/stages/files/file_zone.h"
#include "runner/stages/files/store_file.h"
#include "runner/stages/stage.h"
#include "runner/stages/tables/audit.h"
#include "runner/stages/tables/events_ahead.h"
#include "runner/stages/tables/names.h"
#include "runner/stages/tables/verification.h"

namespace weir::stages {
namespace {

constexpr const char* kDecoded = "_weir_decoded";
constexpr const char* kCandidate = "_weir_candidate";
constexpr const char* kNothing = "_weir_nothing";
constexpr const char* kNoRows = "_weir_no_rows";

// Everything of the declarations that decides what becomes of a row.
std::string SchemaHash(const api::TaskTable& input, const api::TaskTable& target) {
  Json columns = Json::array();
  for (const api::Column& column : target.columns) {
    columns.push_back({column.name, column.type, column.IsNullable(), column.sourceName});
    if (column.provenance) columns.back().push_back(api::Word(*column.provenance));
    if (column.whenAbsent) columns.back().push_back(api::Word(*column.whenAbsent));
  }
  Json checks = Json::array();
  for (const api::Check& check : target.checks)
    if (check.Action() == api::OnFailure::Quarantine) checks.push_back(api::WriteCanonical(check));
  const Json format = input.format ? api::WriteCanonical(*input.format) : Json();
  const std::string skew = target.eventTimeMaxAhead ? "+" + Format(*target.eventTimeMaxAhead) : "";
  return StableHashText(Dump({columns, checks, format, target.eventTime + skew}));
}

// The input's own path with .parquet; when something has that name (an earlier decoding of the same file), one that only
// this attempt makes. Nothing is overwritten but what this very attempt left when it was made before.
Result<std::string> OutputPath(const Decoding& decoding, const storage::DataFile& input) {
  const std::string path = DecodedPath(input.path);
  const auto there = decoding.target.store->Stat(decoding.target.PathOf(path));
  if (!there.ok() && there.error().fault == Fault::Missing && !decoding.taken.contains(path)) return path;
  if (!there.ok() && there.error().fault != Fault::Missing) return there.error();
  const FileIdentity made{input.path + '\0' + api::AttemptPath(AttemptOf(decoding.place.task)), Tag(input, kTagSha256) + decoding.schemaHash};
  std::string own = DecodedPath(input.path, MarkOf(made));
  if (decoding.taken.contains(own)) return Error{Fault::Bug, "InternalError", decoding.target.PathOf(own) + " is named by the log already"};
  if (Status removed = decoding.target.store->Remove(decoding.target.PathOf(own)); !removed.ok()) return removed.error();
  return own;
}

// What the rows of one file became: which were read, and how many were quarantined because they do not fit or fail a check.
struct DecodedRows {
  engine::WrittenFile written;
  api::Ledger ledger;
  std::vector<engine::AbsentColumn> absent;
  std::vector<engine::UndeclaredColumn> undeclared;
  bool isUtf8 = false;
};

Result<DecodedRows> DecodeRows(Decoding& decoding, const storage::DataFile& source, const std::string& into) {
  const api::TaskTable& target = *decoding.target.table;
  const std::int64_t before = decoding.quarantine.rows();
  engine::RowRules rules{.columns = target.columns};
  rules.origin = {Tag(source, kTagSource), Time::FromSeconds(Number(source, kTagLanded))};
  for (const api::Check& check : target.checks)
    if (check.Action() == api::OnFailure::Quarantine) rules.checks.push_back(check);
  const auto read = decoding.engine->Decode(Verified(decoding.input, source), *decoding.input.table->format, rules, kDecoded,
                                            [&](engine::RejectedRow&& row) { decoding.quarantine.Add(row); });
  if (!read.ok()) return read.error();
  const auto written = decoding.engine->WriteParquet({.relation = kDecoded,
                                                      .store = decoding.output,
                                                      .path = decoding.target.PathOf(into),
                                                      .eventTime = target.eventTime,
                                                      .eventsUntil = EventsUntil(decoding.place.task, target)});
  if (!written.ok()) return written.error();
  const api::Ledger ledger{.rowsIn = read->rows, .rowsOut = written->rows, .quarantined = decoding.quarantine.rows() - before, .filtered = 0};
  return DecodedRows{*written, ledger, read->absent, read->undeclared, read->isUtf8};
}

std::string AdviceFor(const Decoding& decoding, const storage::DataFile& source, const std::string& absent) {
  return HowToExclude(*decoding.input.table, source.path) + absent + ". " + HowToCorrect(*decoding.input.table, decoding.selection, source);
}

Status WithinLimit(Decoding& decoding, const storage::DataFile& source, const DecodedRows& decoded) {
  const QuarantinedShare share{.what = SourceAndPath(source),
                               .rows = decoded.ledger.rowsIn,
                               .quarantined = decoded.ledger.quarantined,
                               .examples = decoding.quarantine.TakeExamples(),
                               .advice = AdviceFor(decoding, source, AbsentColumnsText(decoded.absent))};
  Status within = CheckQuarantine(*decoding.target.table, share);
  if (!within.ok()) static_cast<void>(decoding.quarantine.Close());  // for who looks into it
  return within;
}

storage::DataFile OutputOf(const Decoding& decoding, const storage::DataFile& source, const std::string& path, const engine::WrittenFile& written) {
  storage::DataFile file{.path = path, .bytes = written.bytes, .rows = written.rows, .modified = decoding.place.task.logicalTime, .stats = written.stats};
  file.tags = {{kTagInput, source.path},
               {kTagSha256, Tag(source, kTagSha256)},
               {kTagLanded, Tag(source, kTagLanded)},
               {kTagSchema, decoding.schemaHash},
               {kTagContent, written.contentHash}};
  return file;
}

Error WithWaysOut(const Decoding& decoding, const storage::DataFile& source, const Error& error) {
  const api::TaskTable& files = *decoding.input.table;
  return {error.fault, error.reason,
          error.message + ". The stage committed nothing. " + HowToCorrect(files, decoding.selection, source) +
              ". If the file is right, correct the schema of Dataset " + decoding.target.table->name + " or the format of Dataset " + files.name + "; " +
              HowToExclude(files, source.path) + "; or set spec.onUnreadable: Quarantine of Dataset " + files.name +
              ", so that such files are quarantined and the others continue"};
}

// A file without rows takes the place of one that cannot be read, where that is declared: so it is known, counted, and not
// tried again before the schema or the format changes.
Result<storage::DataFile> QuarantineWhole(Decoding& decoding, const storage::DataFile& source, const std::string& path, const Error& error) {
  if (error.fault != Fault::Data || error.reason != "FileUnreadable") return error;
  // What is not the accepted file any more is no supplier's fault, and is read again once it is restored.
  const auto hashed = HashFile(*decoding.input.store, decoding.input.PathOf(source.path));
  if (!hashed.ok() || hashed->sha256 != Tag(source, kTagSha256)) return error;
  if (decoding.input.table->onUnreadable != api::OnUnreadable::Quarantine) return WithWaysOut(decoding, source, error);
  const auto& columns = decoding.target.table->columns;
  if (Status declared = decoding.engine->Attach(kNothing, {}, columns); !declared.ok()) return declared.error();
  if (Status made = decoding.engine->Select(std::string("SELECT * FROM ") + kNothing, columns, kNoRows); !made.ok()) return made.error();
  const auto written = decoding.engine->WriteParquet({.relation = kNoRows, .store = decoding.output, .path = decoding.target.PathOf(path)});
  if (!written.ok()) return written.error();
  storage::DataFile file = OutputOf(decoding, source, path, *written);
  file.tags[storage::kTagInputPath] = decoding.input.PathOf(source.path);
  file.tags[kTagQuarantinedWhole] = WithoutSubject(error.message, decoding.input.PathOf(source.path));
  if (Status tagged = TagWritten(decoding.target, *decoding.output, file); !tagged.ok()) return tagged.error();
  return file;
}

Result<storage::DataFile> DecodeOne(Decoding& decoding, const storage::DataFile& source) {
  const auto path = OutputPath(decoding, source);
  if (!path.ok()) return path.error();
  const auto decoded = DecodeRows(decoding, source, *path);
  if (!decoded.ok()) return QuarantineWhole(decoding, source, *path, decoded.error());
  const auto& [written, ledger, absent, undeclared, is_utf8] = *decoded;
  if (!ledger.Closed())
    return Error{Fault::Bug, "LedgerOpen",
                 source.path + ": " + std::to_string(ledger.rowsIn) + " rows read, " + std::to_string(ledger.rowsOut) + " written, " +
                     std::to_string(ledger.quarantined) + " quarantined"};
  if (Status within = WithinLimit(decoding, source, *decoded); !within.ok()) return within.error();

  storage::DataFile file = OutputOf(decoding, source, *path, written);
  file.tags[kTagRead] = std::to_string(ledger.rowsIn);
  file.tags[kTagQuarantined] = std::to_string(ledger.quarantined);
  if (ledger.quarantined > 0) file.tags[kTagQuarantine] = decoding.quarantine.Path();
  TagAbsentColumns(file, absent);
  if (is_utf8) file.tags[kTagIsUtf8] = "true";
  decoding.undeclared.Add(undeclared, SourceAndPath(source));
  if (Status tagged = TagWritten(decoding.target, *decoding.output, file); !tagged.ok()) return tagged.error();
  TagEvents(file, written);
  return file;
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

// By input: what an earlier run made of it, where that holds still.
Result<std::map<std::string, storage::DataFile>> StillRight(Decoding& decoding, const storage::TableState& inputs, const storage::TableState& outputs) {
  std::map<std::string, storage::DataFile> right;
  for (const auto& [path, file] : outputs.files) {
    const auto input = inputs.files.find(Tag(file, kTagInput));
    const bool fits = input != inputs.files.end() && Tag(input->second, kTagSha256) == Tag(file, kTagSha256) && Tag(file, kTagSchema) == decoding.schemaHash &&
                      engine::IsContentHash(Tag(file, kTagContent));
    const bool allowed = !storage::IsQuarantinedWhole(file) || decoding.input.table->onUnreadable == api::OnUnreadable::Quarantine;
    if (!fits || !allowed || right.contains(input->first)) continue;
    const auto whole = IsWhole(decoding, file);
    if (!whole.ok()) return whole.error();
    if (*whole) right.emplace(input->first, file);
  }
  return right;
}

// Whether an earlier run's file holds under the limits of today, told as when it was decoded.
Status StillWithinLimit(Decoding& decoding, const storage::DataFile& source, const storage::DataFile& made) {
  QuarantinedShare share{.what = SourceAndPath(source), .rows = Number(made, kTagRead), .quarantined = Number(made, kTagQuarantined)};
  if (CheckQuarantine(*decoding.target.table, share).ok()) return Ok();
  const auto kept = decoding.place.Store(decoding.place.task.outcomeStore);
  if (kept.ok()) share.examples = ExamplesIn(**kept, Tag(made, kTagQuarantine), decoding.input.PathOf(source.path));
  share.advice = AdviceFor(decoding, source, AbsentColumnsText(made));
  share.advice += (share.advice.empty() ? "" : "; ") + ("weir explain dataset/" + decoding.target.table->name + " lists them (all with --rows N)");
  return CheckQuarantine(*decoding.target.table, share);
}

// What an earlier run made of a file, with its events as they are now.
Result<storage::DataFile> Keep(Decoding& decoding, const storage::DataFile& source, storage::DataFile made) {
  if (storage::IsQuarantinedWhole(made)) return made;
  if (Status within = StillWithinLimit(decoding, source, made); !within.ok()) return within.error();
  if (Status updated = UpdateEvents(decoding, made); !updated.ok()) return updated.error();
  return made;
}

// Deliveries under one name, the newest first: the first that can be read counts.
Status DecodeGroup(Decoding& decoding, const std::vector<storage::DataFile>& group, const std::map<std::string, storage::DataFile>& right) {
  const storage::DataFile* counts = nullptr;
  for (const storage::DataFile& source : group) {
    if (counts != nullptr) {
      decoding.superseded.push_back({source.path, Tag(source, kTagSource), counts->path});
      continue;
    }
    const auto earlier = right.find(source.path);
    auto file = earlier != right.end() ? Keep(decoding, source, earlier->second) : DecodeOne(decoding, source);
    if (!file.ok()) return file.error();
    if (earlier == right.end()) decoding.change.add.push_back(*file);
    decoding.files[file->path] = *file;
    if (!storage::IsQuarantinedWhole(*file)) counts = &source;
  }
  return Ok();
}

// Keeps what holds, decodes what is missing, removes what has no input that counts.
Status Reconcile(Decoding& decoding, const storage::TableState& inputs, const storage::TableState& outputs) {
  decoding.selection = SelectFiles(*decoding.input.table, inputs);
  const auto right = StillRight(decoding, inputs, outputs);
  if (!right.ok()) return right.error();
  for (const auto& group : decoding.selection.groups)
    if (Status decoded = DecodeGroup(decoding, group, *right); !decoded.ok()) return decoded;
  for (const auto& [path, file] : outputs.files)
    if (!decoding.files.contains(path)) decoding.change.remove.push_back(path);
  return decoding.quarantine.Close();
}

// What the supplier calls the file that a decoded one is made of.
std::string SourceOfDecoded(const Decoding& decoding, const storage::TableState& inputs, const std::string& path) {
  for (const auto& [name, file] : decoding.files) {
    if (decoding.target.PathOf(name) != path) continue;
    const auto input = inputs.files.find(Tag(file, kTagInput));
    return OneLine(input == inputs.files.end() ? Tag(file, kTagInput) : Tag(input->second, kTagSource));
  }
  return "";
}

std::int64_t RowsOf(const Decoding& decoding) {
  std::int64_t rows = 0;
  for (const auto& [path, file] : decoding.files) rows += file.rows;
  return rows;
}

Result<Audit> AuditCandidate(Decoding& decoding, const storage::TableState& inputs, const std::vector<Rule>& rules) {
  std::vector<engine::InputFile> files;
  for (const auto& [path, file] : decoding.files) files.push_back({decoding.target.store, decoding.target.PathOf(path), file.bytes, file.rows});
  const api::TaskTable& target = *decoding.target.table;
  if (Status there = decoding.engine->Attach(kCandidate, files, target.columns); !there.ok()) return there.error();
  const auto failures = decoding.engine->CountFailures(kCandidate, ChecksOf(rules));
  if (!failures.ok()) return failures.error();
  Audit audit = Judge(rules, *failures, RowsOf(decoding), Quarantining::Done);
  AddExamples(audit, rules, *decoding.engine, kCandidate, target, [&](const std::string& path) { return SourceOfDecoded(decoding, inputs, path); });
  return audit;
}

// Members of a commit's facts: the rules that the rows of the version were held against, with what they found; and a hash of all that
// the version and its commit say, apart from where and when it was made.
constexpr const char* kFactChecked = "checked";
constexpr const char* kFactVersionHash = "versionHash";

std::string RulesHash(const std::vector<Rule>& rules) {
  Json checks = Json::array();
  for (const Rule& rule : rules) checks.push_back(api::WriteCanonical(rule.check));
  return StableHashText(Dump(checks));
}

std::string VersionHash(const Decoding& decoding, const std::string& rules, const Facts& facts) {
  Json said = ToJson(facts, decoding.place.task);
  for (const char* of_this_run : {"image", "revision", "inputs", "quarantine"}) said.erase(of_this_run);
  return StableHashText(Dump({decoding.schemaHash, rules, std::move(said)}));
}

bool HasTheSameFiles(const Decoding& decoding) { return decoding.change.add.empty() && decoding.change.remove.empty(); }

// What the checks found: in the rows of the version to be, or the last time, when rows and rules are those of then. Fault::Data,
// "CheckFailed".
Result<std::vector<api::Finding>> CheckRows(Decoding& decoding, const storage::TableState& inputs, const std::vector<Rule>& rules,
                                            const std::string& rules_hash) {
  const Json& checked = At(decoding.target.log->Seen().Facts(), kFactChecked);
  if (HasTheSameFiles(decoding) && Text(checked, "rules") == rules_hash) return FindingsOf(checked);
  decoding.recheckedOnly = HasTheSameFiles(decoding);
  const auto audit = AuditCandidate(decoding, inputs, rules);
  if (!audit.ok()) return audit.error();
  if (Status verdict = Verdict(*audit, *decoding.target.table); !verdict.ok()) {
    const std::string& often_the_cause = decoding.selection.redelivered;
    return Error{verdict.error().fault, verdict.error().reason, verdict.error().message + (often_the_cause.empty() ? "" : ". ") + often_the_cause};
  }
  return audit->warnings;
}

// A version that says the same of the same files is the one that is there.
Result<api::Commit> CommitOrConfirm(Decoding& decoding, Facts& facts, const std::string& rules, const std::vector<api::Finding>& warnings) {
  const storage::TableState& current = decoding.target.log->Seen();
  const std::string version_hash = VersionHash(decoding, rules, facts);
  if (HasTheSameFiles(decoding) && Text(current.Facts(), kFactVersionHash) == version_hash)
    return CommitsThatHold(decoding.place, decoding.target, current).front();
  facts.notes = decoding.undeclared.Told(decoding.target.table->name);
  Json& kept = decoding.change.facts;
  kept[UndeclaredColumns::kFact] = decoding.undeclared.Known();
  kept[kFactChecked] = {{"rules", rules}, {"findings", ToJson(warnings)}};
  kept[kFactVersionHash] = version_hash;
  return Publish(decoding.place, decoding.target, std::move(decoding.change), facts);
}

Result<api::StageOutcome> CommitDecoded(Decoding& decoding, const storage::TableState& inputs) {
  const api::TaskTable& target = *decoding.target.table;
  Facts facts = SumsOf(decoding, inputs);
  facts.findings = ReservationsOf(decoding);
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .rows = facts.ledger, .files = facts.files};
  const bool is_first = decoding.target.log->Seen().commitInfo.is_null();
  if (is_first && HasTheSameFiles(decoding)) {
    outcome.message = SummaryOf(decoding, facts);
    outcome.findings = facts.findings;
    return outcome;
  }
  const std::vector<Rule> rules = RulesOf(target.columns, target.keys, target.checks);
  const std::string rules_hash = RulesHash(rules);
  const auto warnings = CheckRows(decoding, inputs, rules, rules_hash);
  if (!warnings.ok()) return warnings.error();
  facts.findings.insert(facts.findings.begin(), warnings->begin(), warnings->end());
  CarryDataTime(target, decoding.target.log->Seen(), facts);
  outcome.message = SummaryOf(decoding, facts);
  const auto commit = CommitOrConfirm(decoding, facts, rules_hash, *warnings);
  if (!commit.ok()) return commit.error();
  outcome.commits = {*commit};
  outcome.findings = facts.findings;
  outcome.notes = facts.notes;
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
                    .taken = PathsOf(*outputs),
                    .undeclared = UndeclaredColumns(outputs->Facts(), target->table->columns)};
  decoding.change.schema = schema;
  if (Status reconciled = Reconcile(decoding, *inputs, *outputs); !reconciled.ok()) return reconciled.error();
  return CommitDecoded(decoding, *inputs);
}

}  // namespace weir::stages
