#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/plan/action.h"

namespace weir::plan {

enum class PodPhase { Pending, Running, Ended };

// What plans read of a pod of ours. It has one container, `runner`.
struct Pod {
  api::Meta meta;
  std::string stage;
  int attempt = 0;
  PodPhase phase = PodPhase::Pending;
  bool succeeded = false;  // with phase Ended
  bool started = false;    // the container ran at least once
  std::string image;
  std::string waitingReason;  // of the container: ImagePullBackOff, CreateContainerConfigError ...
  std::string waitingMessage;
  std::string unschedulable;
  std::string gated;  // the scheduler's words while a scheduling gate holds the pod back  // the scheduler's message while it finds no node
  std::optional<int> exitCode;
  std::string exitReason;   // OOMKilled, Error, StartError ...
  std::string exitMessage;  // the termination message
  std::string reason;       // of the pod: Evicted, DeadlineExceeded, NodeLost ...
  std::string message;
  std::string disruption;  // reason of the condition DisruptionTarget while True
  std::string memoryLimit;

  bool operator==(const Pod&) const = default;
  bool HoldsOurFinalizer() const;
};

// Takes our finalizer from each pod that still has it.
std::vector<Action> ReleaseAll(const std::vector<Pod>& pods);

// Lenient: takes what is there; spec and status from an object as the API server sent it.
Pod ReadPod(api::Meta meta, const Json& object);

}  // namespace weir::plan
