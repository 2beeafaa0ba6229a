#pragma once

#include <string>

#include "crds/base/json.h"
#include "crds/base/time.h"

namespace weir::local {

// How the only container of a pod ended, as a kubelet reports it.
struct ContainerEnd {
  int exitCode = 0;
  std::string reason;   // Completed, Error, OOMKilled, StartError, ContainerStatusUnknown
  std::string message;  // the termination message
  Time started;
  Time finished;
  std::string podReason;  // DeadlineExceeded, Terminated, or empty
  std::string podMessage;
};

// The `status` of a pod, as merge patches of {"status": ...}, in the shape that a kubelet writes.
Json RunningStatus(const Json& pod, const std::string& container_id, Time started);
Json EndedStatus(const Json& pod, const std::string& container_id, const ContainerEnd& end);

}  // namespace weir::local
