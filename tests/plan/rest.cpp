#include <algorithm>

#include "crds/api/read.h"
#include "operator/local/object_rules.h"
#include "operator/plan/run.h"
#include "tests/plan/witness.h"

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
