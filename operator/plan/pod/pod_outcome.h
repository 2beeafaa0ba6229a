#pragma once

#include <optional>
#include <string>

#include "crds/api/protocol/stage_outcome.h"
#include "operator/plan/pod/pod.h"

namespace weir::plan {

// How long a pod may wait for an image that cannot be pulled before its attempt ends.
inline constexpr Duration kImagePatience = Duration::Minutes(2);
// The same for a volume, which may have to be detached from another node first.
inline constexpr Duration kVolumePatience = Duration::Minutes(10);
// When the events of a pod that its kubelet accepted, and that does not start, are read first, and how often after that.
inline constexpr Duration kFirstEventReadAfter = Duration::Seconds(3);
inline constexpr Duration kEventReadInterval = Duration::Seconds(30);
// How long after its grace period a deleted pod may take to end before its attempt is counted as lost. Its commits are
// fenced by the epoch of the next attempt, so its process may still run.
inline constexpr Duration kDeletionPatience = Duration::Seconds(10);

// How long an init container may run, a sidecar may start, or a pod may wait for its scheduler before status reports it.
inline constexpr Duration kSlowStartReportedAfter = Duration::Seconds(10);

// Why a waiting pod does not start.
struct Obstacle {
  api::Reason reason = api::Reason::Unschedulable;
  std::string message;
  std::optional<Time> givesUpAt;  // when the attempt ends; absent: it may wait without limit
};
std::optional<Obstacle> ObstacleOf(const Pod& pod, Time now);

// When ObstacleOf starts to report a slow start; absent when nothing delays the pod, or another obstacle is reported.
std::optional<Time> SlowStartReportedAt(const Pod& pod);

// When to read the pod's events because its status does not contain why it waits; absent when it does, or when it does not
// wait.
std::optional<Time> NextEventReadAt(const Pod& pod);

// The outcome of a pod that has ended, or that is given up: deleted for longer than kDeletionPatience, or unable to start for
// too long. Absent while it may still finish. The outcome that the runner wrote takes precedence over the exit code and the
// kubelet's reason: a commit stays valid if the process failed after it.
std::optional<api::StageOutcome> OutcomeOf(const Pod& pod, Time now);

// The next instant at which the result of OutcomeOf may change without an event.
std::optional<Time> OutcomeChangesAt(const Pod& pod);

}  // namespace weir::plan
