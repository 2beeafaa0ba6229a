#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operator/plan/action.h"

namespace weir::plan {

// Our container in a pod. Clusters may inject others (service meshes, log shippers, agents) anywhere in its lists.
inline constexpr std::string_view kRunnerContainer = "runner";

// The file from which the kubelet reads its outcome.
inline constexpr std::string_view kTerminationLog = "/dev/termination-log";

// Phase of the runner container, independent of other containers in its pod.
enum class PodPhase { Pending, Running, Ended };

// The newest event of a pod, when it is a warning: only events report that a pod waits for a Secret, a ConfigMap or a volume.
// Empty strings: no such event.
struct PodNote {
  std::string reason;  // FailedMount, FailedAttachVolume, FailedCreatePodSandBox ...
  std::string message;
  Time read;
  bool operator==(const PodNote&) const = default;
};

// The parts of our pods that plans use. The attempt is the container `runner`, found by name. Other containers matter only
// while they delay its start, and when they keep the pod running after it has ended.
struct Pod {
  api::Meta meta;
  std::string stage;
  int attempt = 0;
  PodPhase phase = PodPhase::Pending;
  bool started = false;          // the runner ran at least once
  bool lingers = false;          // still running, and may run until it is deleted
  std::optional<Time> accepted;  // by its kubelet
  std::string waitingContainer;  // the one that waits: an init container, or the runner
  std::string waitingImage;
  std::string waitingReason;  // ImagePullBackOff, CreateContainerConfigError ...
  std::string waitingMessage;
  std::optional<PodNote> note;       // absent: events were not read
  std::string initFailure;           // how an init container failed; empty when none did
  std::string holding;               // the init container, without an error, for which the runner waits; empty when there is none
  std::optional<Time> holdingSince;  // start of that container; absent: none, or not reported by the kubelet
  std::string otherContainers;       // their names where none is the runner; empty otherwise
  std::string ignoredBy;             // spec.schedulerName while no scheduler has handled the pod; empty otherwise
  std::string unschedulable;         // the scheduler's message while it finds no node
  std::string gated;                 // scheduling gates that block it
  std::optional<int> exitCode;
  std::string exitReason;   // OOMKilled, Error, StartError ...
  std::string exitMessage;  // the termination message
  std::string reason;       // of the pod: Evicted, DeadlineExceeded, NodeLost ...
  std::string message;
  std::string disruption;  // reason of the condition DisruptionTarget while True
  std::string memoryLimit;
  std::string messagePath;                      // terminationMessagePath of the runner; empty: not known
  std::int64_t deadlineSeconds = 0;             // current activeDeadlineSeconds; 0: none
  std::optional<std::int64_t> deadlineWasMade;  // as the operator wrote it; absent: not known

  bool operator==(const Pod&) const = default;
  bool HoldsOurFinalizer() const;
};

// Removes our finalizer from each pod that has it.
std::vector<Action> ReleaseAll(const std::vector<Pod>& pods);

// For pods whose outcome is recorded, or never will be: deletes those that linger, and removes our finalizer from all.
std::vector<Action> EndAndRelease(const std::vector<Pod>& pods);

// Actions for pods of a deleted owner whose name a new object has: they are deleted, because the new object's pods need their
// names. A new pod without any owner reference may still get it restored, so it is kept for kOrphanGracePeriod.
struct Leftovers {
  std::vector<Action> actions;
  std::optional<Time> revisit;
};
inline constexpr Duration kOrphanGracePeriod = Duration::Minutes(1);
Leftovers DeleteAndRelease(const std::vector<Pod>& pods, Time now);

// Reads spec and status of an object as the API server sent it; absent members keep their defaults.
Pod ReadPod(api::Meta meta, const Json& object);

}  // namespace weir::plan
