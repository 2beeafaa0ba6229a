#include "cli/report/explain.h"

namespace weir::cli {

Result<Json> PipelineReport(const World& world, const std::string& name, std::size_t rows) {
  const auto object = world.cluster->Get({api::kPipelines, world.ns, name});
  if (!object) return object.error();
  const Json& status = At(*object, "status");
  Json report = {{"object", "Pipeline/" + name}, {"revision", Text(status, "revision")}, {"conditions", At(status, "conditions")}};
  if (const std::string run = Text(status, "lastRun"); !run.empty()) {
    auto newest = RunReport(world, run, rows);
    if (newest)
      report["lastRun"] = std::move(*newest);
    else if (newest.error().fault != Fault::Missing)
      return newest.error();
  }
  return report;
}

void PrintPipelineReport(const Terminal& terminal, const Json& report) {
  terminal.out << terminal.OnOut(Paint::Bold, Text(report, "object"));
  if (const std::string revision = Text(report, "revision"); !revision.empty()) terminal.out << ", revision in force " << OneLine(revision);
  terminal.out << "\n";
  PrintedMessages told;
  PrintConditions(terminal, At(report, "conditions"), told);
  if (At(report, "lastRun").is_null()) {
    terminal.out << "\nIt has not run yet.\n";
    return;
  }
  terminal.out << "\nNewest run: ";
  PrintRunReport(terminal, At(report, "lastRun"), told);
}

}  // namespace weir::cli
