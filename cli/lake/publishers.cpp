#include "cli/lake/publishers.h"

#include <algorithm>

#include "crds/api/describe/read.h"
#include "crds/api/run.h"
#include "operator/plan/resolve/resolve.h"

namespace weir::cli {
namespace {

bool Writes(const api::PipelineSpec& spec, const std::vector<std::string>& outputs) {
  return std::any_of(outputs.begin(), outputs.end(), [&spec](const std::string& output) { return StageThatWrites(spec, output) != nullptr; });
}

std::string StateOf(const api::Condition* succeeded) {
  if (succeeded == nullptr || succeeded->status == api::ConditionStatus::Unknown) return "Running";
  if (succeeded->status == api::ConditionStatus::True) return "Succeeded";
  const bool by_itself = succeeded->reason != api::Reason::Cancelled && succeeded->reason != api::Reason::Superseded;
  return by_itself ? "Failed" : std::string(api::Word(succeeded->reason));
}

Json ReasonAndMessage(const api::Condition& condition) { return {{"reason", api::Word(condition.reason)}, {"message", condition.message}}; }

Result<Json> NewestRun(const World& world, const std::string& name) {
  const auto object = world.cluster->Get({api::kPipelineRuns, world.ns, name});
  if (!object) return object.error();
  std::vector<api::Problem> newer;
  const Json& json = At(*object, "status");
  const auto status = api::Read<api::RunStatus>(json.is_null() ? Json::object() : json, "status", newer);
  const api::Condition* succeeded = api::Find(status.conditions, api::ConditionType::Succeeded);
  Json run = {{"name", name}, {"state", StateOf(succeeded)}};
  if (succeeded != nullptr) run.update(ReasonAndMessage(*succeeded));
  for (const api::StageStatus& stage : status.stages) {
    if (stage.state != api::StageState::Failed && stage.state != api::StageState::Retrying) continue;
    run["stage"] = {{"name", stage.name}, {"message", stage.message}};
    if (stage.reason) run["stage"]["reason"] = api::Word(*stage.reason);
    break;
  }
  return run;
}

Result<Json> PublisherOf(const World& world, const api::Meta& meta, const api::PipelineSpec& spec, const api::PipelineStatus& status) {
  Json publisher = {{"pipeline", meta.name}, {"suspended", spec.suspend}};
  if (const api::Condition* stalled = api::Find(status.conditions, api::ConditionType::Stalled);
      stalled != nullptr && stalled->status == api::ConditionStatus::True)
    publisher["stalled"] = ReasonAndMessage(*stalled);
  if (status.lastRun.empty()) return publisher;
  auto run = NewestRun(world, status.lastRun);
  if (!run && run.error().fault != Fault::Missing) return run.error();
  if (run) publisher["run"] = std::move(*run);
  return publisher;
}

}  // namespace

const api::Stage* StageThatWrites(const api::PipelineSpec& pipeline, const std::string& output) {
  const auto found = std::find_if(pipeline.stages.begin(), pipeline.stages.end(), [&](const api::Stage& s) { return api::OutputOf(s) == output; });
  return found == pipeline.stages.end() ? nullptr : &*found;
}

Result<Json> PublishersOf(const World& world, const std::vector<std::string>& outputs) {
  const auto listing = world.cluster->List({api::kPipelines, world.ns, ""});
  if (!listing) return listing.error();
  Json publishers = Json::array();
  for (const Json& item : listing->items) {
    std::vector<api::Problem> newer;
    const auto spec = api::Read<api::PipelineSpec>(At(item, "spec"), "spec", newer);
    if (!Writes(spec, outputs)) continue;
    const Json& json = At(item, "status");
    auto publisher = PublisherOf(world, api::ReadMeta(item), spec, api::Read<api::PipelineStatus>(json.is_null() ? Json::object() : json, "status", newer));
    if (!publisher) return publisher.error();
    publishers.push_back(std::move(*publisher));
  }
  return publishers;
}

void PrintPublishers(const Terminal& terminal, const Json& publishers) {
  terminal.out << "\n" << terminal.OnOut(Paint::Bold, "Pipelines behind it") << "\n";
  if (publishers.empty()) terminal.out << "  none of this namespace writes it\n";
  for (const Json& publisher : publishers) {
    terminal.out << "  " << Shown(publisher, "pipeline") << ": ";
    const Json& run = At(publisher, "run");
    if (run.is_null()) {
      terminal.out << "no run yet";
    } else {
      const std::string state = Text(run, "state");
      const Paint paint = state == "Succeeded" ? Paint::Green : state == "Running" || state == "Superseded" ? Paint::Plain : Paint::Red;
      terminal.out << "newest run " << Shown(run, "name") << " " << terminal.OnOut(paint, state);
    }
    if (const Json& stage = At(run, "stage"); !stage.is_null())
      terminal.out << ", stage " << Shown(stage, "name") << " " << Shown(stage, "reason") << ": " << Printable(Text(stage, "message"));
    else if (!run.is_null() && Text(run, "state") != "Succeeded")
      terminal.out << " " << Shown(run, "reason") << ": " << Printable(Text(run, "message"));
    terminal.out << "\n";
    if (At(publisher, "suspended") == Json(true))
      terminal.out << "  " << Shown(publisher, "pipeline") << " is suspended, so it starts no run: set spec.suspend to false to continue\n";
    if (const Json& stalled = At(publisher, "stalled"); !stalled.is_null())
      terminal.out << "  " << Shown(publisher, "pipeline") << " is Stalled " << Shown(stalled, "reason") << ": " << Printable(Text(stalled, "message")) << "\n";
  }
}

}  // namespace weir::cli
