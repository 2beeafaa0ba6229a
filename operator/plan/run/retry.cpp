#include "operator/plan/run/retry.h"

#include <algorithm>

namespace weir::plan {

using api::OutcomeClass;

bool IsDeterministicFailure(OutcomeClass result) { return result == OutcomeClass::Data || result == OutcomeClass::User || result == OutcomeClass::Fenced; }

bool CountsAgainstTheUser(OutcomeClass result) { return result != OutcomeClass::Infrastructure; }

Duration Backoff(const api::RetryPolicy& policy, int failures) {
  Duration wait = policy.backoff;
  for (int i = 1; i < failures && wait < policy.maxBackoff; ++i) wait = wait * 2;
  return std::min(wait, policy.maxBackoff);
}

RetryDecision AfterFailure(OutcomeClass result, Failures before, const api::RetryPolicy& policy) {
  RetryDecision decision{.failures = before};
  if (!CountsAgainstTheUser(result)) {
    const int lost = ++decision.failures.infrastructure;
    decision.retries = lost < kInfrastructureLimit;
    decision.wait = Backoff(policy, lost);
    return decision;
  }
  const int own = ++decision.failures.own;
  if (IsDeterministicFailure(result)) return decision;
  decision.retries = own < (result == OutcomeClass::Bug ? std::min(kBugLimit, policy.maxAttempts) : policy.maxAttempts);
  decision.wait = Backoff(policy, own);
  return decision;
}

}  // namespace weir::plan
