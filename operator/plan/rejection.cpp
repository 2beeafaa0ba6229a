#include "operator/plan/rejection.h"

#include <algorithm>
#include <array>

#include "operator/plan/attempt.h"
#include "operator/plan/text.h"

namespace weir::plan {
namespace {

using api::OutcomeClass;
using api::Reason;
using api::StageOutcome;

StageOutcome Ended(OutcomeClass result, std::string message) { return {.result = result, .reason = Reason::PodRejected, .message = std::move(message)}; }

// Only what status has had for a while: an operator that was away finds its attempts old.
bool IsOver(const api::StageStatus& stage, Duration patience, Time now) {
  return stage.reason == Reason::PodRejected && now - stage.started.value_or(now) >= patience;
}

}  // namespace

Rejection RejectionOf(const Error& why) {
  constexpr std::array<std::string_view, 5> kLasting{"QuotaExceeded", "MissingRight", "NamespaceTerminating", "NameTaken", "NameHeld"};
  if (std::find(kLasting.begin(), kLasting.end(), why.reason) != kLasting.end()) return Rejection::Lasting;
  if (why.reason == "WebhookFailed" || why.reason == "AccountMissing" || why.reason == "Unauthorized") return Rejection::Momentary;
  return why.fault == Fault::Denied || why.fault == Fault::Invalid ? Rejection::Final : Rejection::Momentary;
}

std::optional<StageOutcome> CountRejection(api::StageStatus& stage, const Error& why, const AttemptLimits& limits, Time now) {
  const Rejection rejection = RejectionOf(why);
  const Time started = stage.started.value_or(now);
  if (rejection == Rejection::Momentary && stage.reason != Reason::PodRejected && now < started + kMomentaryIsToldAfter) return std::nullopt;
  const bool final = rejection == Rejection::Final;
  const Duration patience = final ? std::min(kPolicyPatience, limits.timeout) : limits.timeout;
  if (!IsOver(stage, patience, now)) {
    stage.reason = Reason::PodRejected;
    stage.message = Cut("The API server refuses the pod, which is tried again until " + Format(started + patience) + ": " + why.message, kStageMessage);
    return std::nullopt;
  }
  const std::string tried = "The API server refused the pod for " + Format(patience);
  const StageOutcome outcome = final ? Ended(OutcomeClass::User, tried + " and would refuse it again: " + why.message)
                                     : Ended(OutcomeClass::Infrastructure, tried + ", the timeout of the attempt: " + why.message);
  CountFailure(stage, outcome, limits.retry, Intent::Go, now);
  return outcome;
}

}  // namespace weir::plan
