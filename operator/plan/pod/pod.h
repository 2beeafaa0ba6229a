#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operator/plan/action.h"

namespace weir::plan {

// The one container of a pod that is ours; clusters add others to it (meshes, log shippers, agents), anywhere in its lists.
inline constexpr std::string_view kRunnerContainer = "runner";

// Where its outcome is read.
inline constexpr std::string_view kTerminationLog = "/dev/termination-log";

// How far the runner is, whatever else is in its pod.
enum class PodPhase { Pending, Running, Ended };

// The newest event of a pod, when it is a warning: the kubelet says nowhere else that it waits for a Secret, a ConfigMap or a
// volume. Empty texts: there is none.
struct PodNote {
  std::string reason;  // FailedMount, FailedAttachVolume, FailedCreatePodSandBox ...
  std::string message;
  Time read;
  bool operator==(const PodNote&) const = default;
};

// What plans read of a pod of ours. Containers are known by their names: an attempt is what the container `runner` does.
// Other containers matter only while they keep it from starting, and when they would keep the pod after it has ended.
struct Pod {
  api::Meta meta;
  std::string stage;
  int attempt = 0;
  PodPhase phase = PodPhase::Pending;
  bool started = false;          // the runner ran at least once
  bool lingers = false;          // it is not over, and nothing but a deletion is sure to end it
  std::optional<Time> accepted;  // by its kubelet
  std::string waitingContainer;  // the one that waits: an init container, or the runner
  std::string waitingImage;
  std::string waitingReason;  // ImagePullBackOff, CreateContainerConfigError ...
  std::string waitingMessage;
  std::optional<PodNote> note;       // absent: nobody asked
  std::string initFailure;           // how an init container failed; empty when none did
  std::string holding;               // which init container keeps the runner waiting, though nothing is wrong with it; empty when none does
  std::optional<Time> holdingSince;  // it runs; absent: none does, or the kubelet does not say
  std::string otherContainers;       // their names where none is the runner; empty otherwise
  std::string ignoredBy;             // the scheduler whose pod it is, while no scheduler has looked at it; empty otherwise
  std::string unschedulable;         // the scheduler's message while it finds no node
  std::string gated;                 // which scheduling gates hold it back
  std::optional<int> exitCode;
  std::string exitReason;   // OOMKilled, Error, StartError ...
  std::string exitMessage;  // the termination message
  std::string reason;       // of the pod: Evicted, DeadlineExceeded, NodeLost ...
  std::string message;
  std::string disruption;  // reason of the condition DisruptionTarget while True
  std::string memoryLimit;
  std::string messagePath;                      // terminationMessagePath of the runner; empty: not known
  std::int64_t deadlineSeconds = 0;             // activeDeadlineSeconds as it stands; 0: none
  std::optional<std::int64_t> deadlineWasMade;  // as the operator wrote it; absent: not known

  bool operator==(const Pod&) const = default;
  bool HoldsOurFinalizer() const;
};

// Takes our finalizer from each pod that still has it.
std::vector<Action> ReleaseAll(const std::vector<Pod>& pods);

// For pods whose ends are counted, or will never be: deletes those that linger, and takes our finalizer from all.
std::vector<Action> EndAndRelease(const std::vector<Pod>& pods);

// What becomes of pods of an owner that is gone, when another has its name: they are deleted, since they have the names of its
// pods. One that was just made and has no owner at all may be waited for, and be given its owner: it stays until it is old.
struct Leftovers {
  std::vector<Action> actions;
  std::optional<Time> revisit;
};
inline constexpr Duration kOrphanIsOldAfter = Duration::Minutes(1);
Leftovers DeleteAndRelease(const std::vector<Pod>& pods, Time now);

// Lenient: takes what is there; spec and status from an object as the API server sent it.
Pod ReadPod(api::Meta meta, const Json& object);

}  // namespace weir::plan
