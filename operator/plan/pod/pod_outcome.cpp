#include "operator/plan/pod/pod_outcome.h"

#include <algorithm>
#include <array>

#include "crds/api/describe/read.h"
#include "operator/plan/action.h"
#include "operator/plan/text.h"

namespace weir::plan {
namespace {

using api::OutcomeClass;
using api::Reason;
using api::StageOutcome;

StageOutcome Ended(OutcomeClass result, Reason reason, std::string message) { return {.result = result, .reason = reason, .message = std::move(message)}; }

bool IsOneOf(const std::string& word, std::initializer_list<std::string_view> words) { return std::find(words.begin(), words.end(), word) != words.end(); }

bool IsWaitingForImage(const Pod& pod) {
  return IsOneOf(pod.waitingReason, {"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable"});
}

bool CannotBeSetUp(const Pod& pod) {
  return IsOneOf(pod.waitingReason, {"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "RunInitContainerError", "PostStartHookError",
                                     "CrashLoopBackOff"});
}

bool IsInitContainer(const Pod& pod) { return !pod.waitingContainer.empty() && pod.waitingContainer != kRunnerContainer; }

bool IsAboutVolumesOrSandbox(const PodNote& note) {
  return IsOneOf(note.reason, {"FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedCreatePodSandBox", "FailedPrepareDynamicResources"});
}

bool IsAboutMissingObject(const PodNote& note) {
  return note.message.find("not found") != std::string::npos || note.message.find("non-existent") != std::string::npos;
}

// Either may be absent.
std::string Both(const std::string& reason, const std::string& message) { return reason + (reason.empty() || message.empty() ? "" : ": ") + message; }

std::string InBrackets(const std::string& reason, const std::string& message) { return " (" + reason + ")" + (message.empty() ? "" : ": " + message); }

std::string MissingRunnerMessage(const Pod& pod) {
  const std::string kubelet =
      pod.waitingMessage.empty() ? "" : " The kubelet says of " + pod.waitingContainer + ": " + Both(pod.waitingReason, pod.waitingMessage);
  return "The pod has no container named " + std::string(kRunnerContainer) + " (found: " + pod.otherContainers + "). " + ByOthers("renamed or removed it") +
         kubelet;
}

std::string StartFailureMessage(const Pod& pod) {
  if (!pod.otherContainers.empty()) return MissingRunnerMessage(pod);
  if (!pod.initFailure.empty()) return pod.initFailure;
  if (!pod.holding.empty()) return Both(pod.reason, "it waited for " + pod.holding);
  if (pod.note && !pod.note->message.empty()) return pod.note->reason + ": " + pod.note->message;
  if (!pod.waitingMessage.empty()) return pod.waitingReason + ": " + pod.waitingMessage;
  return Both(pod.reason, pod.message);
}

// A longer one, or none, does not shorten the attempt.
bool HasForeignDeadline(const Pod& pod) { return pod.deadlineWasMade && pod.deadlineSeconds > 0 && pod.deadlineSeconds < *pod.deadlineWasMade; }

StageOutcome OutcomeOfForeignDeadline(const Pod& pod) {
  return Ended(OutcomeClass::Infrastructure, Reason::DeadlineExceeded,
               "Pod " + pod.meta.name + " was ended by its activeDeadlineSeconds of " + std::to_string(pod.deadlineSeconds) + ". " +
                   ByOthers("set it in place of the " + std::to_string(*pod.deadlineWasMade) + " seconds of the attempt's timeout"));
}

std::optional<StageOutcome> ParsedOutcome(const Pod& pod) {
  if (pod.exitMessage.empty()) return std::nullopt;
  const Result<Json> json = ParseJson(pod.exitMessage);
  if (!json) return std::nullopt;
  Result<StageOutcome> outcome = api::ReadWire<StageOutcome>(*json);
  if (!outcome) return std::nullopt;
  return std::move(outcome).value();
}

// Absent when the container ended on its own.
std::optional<StageOutcome> OutcomeOfLostPod(const Pod& pod) {
  const std::string& name = pod.meta.name;
  if (pod.reason == "NodeLost" || pod.disruption == "DeletionByTaintManager" || pod.disruption == "DeletionByPodGC")
    return Ended(OutcomeClass::Infrastructure, Reason::NodeLost, "The node of pod " + name + " was lost; another attempt takes over and fences this one off.");
  if (pod.reason == "Evicted" ||
      IsOneOf(pod.disruption, {"EvictionByEvictionAPI", "PreemptionByScheduler", "PreemptionByKubeScheduler", "TerminationByKubelet"}))
    return Ended(OutcomeClass::Infrastructure, Reason::Evicted,
                 "Pod " + name + " was evicted from its node" + (pod.message.empty() ? "." : ": " + pod.message));
  if (pod.meta.deleted) return Ended(OutcomeClass::Infrastructure, Reason::PodDeleted, "Pod " + name + " was deleted before it had ended.");
  return std::nullopt;
}

std::optional<OutcomeClass> ClassOfExit(int code) {
  for (int i = 1; i < static_cast<int>(api::Words<OutcomeClass>::kAll.size()); ++i)
    if (api::ExitCodeOf(static_cast<OutcomeClass>(i)) == code) return static_cast<OutcomeClass>(i);
  return std::nullopt;
}

StageOutcome ByExitCode(const Pod& pod, int code) {
  constexpr int kKilled = 128 + 9;
  constexpr int kTerminated = 128 + 15;
  const std::string ended = "The runner in pod " + pod.meta.name + " ended with exit code " + std::to_string(code);
  if (pod.exitReason == "OOMKilled")
    return Ended(OutcomeClass::Resource, Reason::OutOfMemory,
                 "The stage needed more than its memory limit of " + pod.memoryLimit + "; raise resources.memory of the stage.");
  if (code == kKilled || code == kTerminated) return Ended(OutcomeClass::Infrastructure, Reason::RunnerKilled, ended + ": it was killed from outside.");
  if (IsOneOf(pod.exitReason, {"StartError", "ContainerCannotRun", "ContainerStatusUnknown"}) || (code > 125 && code < 129))
    return Ended(OutcomeClass::Infrastructure, Reason::StartFailed, Both("The runner in pod " + pod.meta.name + " could not be started", pod.exitMessage));
  if (!pod.messagePath.empty() && pod.messagePath != kTerminationLog && pod.exitMessage.empty())
    return Ended(ClassOfExit(code).value_or(OutcomeClass::Bug), Reason::InternalError,
                 ended + ", and its outcome cannot be read. " +
                     ByOthers("set terminationMessagePath of its container to " + pod.messagePath + " in place of " + std::string(kTerminationLog)));
  if (ClassOfExit(code) == OutcomeClass::Resource)
    return Ended(OutcomeClass::Resource, Reason::OutOfMemory,
                 ended + ": memory, threads or open files ran out before it could say more; see its log, and raise resources.memory of the stage.");
  if (const auto known = ClassOfExit(code))
    return Ended(*known, Reason::InternalError, ended + " (" + std::string(api::Word(*known)) + ") without saying why; see its log.");
  return Ended(OutcomeClass::Bug, Reason::InternalError, ended + " and no outcome; see its log.");
}

// Then the pod status has the cause: the runner only received a signal.
bool WasStoppedFromOutside(const std::optional<StageOutcome>& parsed) { return parsed && parsed->result == OutcomeClass::Infrastructure; }

StageOutcome OutcomeOfEnded(const Pod& pod) {
  auto parsed = ParsedOutcome(pod);
  if (parsed && !WasStoppedFromOutside(parsed)) return std::move(*parsed);
  if (pod.reason == "DeadlineExceeded" && HasForeignDeadline(pod)) return OutcomeOfForeignDeadline(pod);
  if (pod.reason == "DeadlineExceeded" && pod.started)
    return Ended(OutcomeClass::Resource, Reason::DeadlineExceeded,
                 "The attempt took longer than the stage's attemptTimeout; raise it, or give the stage more CPU.");
  if (auto lost = OutcomeOfLostPod(pod)) return std::move(*lost);
  if (parsed) return std::move(*parsed);
  if (pod.exitCode) return ByExitCode(pod, *pod.exitCode);
  return Ended(OutcomeClass::Infrastructure, Reason::StartFailed, "Pod " + pod.meta.name + " ended before its runner started: " + StartFailureMessage(pod));
}

// From the status and events of the pod.
std::optional<Obstacle> ReportedObstacle(const Pod& pod) {
  if (pod.phase == PodPhase::Ended) return std::nullopt;
  const Time gives_up = pod.accepted.value_or(pod.meta.created) + kImagePatience;
  if (!pod.otherContainers.empty()) return Obstacle{Reason::StartFailed, MissingRunnerMessage(pod), gives_up};
  if (pod.phase != PodPhase::Pending) return std::nullopt;
  const std::string words = InBrackets(pod.waitingReason, pod.waitingMessage);
  if (IsWaitingForImage(pod)) {
    const std::string whose = IsInitContainer(pod) ? " of init container " + pod.waitingContainer : "";
    return Obstacle{Reason::ImageUnavailable, "The image " + pod.waitingImage + whose + " cannot be had" + words, gives_up};
  }
  if (CannotBeSetUp(pod)) {
    const std::string which = IsInitContainer(pod) ? "Init container " + pod.waitingContainer : "The container";
    return Obstacle{Reason::StartFailed, which + " cannot be set up" + words, gives_up};
  }
  if (!pod.gated.empty())
    return Obstacle{Reason::SchedulingGated, "The pod is not scheduled before its scheduling gates are removed: " + pod.gated, std::nullopt};
  if (!pod.unschedulable.empty()) return Obstacle{Reason::Unschedulable, "No node takes the pod: " + pod.unschedulable, std::nullopt};
  if (pod.note && IsAboutVolumesOrSandbox(*pod.note))
    return Obstacle{Reason::StartFailed, "The pod cannot be set up" + InBrackets(pod.note->reason, pod.note->message),
                    IsAboutMissingObject(*pod.note) ? gives_up : gives_up - kImagePatience + kVolumePatience};
  return std::nullopt;
}

}  // namespace

std::optional<Time> SlowStartReportedAt(const Pod& pod) {
  if (pod.phase != PodPhase::Pending || (pod.holding.empty() && pod.ignoredBy.empty()) || ReportedObstacle(pod)) return std::nullopt;
  return pod.holdingSince.value_or(pod.accepted.value_or(pod.meta.created)) + kSlowStartReportedAfter;
}

std::optional<Obstacle> ObstacleOf(const Pod& pod, Time now) {
  if (auto reported = ReportedObstacle(pod)) return reported;
  const auto reported_at = SlowStartReportedAt(pod);
  if (!reported_at || now < *reported_at) return std::nullopt;
  if (pod.holding.empty())
    return Obstacle{Reason::Unschedulable, "No scheduler has handled the pod: spec.schedulerName is " + pod.ignoredBy + '.', std::nullopt};
  return Obstacle{Reason::StartFailed,
                  "The runner waits for " + pod.holding + (pod.note && !pod.note->message.empty() ? InBrackets(pod.note->reason, pod.note->message) : "."),
                  std::nullopt};
}

std::optional<Time> NextEventReadAt(const Pod& pod) {
  if (pod.phase != PodPhase::Pending || pod.started || !pod.accepted || pod.meta.deleted) return std::nullopt;
  Pod without_note = pod;
  without_note.note.reset();
  if (ReportedObstacle(without_note)) return std::nullopt;
  if (!pod.note) return *pod.accepted + kFirstEventReadAfter;
  return pod.note->read + std::clamp(pod.note->read - *pod.accepted, kFirstEventReadAfter, kEventReadInterval);
}

std::optional<StageOutcome> OutcomeOf(const Pod& pod, Time now) {
  if (pod.phase == PodPhase::Ended) return OutcomeOfEnded(pod);
  if (pod.meta.deleted && (!pod.started || now >= *pod.meta.deleted + kDeletionPatience)) return OutcomeOfLostPod(pod);
  const auto obstacle = ReportedObstacle(pod);
  if (obstacle && obstacle->givesUpAt && now >= *obstacle->givesUpAt) return Ended(OutcomeClass::Infrastructure, obstacle->reason, obstacle->message);
  return std::nullopt;
}

std::optional<Time> OutcomeChangesAt(const Pod& pod) {
  if (pod.phase == PodPhase::Ended) return std::nullopt;
  const auto obstacle = ReportedObstacle(pod);
  const auto deletion = pod.meta.deleted ? std::optional<Time>(*pod.meta.deleted + kDeletionPatience) : std::nullopt;
  return Sooner(deletion, obstacle ? obstacle->givesUpAt : std::nullopt);
}

}  // namespace weir::plan
