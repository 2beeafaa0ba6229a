#pragma once

#include "crds/api/pipeline.h"
#include "crds/api/protocol/stage_outcome.h"

namespace weir::plan {

// Attempts lost to nodes, evictions, deletions and images are repeated apart from the user's budget, this often.
inline constexpr int kInfrastructureLimit = 10;
// A failure that is ours is tried once more: it may have been chance, and it must not loop.
inline constexpr int kBugLimit = 2;

struct Failures {
  int own = 0;
  int infrastructure = 0;
  bool operator==(const Failures&) const = default;
};

struct RetryDecision {
  bool retries = false;
  Failures failures;  // with this one
  Duration wait;      // before the next attempt
};

bool IsDeterministicFailure(api::OutcomeClass result);
bool CountsAgainstTheUser(api::OutcomeClass result);

// What follows one more failure of the class. `result` is not Succeeded.
RetryDecision AfterFailure(api::OutcomeClass result, Failures before, const api::RetryPolicy& policy);

// backoff * 2^(failures - 1), at most maxBackoff; `failures` from 1.
Duration Backoff(const api::RetryPolicy& policy, int failures);

}  // namespace weir::plan
