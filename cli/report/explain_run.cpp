#include <algorithm>
#include <map>

#include "cli/report/explain.h"
#include "cli/report/quarantine_report.h"
#include "cli/screen/text_table.h"
#include "crds/api/describe/read.h"
#include "crds/api/describe/write.h"
#include "crds/api/run.h"
#include "runner/storage/table/table_state.h"

namespace weir::cli {
namespace {

// Stages that land or accept count whole files, which stay where they are.
bool MovesFiles(const Result<plan::Revision>& revision, const std::string& stage) {
  if (!revision) return false;
  const auto& stages = revision->bundle.stages;
  for (const api::Stage& declared : stages)
    for (const api::Port& port : api::PortsOf(declared))
      if (declared.name == stage && port.flow == api::Port::Flow::Writes && !port.IsTable()) return true;
  return false;
}

// The stage whose table it is. One that takes files out of Landing commits there, too.
std::string WriterOf(const Result<plan::Revision>& revision, const api::Commit& commit) {
  if (!revision) return commit.stage;
  const auto& stages = revision->bundle.stages;
  for (const api::Stage& declared : stages)
    for (const api::Port& port : api::PortsOf(declared))
      if (port.flow == api::Port::Flow::Writes && port.target == commit.kind && port.value == commit.name) return declared.name;
  return commit.stage;
}

// A version that the run reports, as the table's log has it.
Result<storage::TableState> VersionOf(const World& world, const api::Commit& commit) {
  const storage::LogKind kind = commit.quarantined ? storage::LogKind::Delta : storage::LogKind::Files;
  return LoadVersion(world, commit.location, kind, commit.version, commit.contentHash);
}

// By table: the version that the run reports of it, and the stage that writes it. An unreadable log is an error of its version only.
struct ReportedVersion {
  std::string stage;
  Result<storage::TableState> state;
};
using Versions = std::map<std::pair<api::TargetKind, std::string>, ReportedVersion>;

const Result<storage::TableState>* OfStage(const Versions& versions, const std::string& stage) {
  for (const auto& [table, version] : versions)
    if (version.stage == stage) return &version.state;
  return nullptr;
}

// SQL that finds its inputs as they were, and decoding that finds no new file, report a version that an earlier run made. A run of an
// older release does not have it in its status: the log tells, and where that cannot be read, SQL shows it by reading no row.
void MarkUnchanged(Json& commit, const std::string& run, const api::StageStatus* stage, const Result<storage::TableState>& version) {
  if (!version) {
    if (stage != nullptr && !stage->rows) commit["unchanged"] = true;
    return;
  }
  const Json& ours = At(version->commitInfo, storage::kOurs);
  if (Text(ours, "run") == run) return;  // an attempt that was killed may have made it
  commit["unchanged"] = true;
  commit["madeBy"] = {{"run", Text(ours, "run")}, {"stage", Text(ours, "stage")}, {"attempt", Integer(ours, "attempt")}};
}

const api::StageStatus* StageNamed(const api::RunStatus& status, const std::string& name) {
  const auto found = std::find_if(status.stages.begin(), status.stages.end(), [&name](const api::StageStatus& stage) { return stage.name == name; });
  return found == status.stages.end() ? nullptr : &*found;
}

// A stage of SQL that read nothing has no ledger: it gets that of the commit which made the version, as `unchanged`.
void AddLedgerOfVersion(Json& stage, const Json& commit, const storage::TableState& version) {
  const Json& facts = version.Facts();
  Json ledger = At(facts, "ledger");
  if (!ledger.is_object()) return;
  if (At(ledger, "filtered").is_null()) ledger["inputs"] = At(facts, "inputs").is_null() ? Json::array() : At(facts, "inputs");
  stage["unchanged"] = {{"version", version.version}, {"rows", std::move(ledger)}, {"madeBy", At(commit, "madeBy")}};
}

Versions AddVersions(Json& report, const World& world, const Result<plan::Revision>& revision, const std::string& run, const api::RunStatus& status) {
  Versions versions;
  for (std::size_t i = 0; i < status.commits.size(); ++i) {
    const api::Commit& commit = status.commits[i];
    const api::StageStatus* stage = StageNamed(status, commit.stage);
    auto version = VersionOf(world, commit);
    Json& json = report["commits"][i];
    MarkUnchanged(json, run, stage, version);
    for (Json& told : report["stages"])
      if (version && stage != nullptr && !stage->rows && Text(told, "name") == commit.stage && json.contains("madeBy"))
        AddLedgerOfVersion(told, json, *version);
    versions.insert_or_assign({commit.kind, commit.name}, ReportedVersion{WriterOf(revision, commit), std::move(version)});
  }
  return versions;
}

// Where the rows are that are missing in what the stage made: by the log of its version, or else by the name that its attempt gave
// them. A failed attempt may have quarantined rows and committed nothing.
Result<QuarantineSources> SourcesOf(const Result<plan::Revision>& revision, const api::Meta& run, const api::StageStatus& stage, const Json& told,
                                    const Versions& versions) {
  const auto* version = OfStage(versions, stage.name);
  const bool quarantined = Integer(At(told, "rows"), "quarantined") + Integer(At(At(told, "unchanged"), "rows"), "quarantined") > 0;
  const bool failed = stage.state == api::StageState::Failed && stage.attempt > 0;
  const bool unknown = stage.state == api::StageState::Succeeded && !stage.rows && version != nullptr && !*version;
  if (unknown) return version->error();
  if (!failed && !quarantined) return QuarantineSources();
  if (!revision) return revision.error();
  if (!failed && version != nullptr && *version) return QuarantineOf(**version);
  return QuarantineOf(revision->bundle, run, stage);
}

// The rows that are missing in what the run made or confirmed. When the lake cannot be reached from here, the report says so instead.
void AddQuarantine(Json& report, const World& world, const Result<plan::Revision>& revision, const api::Meta& run, const api::RunStatus& status,
                   const Versions& versions, std::size_t limit) {
  report.update(NoQuarantine());
  for (std::size_t i = 0; i < status.stages.size(); ++i) {
    const api::StageStatus& stage = status.stages[i];
    if (MovesFiles(revision, stage.name)) continue;
    const auto sources = SourcesOf(revision, run, stage, report["stages"][i], versions);
    const auto found = !sources           ? Result<QuarantinedRows>(sources.error())
                       : sources->empty() ? Result<QuarantinedRows>(QuarantinedRows())
                                          : ReadQuarantine(world, revision->bundle, *sources, limit);
    const bool failed = stage.state == api::StageState::Failed;
    if ((found && found->total == 0) || (failed && !found && found.error().fault == Fault::Missing)) continue;
    Json of = {{"stage", stage.name}};
    if (failed) of["committed"] = false;
    if (failed && found) report["stages"][i]["quarantinedByAttempt"] = found->total;
    AddQuarantined(report, of, found);
  }
}

// The files as a whole that are missing in the versions which the run made or confirmed: only their logs name all of them.
void AddWholeFiles(Json& report, const Versions& versions, std::size_t limit) {
  for (const Json& stage : report["stages"]) {
    const std::string name = Text(stage, "name");
    for (const auto& [table, version] : versions) {
      if (version.stage != name) continue;
      if (version.state)
        AddQuarantinedWhole(report, {{"stage", name}}, QuarantinedWhole(*version.state), limit);
      else if (Integer(At(stage, "files"), "quarantined") > 0)
        report["quarantineUnreadable"] = version.state.error().message;
    }
  }
}

// Commits, without rows where whole files are kept: nobody has counted those.
Json CommitsOf(const api::RunStatus& status, const Result<plan::Revision>& revision) {
  Json commits = api::Writer::Value(status.commits);
  for (Json& commit : commits)
    if (MovesFiles(revision, Text(commit, "stage"))) commit.erase("rows");
  return commits;
}

// The kind of each stage by the revision, for who reads the report as JSON too.
Json StagesOf(const api::RunStatus& status, const Result<plan::Revision>& revision) {
  Json stages = api::Writer::Value(status.stages);
  if (!revision) return stages;
  for (Json& stage : stages)
    for (const api::Stage& declared : revision->bundle.stages)
      if (declared.name == Text(stage, "name")) stage["kind"] = std::string(declared.work.Field());
  return stages;
}

// The ledger of the stage, or of the commit that made the version which it confirms.
const Json& LedgerOf(const Json& stage) {
  const Json& unchanged = At(stage, "unchanged");
  return unchanged.is_null() ? At(stage, "rows") : At(unchanged, "rows");
}

std::string Figure(const Json& ledger, const char* member) { return At(ledger, member).is_null() ? "" : Grouped(Integer(ledger, member)); }

// What SQL read, table by table: rows of its inputs and of its result have no fixed relation that one line could show.
void PrintInputs(const Terminal& terminal, const Json& stages) {
  TextTable table{{"STAGE", "TABLE", "VERSION", "ROWS"}, {}, {false, false, true, true}};
  for (const Json& stage : stages)
    for (const Json& input : At(LedgerOf(stage), "inputs"))
      table.rows.push_back({Text(stage, "name"), Text(input, "name"), Figure(input, "version"), Figure(input, "rows")});
  if (table.rows.empty()) return;
  terminal.out << "\n" << terminal.OnOut(Paint::Bold, "Read by SQL") << "\n";
  Print(terminal, table);
}

// "5 files = 3 decoded + 1 excluded + 1 superseded", for a stage that left any out.
std::string FilesLeftOut(const Json& files) {
  std::string text;
  for (const char* member : {"out", "known", "quarantined", "excluded", "superseded"})
    if (const std::int64_t count = Integer(files, member); count > 0)
      text += (text.empty() ? "" : " + ") + Grouped(count) + " " + (member == std::string("out") ? "used" : member);
  return Counted(Integer(files, "in"), "file") + " = " + text;
}

bool LeavesFilesOut(const Json& files) { return Integer(files, "quarantined") + Integer(files, "excluded") + Integer(files, "superseded") > 0; }

// What a person should know of stages that succeeded.
void PrintReservations(const Terminal& terminal, const Json& stages) {
  for (const std::string& sentence : LandedNothing(stages)) terminal.out << terminal.OnOut(Paint::Yellow, "note") << " " << Printable(sentence) << "\n";
  for (const Json& stage : stages) {
    if (LeavesFilesOut(At(stage, "files")))
      terminal.out << Shown(stage, "name") << ": " << FilesLeftOut(At(stage, "files")) << ". " << Printable(Text(stage, "message")) << "\n";
    for (const Json& warning : At(stage, "warnings"))
      terminal.out << terminal.OnOut(Paint::Yellow, "warning") << " " << Shown(stage, "name") << ": " << Printable(warning.get<std::string>()) << "\n";
  }
}

// "9 known, 1 excluded": files that a stage left out, by the reason; an older release told only their sum. A stage that counts rows
// names the files: "1 file excluded".
std::string LeftOut(const Json& stage) {
  const Json& ledger = LedgerOf(stage);
  const std::int64_t sum = Integer(ledger, "filtered");
  const Json& files = At(stage, "files");
  if (At(ledger, "filtered").is_null()) return "";
  const bool counts_rows = Text(stage, "kind") == "transform";
  if (!counts_rows && (sum == 0 || Integer(files, "known") + Integer(files, "excluded") != sum)) return Grouped(sum);
  std::string text;
  for (const char* member : {"known", "excluded", "superseded"})
    if (const std::int64_t count = Integer(files, member); count > 0)
      text += (text.empty() ? "" : ", ") + (counts_rows ? Counted(count, "file") : Grouped(count)) + " " + member;
  return text.empty() ? Grouped(sum) : text;
}

// Rows; where files were quarantined as a whole, nobody has counted theirs: "2, 1 file".
std::string Quarantined(const Json& stage) {
  if (!At(stage, "quarantinedByAttempt").is_null()) return Figure(stage, "quarantinedByAttempt");
  const std::string rows = Figure(LedgerOf(stage), "quarantined");
  const std::int64_t files = Text(stage, "kind") == "transform" ? Integer(At(stage, "files"), "quarantined") : 0;
  return files == 0 ? rows : rows + ", " + Counted(files, "file");
}

// Stages that made nothing, with the attempt whose numbers they show.
void PrintUnchanged(const Terminal& terminal, const Json& stages) {
  for (const Json& stage : stages) {
    const Json& unchanged = At(stage, "unchanged");
    if (unchanged.is_null()) continue;
    const Json& by = At(unchanged, "madeBy");
    terminal.out << Shown(stage, "name") << ": version " << Integer(unchanged, "version")
                 << " is unchanged, and no row was read; the numbers are those of stage " << Shown(by, "stage") << " of run " << Shown(by, "run")
                 << ", which made it\n";
  }
}

// What went wrong in stages: each message once, with the stages that it is of.
void PrintFailures(const Terminal& terminal, const Json& stages, PrintedMessages& told) {
  std::vector<std::pair<std::string, std::vector<std::string>>> messages;
  for (const Json& stage : stages) {
    const std::string message = Text(stage, "message");
    if (message.empty() || Text(stage, "state") == "Succeeded") continue;
    auto known = std::find_if(messages.begin(), messages.end(), [&](const auto& one) { return one.first == message; });
    if (known == messages.end()) known = messages.insert(messages.end(), {message, {}});
    known->second.push_back(OneLine(Text(stage, "name")));
  }
  for (const auto& [message, names] : messages) {
    if (!told.IsNewMessage(message)) continue;
    const std::string more = names.size() > 1 ? " and " + std::to_string(names.size() - 1) + " more" : "";
    terminal.out << terminal.OnOut(Paint::Red, names[0] + more) << ": " << Printable(message) << "\n";
  }
}

void PrintStages(const Terminal& terminal, const Json& stages, PrintedMessages& told) {
  TextTable table{{"STAGE", "STATE", "ATTEMPTS", "IN", "OUT", "QUARANTINED", "LEFT OUT", "VERSION", "REASON"},
                  {},
                  {false, false, true, true, true, true, true, true, false}};
  for (const Json& stage : stages) {
    const Json& ledger = LedgerOf(stage);
    const Json& version = At(stage, "version");
    table.rows.push_back({Text(stage, "name"), Text(stage, "state"), std::to_string(Integer(stage, "attempt")), Figure(ledger, "in"), Figure(ledger, "out"),
                          Quarantined(stage), LeftOut(stage), version.is_null() ? "" : Dump(version), Text(stage, "reason")});
  }
  Print(terminal, table);
  PrintUnchanged(terminal, stages);
  PrintFailures(terminal, stages, told);
  PrintReservations(terminal, stages);
  PrintNotes(terminal, stages, "");
}

// Versions of earlier runs are in the list because the run confirmed them.
std::string MadeBy(const Json& commit) {
  if (At(commit, "unchanged") != Json(true)) return "this run";
  const std::string run = Text(At(commit, "madeBy"), "run");
  return "unchanged" + (run.empty() ? "" : ", " + run);
}

void PrintCommits(const Terminal& terminal, Json commits) {
  if (commits.empty()) return;
  for (Json& commit : commits) commit["location"] = AsUrl(Text(commit, "location"));
  terminal.out << "\n" << terminal.OnOut(Paint::Bold, "Committed") << "\n";
  TextTable table{{"OBJECT", "VERSION", "ROWS", "FILES", "STAGE", "MADE BY", "NEWEST DATA", "LOCATION"}, {}, {false, true, true, true}};
  const std::string folder = PrintFolder(terminal, commits, "location");
  for (const Json& commit : commits)
    table.rows.push_back({Text(commit, "kind") + "/" + Text(commit, "name"), Dump(At(commit, "version")),
                          At(commit, "rows").is_null() ? "-" : Grouped(Integer(commit, "rows")), Grouped(Integer(commit, "files")), Text(commit, "stage"),
                          MadeBy(commit), Text(commit, "dataAsOf"), Text(commit, "location").substr(folder.size())});
  Print(terminal, table);
}

}  // namespace

std::vector<std::string> LandedNothing(const Json& stages) {
  std::vector<std::string> sentences;
  for (const Json& stage : stages)
    if (Text(stage, "kind") == "land" && Text(stage, "state") == "Succeeded" && Integer(At(stage, "files"), "in") == 0 && !Text(stage, "message").empty())
      sentences.push_back(Text(stage, "name") + ": " + Text(stage, "message"));
  return sentences;
}

void PrintNotes(const Terminal& terminal, const Json& stages, const std::string& indent) {
  for (const Json& stage : stages)
    for (const Json& note : At(stage, "notes"))
      terminal.out << indent << terminal.OnOut(Paint::Yellow, "note") << " " << Shown(stage, "name") << ": " << Printable(note.get<std::string>()) << "\n";
}

Result<Json> RunReport(const World& world, const std::string& name, std::size_t rows) {
  const auto object = world.cluster->Get({api::kPipelineRuns, world.ns, name});
  if (!object) return object.error();
  std::vector<api::Problem> newer;  // a field that this program does not know yet is no reason to be silent
  const auto status = api::Read<api::RunStatus>(At(*object, "status").is_null() ? Json::object() : At(*object, "status"), "status", newer);
  Json report = {
      {"object", "PipelineRun/" + name}, {"pipeline", Text(At(*object, "spec"), "pipeline")}, {"revision", status.revision}, {"duration", status.duration}};
  report["conditions"] = api::Writer::Value(status.conditions);
  const auto stored = world.cluster->Get({api::kRevisions, world.ns, status.revision});
  const auto revision = stored ? plan::ReadRevision(api::ReadMeta(*stored), *stored) : Result<plan::Revision>(stored.error());
  report["stages"] = StagesOf(status, revision);
  report["commits"] = CommitsOf(status, revision);
  const api::Meta meta = api::ReadMeta(*object);
  const Versions versions = AddVersions(report, world, revision, meta.name, status);
  AddQuarantine(report, world, revision, meta, status, versions, rows);
  AddWholeFiles(report, versions, rows);
  return report;
}

void PrintRunReport(const Terminal& terminal, const Json& report, PrintedMessages told) {
  terminal.out << terminal.OnOut(Paint::Bold, Text(report, "object")) << " of pipeline " << Shown(report, "pipeline");
  if (const std::string duration = Text(report, "duration"); !duration.empty()) terminal.out << ", took " << OneLine(duration);
  terminal.out << "\n";
  PrintConditions(terminal, At(report, "conditions"), told);
  terminal.out << "\n";
  PrintStages(terminal, At(report, "stages"), told);
  PrintInputs(terminal, At(report, "stages"));
  PrintQuarantined(terminal, report);
  PrintCommits(terminal, At(report, "commits"));
}

}  // namespace weir::cli
