#include "cli/run/run_answer.h"

#include "cli/report/explain.h"
#include "cli/screen/text_table.h"
#include "crds/base/name.h"

namespace weir::cli {
namespace {

using State = PipelineView::State;

constexpr std::size_t kRows = 20;  // quarantined rows that a report shows

// What a terminal shows on its error stream: answers of commands alone go to the other one.
Terminal OnErrorStream(const Terminal& terminal) {
  return {terminal.err, terminal.err, terminal.errKind, terminal.errKind, terminal.colors, terminal.width, terminal.height, OutputFormat::Table};
}

void PrintSuccess(const Terminal& terminal, const World& world, const std::string& run) {
  const auto report = RunReport(world, run, 0);
  if (!report) return;
  for (const std::string& sentence : LandedNothing(At(*report, "stages")))
    terminal.err << "   " << terminal.OnErr(Paint::Yellow, "note") << " " << Printable(sentence) << "\n";
  PrintNotes(OnErrorStream(terminal), At(*report, "stages"), "   ");
  for (const Json& commit : At(*report, "commits"))
    if (Text(commit, "kind") == api::kViews.kind)
      terminal.err << (At(commit, "unchanged") == Json(true) ? "   unchanged " : "   published ") << Shown(commit, "name") << " version "
                   << Integer(commit, "version") << ", " << Counted(Integer(commit, "rows"), "row")
                   << (Integer(commit, "quarantined") > 0 ? ", " + Grouped(Integer(commit, "quarantined")) + " quarantined" : "")
                   << ": weir query \"SELECT * FROM " << TableName(Shown(commit, "name")) << "\"\n";
}

std::string_view WordOf(State state) {
  switch (state) {
    case State::Starting: return "Starting";
    case State::Running: return "Running";
    case State::Succeeded: return "Succeeded";
    case State::Superseded: return "Superseded";
    case State::Failed: return "Failed";
    case State::Refused: return "Refused";
    case State::Suspended: break;
  }
  return "Suspended";
}

// What the closing line begins with.
std::string_view ClosingWord(State state) {
  if (state == State::Superseded) return "superseded";
  return state == State::Succeeded || state == State::Suspended ? "ok" : "failed";
}

}  // namespace

Exit PrintRuns(const Terminal& terminal, const World& world, const std::vector<PipelineView>& views) {
  Exit exit = Exit::Ok;
  PrintedMessages told;
  for (const PipelineView& view : views) {
    const bool good = view.state == State::Succeeded || view.state == State::Superseded || view.state == State::Suspended;
    if (!good) exit = Exit::Failed;
    terminal.err << "\n" << terminal.OnErr(good ? Paint::Green : Paint::Red, std::string(ClosingWord(view.state))) << " " << OneLine(view.name);
    if (!view.run.empty()) terminal.err << " (" << OneLine(view.run) << ")";
    terminal.err << (told.IsNewMessage(view.message) ? ": " + Printable(view.message) : view.message.empty() ? "" : ": as above") << "\n";
    if (view.state == State::Succeeded) PrintSuccess(terminal, world, view.run);
    if (view.state != State::Failed) continue;
    if (const auto report = RunReport(world, view.run, kRows)) PrintRunReport(OnErrorStream(terminal), *report, told);
  }
  return exit;
}

Json RunsAsJson(const World& world, const std::vector<PipelineView>& views) {
  Json pipelines = Json::array();
  for (const PipelineView& view : views) {
    Json pipeline = {{"namespace", world.ns},   {"name", view.name}, {"state", WordOf(view.state)},
                     {"message", view.message}, {"run", view.run},   {"report", nullptr}};
    if (!view.run.empty())
      if (auto report = RunReport(world, view.run, kRows)) pipeline["report"] = std::move(report).value();
    pipelines.push_back(std::move(pipeline));
  }
  return pipelines;
}

}  // namespace weir::cli
