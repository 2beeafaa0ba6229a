#include "operator/plan/run/rejection.h"

#include <algorithm>
#include <array>

#include "operator/plan/run/attempt.h"
#include "operator/plan/text.h"

namespace weir::plan {
namespace {

using api::OutcomeClass;
using api::Reason;
using api::StageOutcome;

StageOutcome Ended(OutcomeClass result, std::string message) { return {.result = result, .reason = Reason::PodRejected, .message = std::move(message)}; }

std::string TriedAgain(Time until, Time now) { return until > now ? "is tried again until " + Format(until) : std::string("is tried once more"); }

}  // namespace

Rejection RejectionOf(const Error& why) {
  constexpr std::array<std::string_view, 6> kLasting{"QuotaExceeded", "ClassMissing", "MissingRight", "NamespaceTerminating", "NameTaken", "NameHeld"};
  if (std::find(kLasting.begin(), kLasting.end(), why.reason) != kLasting.end()) return Rejection::Lasting;
  if (why.reason == "WebhookFailed" || why.reason == "AccountMissing" || why.reason == "Unauthorized") return Rejection::Momentary;
  return why.fault == Fault::Denied || why.fault == Fault::Invalid ? Rejection::Final : Rejection::Momentary;
}

std::optional<StageOutcome> CountRejection(api::StageStatus& stage, const Error& why, const AttemptLimits& limits, Time now) {
  const Rejection rejection = RejectionOf(why);
  const bool final = rejection == Rejection::Final, told = stage.reason == Reason::PodRejected;
  if (!final) stage.refusedSince.reset();
  if (final && !stage.refusedSince) stage.refusedSince = now;
  const Time since = final ? *stage.refusedSince : stage.started.value_or(now);
  if (rejection == Rejection::Momentary && !told && now < since + kMomentaryIsToldAfter) return std::nullopt;
  const Duration patience = final ? std::min(kPolicyPatience, limits.timeout) : limits.timeout;
  // Only what status has had for a while: an operator that was away finds its attempts old.
  if (!told || now < since + patience) {
    stage.reason = Reason::PodRejected;
    stage.message = Cut("The API server refuses the pod, which " + TriedAgain(since + patience, now) + ": " + why.message, kStageMessage);
    return std::nullopt;
  }
  const std::string tried = "The API server refused the pod for " + Format(patience);
  const StageOutcome outcome = final ? Ended(OutcomeClass::User, tried + " and would refuse it again: " + why.message)
                                     : Ended(OutcomeClass::Infrastructure, tried + ", the timeout of the attempt: " + why.message);
  CountFailure(stage, outcome, limits.retry, Intent::Go, now);
  return outcome;
}

}  // namespace weir::plan
