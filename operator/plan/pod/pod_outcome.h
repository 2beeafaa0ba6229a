#pragma once

#include <optional>
#include <string>

#include "crds/api/protocol/stage_outcome.h"
#include "operator/plan/pod/pod.h"

namespace weir::plan {

// How long a pod may wait for an image that cannot be had before its attempt ends.
inline constexpr Duration kImagePatience = Duration::Minutes(2);
// The same for a volume, which may have to be detached from another node first.
inline constexpr Duration kVolumePatience = Duration::Minutes(10);
// When the events of a pod that its kubelet has, and that does not start, are read for the first time, and how often then.
inline constexpr Duration kEventsAreReadAfter = Duration::Seconds(3);
inline constexpr Duration kEventsAreReadEvery = Duration::Seconds(30);
// How long after its grace period a deleted pod may take to end before its attempt is counted as lost. Its commits are
// fenced by the epoch of the next attempt, so it need not be dead.
inline constexpr Duration kDeletionPatience = Duration::Seconds(10);

// How long an init container may run, a sidecar may start, or a pod may wait for its scheduler before status reports it.
inline constexpr Duration kHoldIsToldAfter = Duration::Seconds(10);

// What stands between a pod and its work, while it waits.
struct Obstacle {
  api::Reason reason = api::Reason::Unschedulable;
  std::string message;
  std::optional<Time> givesUpAt;  // absent: it may wait for good
};
std::optional<Obstacle> ObstacleOf(const Pod& pod, Time now);

// When ObstacleOf begins to tell what takes long; absent when nothing does, or something else is told.
std::optional<Time> HoldIsToldAt(const Pod& pod);

// When its events are to be read because its status does not say why it waits; absent when it does, or when it does not wait.
std::optional<Time> EventsAreDueAt(const Pod& pod);

// The outcome of a pod that has ended, or that will not end by itself any more: deleted and silent past its patience, or
// without its image for too long. Absent while it may still do its work. The runner's own words win over what the
// kubelet makes of the exit code: a commit that was made stays made, whatever happened to the process after it.
std::optional<api::StageOutcome> OutcomeOf(const Pod& pod, Time now);

// The next instant at which OutcomeOf may answer differently without an event.
std::optional<Time> OutcomeChangesAt(const Pod& pod);

}  // namespace weir::plan
