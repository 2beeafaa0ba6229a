#pragma once

#include <optional>

#include "crds/api/pipeline.h"
#include "crds/api/protocol/stage_outcome.h"
#include "crds/api/stage_status.h"
#include "crds/base/result.h"

namespace weir::plan {

// What can be expected of the next try when the API server does not create a pod.
enum class Rejection {
  Momentary,  // a timeout, a 5xx, a conflict, a webhook that cannot be reached: it often ends before anybody has read of it
  Lasting,    // a quota, a missing right, a PriorityClass or RuntimeClass that is not there yet, a name that is taken: it ends
              // when somebody does something, which may take long
  Final       // a policy, or a field that is not valid: the same pod is refused again
};
Rejection RejectionOf(const Error& why);

// How long the pod of one attempt is tried although a policy refuses it: policies and what they refer to (a
// label of the namespace) are often applied together with the pipeline.
inline constexpr Duration kPolicyPatience = Duration::Seconds(30);
// How long a momentary rejection lasts before status has it.
inline constexpr Duration kMomentaryIsToldAfter = Duration::Seconds(3);
// A pod that is not created, or not changed, is tried with back-off, at least this often: what refused it may be gone.
inline constexpr Duration kRefusedPodIsTriedEvery = Duration::Minutes(1);

struct AttemptLimits {
  Duration timeout;  // of one attempt
  api::RetryPolicy retry;
};

// The API server did not create the pod of the newest attempt of `stage`, which runs. Nothing changes while the rejection may
// be momentary. Then the stage has the reason PodRejected and is tried on: a final one fails it once it has lasted for kPolicyPatience, any
// other ends the attempt at its timeout, which is retried as one that was lost. The outcome that was counted, if one was.
std::optional<api::StageOutcome> CountRejection(api::StageStatus& stage, const Error& why, const AttemptLimits& limits, Time now);

}  // namespace weir::plan
