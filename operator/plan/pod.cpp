#include "operator/plan/pod.h"

#include <algorithm>
#include <limits>

#include "crds/base/text.h"

namespace weir::plan {
namespace {

const Json kNone;

const Json& First(const Json& list) { return list.is_array() && !list.empty() ? list.front() : kNone; }

std::string Label(const api::Meta& meta, std::string_view name) {
  const auto found = meta.labels.find(std::string(name));
  return found == meta.labels.end() ? "" : found->second;
}

PodPhase PhaseOf(const std::string& phase) {
  if (phase == "Succeeded" || phase == "Failed") return PodPhase::Ended;
  return phase == "Running" || phase == "Unknown" ? PodPhase::Running : PodPhase::Pending;
}

void ReadConditions(const Json& status, Pod& pod) {
  const Json& conditions = At(status, "conditions");
  if (!conditions.is_array()) return;
  for (const Json& condition : conditions) {
    const std::string type = Text(condition, "type");
    if (type == "PodScheduled" && Text(condition, "status") == "False" && Text(condition, "reason") == "Unschedulable")
      pod.unschedulable = Text(condition, "message");
    if (type == "PodScheduled" && Text(condition, "status") == "False" && Text(condition, "reason") == "SchedulingGated")
      pod.gated = Text(condition, "message");
    if (type == "DisruptionTarget" && Text(condition, "status") == "True") pod.disruption = Text(condition, "reason");
  }
}

void ReadContainer(const Json& container, Pod& pod) {
  const Json& state = At(container, "state");
  const Json& waiting = At(state, "waiting");
  pod.waitingReason = Text(waiting, "reason");
  pod.waitingMessage = Text(waiting, "message");
  const Json& ended = At(state, "terminated");
  pod.started = At(state, "running").is_object() || ended.is_object();
  if (!ended.is_object()) return;
  pod.exitCode = static_cast<int>(Integer(ended, "exitCode"));
  pod.exitReason = Text(ended, "reason");
  pod.exitMessage = Text(ended, "message");
}

}  // namespace

bool Pod::HoldsOurFinalizer() const { return std::find(meta.finalizers.begin(), meta.finalizers.end(), api::kPodFinalizer) != meta.finalizers.end(); }

std::vector<Action> ReleaseAll(const std::vector<Pod>& pods) {
  std::vector<Action> release;
  for (const Pod& pod : pods)
    if (pod.HoldsOurFinalizer()) release.push_back(ReleasePod{pod.meta.ns, pod.meta.name, pod.meta.uid, pod.meta.finalizers});
  return release;
}

Pod ReadPod(api::Meta meta, const Json& object) {
  Pod pod;
  pod.meta = std::move(meta);
  pod.stage = Label(pod.meta, api::kLabelStage);
  pod.attempt = static_cast<int>(WholeNumber(Label(pod.meta, api::kLabelAttempt), 0, std::numeric_limits<int>::max()).value_or(0));
  const Json& container = First(At(At(object, "spec"), "containers"));
  pod.image = Text(container, "image");
  pod.memoryLimit = Text(At(At(container, "resources"), "limits"), "memory");
  const Json& status = At(object, "status");
  pod.phase = PhaseOf(Text(status, "phase"));
  pod.succeeded = Text(status, "phase") == "Succeeded";
  pod.reason = Text(status, "reason");
  pod.message = Text(status, "message");
  ReadConditions(status, pod);
  ReadContainer(First(At(status, "containerStatuses")), pod);
  return pod;
}

}  // namespace weir::plan
