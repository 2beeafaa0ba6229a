#include <algorithm>

#include "crds/api/describe/read.h"
#include "crds/api/protocol/attempt.h"
#include "operator/local/object_rules.h"
#include "operator/plan/pod/pod_outcome.h"
#include "operator/plan/pod/pod_template.h"
#include "operator/plan/run/attempt.h"
#include "operator/plan/run/run.h"
#include "tests/plan/random_histories/witness.h"

// What must hold when everything has come to rest.
namespace weir::test {
namespace {

api::RunStatus StatusOf(const Json& run) {
  std::vector<api::Problem> ignored;
  return api::Read<api::RunStatus>(At(run, "status"), "status", ignored);
}

}  // namespace

// Nothing that the run waits for is there, and nothing brings it.
bool Witness::MayWait(const Json& run) {
  const Json pipeline = world_.Get(api::kPipelines, Text(At(run, "spec"), "pipeline"));
  if (!pipeline.is_object()) return true;
  const std::string bound = Text(At(run, "spec"), "revision");
  const std::string revision = bound.empty() ? Text(At(pipeline, "status"), "revision") : bound;
  return revision.empty() || !world_.Get(api::kRevisions, revision).is_object();
}

// A stage says that it waits for as long as there is something to wait for, and no longer.
void Witness::SawQuiet() {
  for (const Json& run : world_.List(api::kPipelineRuns))
    for (const api::StageStatus& stage : StatusOf(run).stages) LookAtWaiting(stage, api::PodName(Text(At(run, "metadata"), "name"), stage.name, stage.attempt));
  std::vector<api::Problem> ignored;
  for (const Json& pipeline : world_.List(api::kPipelines)) {
    const auto status = api::Read<api::PipelineStatus>(At(pipeline, "status"), "status", ignored);
    if (status.validation) LookAtWaiting(*status.validation, api::PodName(status.validating, status.validation->name, status.validation->attempt));
  }
}

void Witness::LookAtWaiting(const api::StageStatus& stage, const std::string& pod) {
  if (stage.state != api::StageState::Running) return;
  const Json object = world_.Get(api::kPods, pod);
  const auto obstacle = object.is_object() ? plan::ObstacleOf(plan::ReadPod(api::ReadMeta(object), object), world_.clock.now) : std::nullopt;
  const auto shown = plan::IsBlocked(stage) ? stage.reason : std::nullopt;
  const auto there = obstacle ? std::optional(obstacle->reason) : std::nullopt;
  const auto word = [](const std::optional<api::Reason>& reason) { return reason ? std::string(api::Word(*reason)) : std::string("nothing"); };
  Law(shown == there, "stage " + stage.name + " waits for " + word(shown) + ", and its pod " + pod + " for " + word(there));
}

void Witness::SawRest() {
  for (const Json& run : world_.List(api::kPipelineRuns)) {
    const std::string name = Text(At(run, "metadata"), "name");
    Law(plan::IsFinished(StatusOf(run)) || MayWait(run), "run " + name + " never ends: " + Dump(At(At(run, "status"), "conditions")));
  }
  for (const Json& pod : world_.List(api::kPods)) {
    const std::string name = Text(At(pod, "metadata"), "name");
    Law(!local::HasFinalizers(pod), name + " is never let go");
    Law(local::IsTerminal(pod), name + " never ends");
  }
  for (const Json& dataset : world_.List(api::kDatasets)) LookAtDataset(Text(At(dataset, "metadata"), "name"));
  LookAtCalls();
}

void Witness::LookAtDataset(const std::string& name) {
  std::int64_t newest = -1;
  for (const Json& run : world_.List(api::kPipelineRuns))
    for (const api::Commit& commit : StatusOf(run).commits)
      if (commit.name == name) newest = std::max(newest, commit.epoch);
  const std::int64_t shown = Integer(At(At(world_.Get(api::kDatasets, name), "status"), "committedBy"), "epoch", -1);
  Law(shown >= newest, "Dataset " + name + " shows epoch " + std::to_string(shown) + ", and a run committed " + std::to_string(newest));
}

// Four calls an attempt, one more when it lasts so long that its pod is noted, and one for what befell it.
void Witness::LookAtCalls() {
  if (disturbed_) return;
  int most = happenings_;
  for (const auto& [uid, pod] : pods_) most += (pod.ended == Time{} ? world_.clock.now : pod.ended) >= pod.made + plan::kPodIsNotedAfter ? 5 : 4;
  Law(calls_ <= most, std::to_string(calls_) + " calls for " + std::to_string(pods_.size()) + " attempts; at most " + std::to_string(most) + " were promised");
}

}  // namespace weir::test
