#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/pipeline.h"
#include "operator/plan/action.h"
#include "operator/plan/pod/attempt_pod.h"
#include "operator/plan/pod/pod.h"

namespace weir::plan {

// Whether more attempts may follow: Go on; Hold: none starts now (paused); Stop: none ever, and what runs is deleted.
enum class Intent { Go, Hold, Stop };

// After this long a running attempt's pod is written into status, so that its vanishing can be told from its never
// having been made. Short attempts do not pay for it.
inline constexpr Duration kPodIsNotedAfter = Duration::Seconds(15);

// How the attempts of one stage stand after one look at its pods.
struct Progress {
  api::StageStatus stage;
  std::optional<api::StageOutcome> ended;  // the outcome that was counted in this visit
  bool podIsMissing = false;               // the newest attempt is in status and its pod is to be created, or has lost its owner
  std::vector<Action> after;               // deletions, and finalizers of pods that are counted
  std::optional<Time> revisit;
};

// Counts ends, decides about retries, starts the next attempt when it is due. The state after it depends on `before`
// and `pods` only, so that a restart at any point goes on where it was: the attempt is raised in status first, its pod
// is made after that (podIsMissing until it is seen), and the pod keeps our finalizer until its end is in status.
// `pods` are those of this stage that our owner made, Recognised; `newest` is that of the newest attempt as it is made.
Progress Advance(const api::StageStatus& before, const std::vector<Pod>& pods, const AttemptPod& newest, const api::RetryPolicy& retry, Intent intent,
                 Time now);

// The next attempt, as of now.
void StartAttempt(api::StageStatus& stage, Time now);

// The newest attempt ended with `outcome`, neither a success nor fenced off: another one follows, or the stage has failed.
void CountFailure(api::StageStatus& stage, const api::StageOutcome& outcome, const api::RetryPolicy& policy, Intent intent, Time now);

// The findings of an attempt that succeeded, as status keeps them: the first few, cut to the API's bounds.
std::vector<std::string> WarningsOf(const api::StageOutcome& outcome);

// An attempt that runs with this reason waits for something, or the API server refuses its pod.
bool BlocksProgress(api::Reason reason);

// This is so of the newest attempt; the reason says which.
bool IsBlocked(const api::StageStatus& stage);

bool IsOver(const api::StageStatus& stage);  // Succeeded, Failed, Skipped or Superseded

}  // namespace weir::plan
