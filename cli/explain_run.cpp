#include <algorithm>

#include "cli/explain.h"
#include "cli/lake_files.h"
#include "cli/text_table.h"
#include "crds/api/read.h"
#include "crds/api/run.h"
#include "crds/api/write.h"

namespace weir::cli {
namespace {

Json RowJson(const std::string& stage, const engine::RejectedRow& row) {
  return {{"stage", stage}, {"file", row.file}, {"line", row.line}, {"column", row.column}, {"reason", row.reason}, {"text", row.text}};
}

// Stages that land or accept count whole files, which stay where they are.
bool MovesFiles(const Result<plan::Revision>& revision, const std::string& stage) {
  if (!revision) return false;
  const auto& stages = revision->bundle.stages;
  return std::any_of(stages.begin(), stages.end(), [&stage](const api::Stage& s) { return s.name == stage && (s.land || s.accept); });
}

// The rows that the run quarantined. When the lake cannot be reached from here, the report says so instead.
void AddQuarantine(Json& report, const World& world, const Result<plan::Revision>& revision, const api::Meta& run, const api::RunStatus& status,
                   std::size_t limit) {
  Json& rows = report["quarantined"] = Json::array();
  if (std::none_of(status.stages.begin(), status.stages.end(), [](const api::StageStatus& s) { return s.rows && s.rows->quarantined > 0; })) return;
  for (const api::StageStatus& stage : status.stages) {
    if (!stage.rows || stage.rows->quarantined == 0 || MovesFiles(revision, stage.name)) continue;
    const auto found = revision ? ReadQuarantine(world, revision->bundle, run, stage, limit) : Result<std::vector<engine::RejectedRow>>(revision.error());
    if (!found)
      report["quarantineUnreadable"] = found.error().message;
    else
      for (const engine::RejectedRow& row : *found) rows.push_back(RowJson(stage.name, row));
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
      if (declared.name == Text(stage, "name"))
        stage["kind"] = declared.land ? "land" : declared.accept ? "accept" : declared.transform ? "transform" : declared.check ? "check" : "publish";
  return stages;
}

std::string Figure(const Json& ledger, const char* member) { return At(ledger, member).is_null() ? "" : Grouped(Integer(ledger, member)); }

// What SQL read, table by table: rows of its inputs and of its result have no fixed relation that one line could show.
void PrintInputs(const Terminal& terminal, const Json& stages) {
  TextTable table{{"STAGE", "TABLE", "VERSION", "ROWS"}, {}, {false, false, true, true}};
  for (const Json& stage : stages)
    for (const Json& input : At(At(stage, "rows"), "inputs"))
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

// "9 known, 1 excluded": files that a stage left out, by the reason; an older release told only their sum.
std::string LeftOut(const Json& stage) {
  const std::int64_t sum = Integer(At(stage, "rows"), "filtered");
  const Json& files = At(stage, "files");
  if (At(At(stage, "rows"), "filtered").is_null()) return "";
  if (sum == 0 || Integer(files, "known") + Integer(files, "excluded") != sum) return Grouped(sum);
  std::string text;
  for (const char* member : {"known", "excluded"})
    if (const std::int64_t count = Integer(files, member); count > 0) text += (text.empty() ? "" : ", ") + Grouped(count) + " " + member;
  return text;
}

// What went wrong in stages: each message once, with the stages that it is of.
void PrintFailures(const Terminal& terminal, const Json& stages, ToldMessages& told) {
  std::vector<std::pair<std::string, std::vector<std::string>>> messages;
  for (const Json& stage : stages) {
    const std::string message = Text(stage, "message");
    if (message.empty() || Text(stage, "state") == "Succeeded") continue;
    auto known = std::find_if(messages.begin(), messages.end(), [&](const auto& one) { return one.first == message; });
    if (known == messages.end()) known = messages.insert(messages.end(), {message, {}});
    known->second.push_back(OneLine(Text(stage, "name")));
  }
  for (const auto& [message, names] : messages) {
    if (!told.IsNews(message)) continue;
    const std::string more = names.size() > 1 ? " and " + std::to_string(names.size() - 1) + " more" : "";
    terminal.out << terminal.OnOut(Paint::Red, names[0] + more) << ": " << Printable(message) << "\n";
  }
}

void PrintStages(const Terminal& terminal, const Json& stages, ToldMessages& told) {
  TextTable table{{"STAGE", "STATE", "ATTEMPTS", "IN", "OUT", "QUARANTINED", "LEFT OUT", "VERSION", "REASON"},
                  {},
                  {false, false, true, true, true, true, true, true, false}};
  for (const Json& stage : stages) {
    const Json& ledger = At(stage, "rows");
    const Json& version = At(stage, "version");
    table.rows.push_back({Text(stage, "name"), Text(stage, "state"), std::to_string(Integer(stage, "attempt")), Figure(ledger, "in"), Figure(ledger, "out"),
                          Figure(ledger, "quarantined"), LeftOut(stage), version.is_null() ? "" : Dump(version), Text(stage, "reason")});
  }
  Print(terminal, table);
  PrintFailures(terminal, stages, told);
  PrintReservations(terminal, stages);
  PrintNotes(terminal, stages, "");
}

// The folder that this member of all items is in, told once instead of in each row.
std::string PrintFolder(const Terminal& terminal, const Json& items, const char* member) {
  std::vector<std::string> paths;
  for (const Json& item : items) paths.push_back(Text(item, member));
  const std::string folder = SharedFolder(paths);
  if (!folder.empty()) terminal.out << "in " << OneLine(folder) << "\n";
  return folder;
}

// Rows that a query quarantined have none, nor has CSV whose records cannot be told apart.
std::string Line(const Json& row) { return Integer(row, "line") > 0 ? std::to_string(Integer(row, "line")) : ""; }

void PrintQuarantine(const Terminal& terminal, const Json& report) {
  const Json& rows = At(report, "quarantined");
  if (const std::string problem = Text(report, "quarantineUnreadable"); !problem.empty())
    terminal.out << "\nThe quarantined rows cannot be read from here: " << Printable(problem) << "\n";
  if (rows.empty()) return;
  terminal.out << "\n" << terminal.OnOut(Paint::Bold, "Quarantined rows") << "\n";
  TextTable table{{"STAGE", "FILE", "LINE", "COLUMN", "REASON", "TEXT"}, {}, {false, false, true}};
  const std::string folder = PrintFolder(terminal, rows, "file");
  for (const Json& row : rows)
    table.rows.push_back({Text(row, "stage"), Text(row, "file").substr(folder.size()), Line(row), Text(row, "column"), Text(row, "reason"),
                          Clip(OneLine(Text(row, "text")), 120)});
  Print(terminal, table);
}

void PrintCommits(const Terminal& terminal, Json commits) {
  if (commits.empty()) return;
  for (Json& commit : commits) commit["location"] = AsUrl(Text(commit, "location"));
  terminal.out << "\n" << terminal.OnOut(Paint::Bold, "Committed") << "\n";
  TextTable table{{"OBJECT", "VERSION", "ROWS", "FILES", "STAGE", "NEWEST DATA", "LOCATION"}, {}, {false, true, true, true}};
  const std::string folder = PrintFolder(terminal, commits, "location");
  for (const Json& commit : commits)
    table.rows.push_back({Text(commit, "kind") + "/" + Text(commit, "name"), Dump(At(commit, "version")),
                          At(commit, "rows").is_null() ? "-" : Grouped(Integer(commit, "rows")), Grouped(Integer(commit, "files")), Text(commit, "stage"),
                          Text(commit, "dataAsOf"), Text(commit, "location").substr(folder.size())});
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
  AddQuarantine(report, world, revision, api::ReadMeta(*object), status, rows);
  return report;
}

void PrintRunReport(const Terminal& terminal, const Json& report, ToldMessages told) {
  terminal.out << terminal.OnOut(Paint::Bold, Text(report, "object")) << " of pipeline " << Shown(report, "pipeline");
  if (const std::string duration = Text(report, "duration"); !duration.empty()) terminal.out << ", took " << OneLine(duration);
  terminal.out << "\n";
  PrintConditions(terminal, At(report, "conditions"), told);
  terminal.out << "\n";
  PrintStages(terminal, At(report, "stages"), told);
  PrintInputs(terminal, At(report, "stages"));
  PrintQuarantine(terminal, report);
  PrintCommits(terminal, At(report, "commits"));
}

}  // namespace weir::cli
