#include "operator/plan/pod/pod.h"

#include <algorithm>
#include <limits>

#include "crds/base/text.h"

namespace weir::plan {
namespace {

const Json kNone;

const Json& Named(const Json& list, std::string_view name) {
  if (list.is_array())
    for (const Json& item : list)
      if (Text(item, "name") == name) return item;
  return kNone;
}

std::string Label(const api::Meta& meta, std::string_view name) {
  const auto found = meta.labels.find(std::string(name));
  return found == meta.labels.end() ? "" : found->second;
}

bool IsOver(const std::string& phase) { return phase == "Succeeded" || phase == "Failed"; }

// Pods that Kubernetes calls Pending may have a runner that runs, beside a container without an image.
PodPhase PhaseOf(const std::string& phase, const Json& runner) {
  const Json& state = At(runner, "state");
  if (IsOver(phase) || At(state, "terminated").is_object()) return PodPhase::Ended;
  if (At(state, "running").is_object()) return PodPhase::Running;
  if (At(state, "waiting").is_object()) return PodPhase::Pending;
  return phase == "Running" || phase == "Unknown" ? PodPhase::Running : PodPhase::Pending;
}

// The kubelet ends init containers that outlive their start by itself.
bool Lingers(const std::string& phase, const Json& statuses, const Json& runner) {
  const auto ended = [](const Json& status) { return At(At(status, "state"), "terminated").is_object(); };
  if (IsOver(phase)) return false;
  return !ended(runner) || !std::all_of(statuses.begin(), statuses.end(), ended);
}

std::string GatesOf(const Json& object, const std::string& otherwise) {
  const Json& gates = At(At(object, "spec"), "schedulingGates");
  std::string names;
  if (gates.is_array())
    for (const Json& gate : gates) names += (names.empty() ? "" : ", ") + Text(gate, "name");
  return names.empty() ? otherwise : names;
}

// Schedulers say what is missing once for the nodes and once for preemption.
std::string WithoutEcho(std::string message) {
  constexpr std::string_view kWords = " not found", kTwice = " not found. not found";
  if (message.ends_with(kTwice)) message.erase(message.size() - kWords.size());
  return message;
}

void ReadConditions(const Json& object, Pod& pod) {
  const Json& conditions = At(At(object, "status"), "conditions");
  const bool untouched = !conditions.is_array() ||
                         std::none_of(conditions.begin(), conditions.end(), [](const Json& condition) { return Text(condition, "type") == "PodScheduled"; });
  if (untouched && !pod.accepted && Text(At(object, "spec"), "nodeName").empty()) pod.ignoredBy = Text(At(object, "spec"), "schedulerName");
  if (!conditions.is_array()) return;
  for (const Json& condition : conditions) {
    const std::string type = Text(condition, "type");
    if (type == "PodScheduled" && Text(condition, "status") == "False" && Text(condition, "reason") == "Unschedulable")
      pod.unschedulable = WithoutEcho(Text(condition, "message"));
    if (type == "PodScheduled" && Text(condition, "status") == "False" && Text(condition, "reason") == "SchedulingGated")
      pod.gated = GatesOf(object, Text(condition, "message"));
    if (type == "DisruptionTarget" && Text(condition, "status") == "True") pod.disruption = Text(condition, "reason");
  }
}

void ReadWaiting(const Json& status, const Json& containers, Pod& pod) {
  const Json& waiting = At(At(status, "state"), "waiting");
  pod.waitingContainer = Text(status, "name");
  pod.waitingImage = Text(Named(containers, pod.waitingContainer), "image");
  pod.waitingReason = Text(waiting, "reason");
  pod.waitingMessage = Text(waiting, "message");
}

void ReadRunner(const Json& status, const Json& containers, Pod& pod) {
  const Json& state = At(status, "state");
  const Json& ended = At(state, "terminated");
  pod.started = At(state, "running").is_object() || ended.is_object();
  if (At(state, "waiting").is_object()) ReadWaiting(status, containers, pod);
  if (!ended.is_object()) return;
  pod.exitCode = static_cast<int>(Integer(ended, "exitCode"));
  pod.exitReason = Text(ended, "reason");
  pod.exitMessage = Text(ended, "message");
}

std::string EndOfInitContainer(const std::string& name, const Json& ended) {
  const std::string reason = Text(ended, "reason"), message = Text(ended, "message");
  return "init container " + name + " ended with exit code " + std::to_string(Integer(ended, "exitCode")) + (reason.empty() ? "" : " (" + reason + ")") +
         (message.empty() ? "" : ": " + message);
}

// The first that is on its turn and neither waits nor has failed; a native sidecar has had its turn once it has started.
std::string HoldOf(const Json& status, const Json& spec) {
  const std::string name = Text(status, "name");
  if (!At(At(status, "state"), "running").is_object()) return "";
  if (Text(spec, "restartPolicy") != "Always") return "init container " + name + ", which still runs";
  return At(status, "started") == true ? "" : "init container " + name + ", a native sidecar whose startupProbe has not passed";
}

std::optional<Time> StartOf(const Json& state) {
  const auto started = ParseTime(Text(At(state, "running"), "startedAt"));
  return started ? std::optional<Time>(*started) : std::nullopt;
}

// They run before the runner, one after the other: what the first of them waits for, the runner waits for.
void ReadInitContainers(const Json& statuses, const Json& containers, Pod& pod) {
  if (!statuses.is_array() || pod.started) return;
  for (const Json& status : statuses) {
    const Json& state = At(status, "state");
    const Json& ended = At(state, "terminated");
    if (Integer(ended, "exitCode") != 0) pod.initFailure = EndOfInitContainer(Text(status, "name"), ended);
    if (pod.holding.empty()) {
      pod.holding = HoldOf(status, Named(containers, Text(status, "name")));
      if (!pod.holding.empty()) pod.holdingSince = StartOf(state);
    }
    if (At(state, "waiting").is_object() && Text(At(state, "waiting"), "reason") != "PodInitializing") return ReadWaiting(status, containers, pod);
  }
}

// Which are ours to judge by their names alone: one that was renamed is another's.
void ReadOthers(const Json& statuses, const Json& containers, Pod& pod) {
  if (!containers.is_array() || Named(containers, kRunnerContainer).is_object()) return;
  for (const Json& container : containers) pod.otherContainers += (pod.otherContainers.empty() ? "" : ", ") + Text(container, "name");
  if (!statuses.is_array()) return;
  for (const Json& status : statuses)
    if (!Text(At(At(status, "state"), "waiting"), "message").empty()) return ReadWaiting(status, containers, pod);
}

}  // namespace

bool Pod::HoldsOurFinalizer() const { return std::find(meta.finalizers.begin(), meta.finalizers.end(), api::kPodFinalizer) != meta.finalizers.end(); }

std::vector<Action> ReleaseAll(const std::vector<Pod>& pods) {
  std::vector<Action> release;
  for (const Pod& pod : pods)
    if (pod.HoldsOurFinalizer()) release.push_back(ReleasePod{pod.meta.ns, pod.meta.name, pod.meta.uid, pod.meta.finalizers});
  return release;
}

std::vector<Action> EndAndRelease(const std::vector<Pod>& pods) {
  std::vector<Action> actions;
  for (const Pod& pod : pods)
    if (pod.lingers && !pod.meta.deleted) actions.push_back(DeletePod{pod.meta.ns, pod.meta.name, pod.meta.uid});
  for (Action& release : ReleaseAll(pods)) actions.push_back(std::move(release));
  return actions;
}

// What has our labels by chance has no stage or attempt.
Leftovers DeleteAndRelease(const std::vector<Pod>& pods, Time now) {
  Leftovers leftovers;
  std::vector<Pod> old;
  for (const Pod& pod : pods) {
    const Time old_at = pod.meta.created + kOrphanGracePeriod;
    if (pod.meta.ownerUid.empty() && !pod.meta.deleted && pod.HoldsOurFinalizer() && now < old_at)
      leftovers.revisit = Sooner(leftovers.revisit, old_at);
    else
      old.push_back(pod);
  }
  for (const Pod& pod : old)
    if (!pod.meta.deleted && !pod.stage.empty() && pod.attempt > 0) leftovers.actions.push_back(DeletePod{pod.meta.ns, pod.meta.name, pod.meta.uid});
  for (Action& release : ReleaseAll(old)) leftovers.actions.push_back(std::move(release));
  return leftovers;
}

Pod ReadPod(api::Meta meta, const Json& object) {
  Pod pod;
  pod.meta = std::move(meta);
  pod.stage = Label(pod.meta, api::kLabelStage);
  pod.attempt = static_cast<int>(WholeNumber(Label(pod.meta, api::kLabelAttempt), 0, std::numeric_limits<int>::max()).value_or(0));
  const Json& spec = At(object, "spec");
  const Json& status = At(object, "status");
  const Json& statuses = At(status, "containerStatuses");
  const Json& runner = Named(statuses, kRunnerContainer);
  const Json& runners_spec = Named(At(spec, "containers"), kRunnerContainer);
  pod.memoryLimit = Text(At(At(runners_spec, "resources"), "limits"), "memory");
  pod.messagePath = Text(runners_spec, "terminationMessagePath");
  pod.deadlineSeconds = Integer(spec, "activeDeadlineSeconds");
  pod.phase = PhaseOf(Text(status, "phase"), runner);
  pod.lingers = Lingers(Text(status, "phase"), statuses, runner);
  if (const auto accepted = ParseTime(Text(status, "startTime"))) pod.accepted = *accepted;
  pod.reason = Text(status, "reason");
  pod.message = Text(status, "message");
  ReadConditions(object, pod);
  ReadRunner(runner, At(spec, "containers"), pod);
  ReadOthers(statuses, At(spec, "containers"), pod);
  ReadInitContainers(At(status, "initContainerStatuses"), At(spec, "initContainers"), pod);
  return pod;
}

}  // namespace weir::plan
