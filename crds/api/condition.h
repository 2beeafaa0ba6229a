#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/describe/describe.h"
#include "crds/api/describe/words.h"
#include "crds/base/time.h"

namespace weir::api {

// What a condition is about. Reconciling and Stalled exist only while True and never together; the rest are always
// present on the kinds that have them. See docs/reference for the meaning per kind.
WEIR_ENUM(ConditionType, Ready, Reconciling, Stalled, Available, RolledOut, LastRunSucceeded, Succeeded, Fresh, SLAMet, Suspended);

WEIR_ENUM(ConditionStatus, True, False, Unknown);

// Why. A closed set: each has a heading in docs/operations/runbook.md, which a test checks.
WEIR_ENUM(Reason,
          // declarations
          InForce, Invalid, Validating, ValidationFailed, Waiting, DatasetMissing, ViewMissing, LakeInvalid, WriterConflict, ContractBroken, NameTaken, Moved,
          Refused, Suspended, NeverPublished, Published, NeverCommitted, Committed,
          // runs
          Pending, Queued, Running, Paused, ProgressingWithRetry, Completed, StageFailed, Cancelled, Superseded, NoRunYet, RunSucceeded, RunFailed,
          PipelineMissing, RevisionMissing,
          // freshness
          WithinLimit, LimitExceeded, NoLimit, NoData,
          // attempts
          OutOfMemory, RunnerKilled, PodDeleted, Evicted, NodeLost, ImageUnavailable, PodRejected, Unschedulable, SchedulingGated, StartFailed,
          DeadlineExceeded, StoreUnavailable, SourceUnavailable, AccessDenied, DiskFull, CheckFailed, QuarantineExceeded, Warned, BadInput, LedgerOpen,
          SqlInvalid, SchemaMismatch, FileUnreadable, LogLost, LogCorrupt, NoFiles, Fenced, CommitConflict, InternalError);

// metav1.Condition. lastTransitionTime changes only when `status` flips; observedGeneration is the generation that the
// condition speaks of, so that `kubectl wait` ignores a stale one.
struct Condition {
  ConditionType type = ConditionType::Ready;
  ConditionStatus status = ConditionStatus::Unknown;
  Reason reason = Reason::Pending;
  std::string message;
  std::int64_t observedGeneration = 0;
  Time lastTransitionTime;

  bool operator==(const Condition&) const = default;
};
void Describe(auto&& field, Of<Condition> auto& self) {
  field("type", self.type, Rules{.doc = "What the condition is about.", .required = true});
  field("status", self.status, Rules{.doc = "True, False or Unknown.", .required = true});
  field("reason", self.reason, Rules{.doc = "Why, as one enum value; the runbook has a heading for each.", .required = true});
  field("message", self.message, Rules{.doc = "Why, in a sentence that names the field or object and what to do.", .maxLength = 4096});
  field("observedGeneration", self.observedGeneration, Rules{.doc = "Generation of the spec that this condition describes."});
  field("lastTransitionTime", self.lastTransitionTime, Rules{.doc = "When status last flipped.", .required = true});
}

using Conditions = std::vector<Condition>;

const Condition* Find(const Conditions& conditions, ConditionType type);
bool IsTrue(const Conditions& conditions, ConditionType type);

}  // namespace weir::api
