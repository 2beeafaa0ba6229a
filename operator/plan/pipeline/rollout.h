#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/plan/pipeline/pipeline.h"

namespace weir::plan {

inline constexpr std::string_view kValidationStage = "validate";

enum class Standing { InForce, Progressing, Stuck };

// State of this generation of a pipeline.
struct Verdict {
  Standing standing = Standing::InForce;
  api::Reason reason = api::Reason::InForce;
  std::string message;
};

// Result of one visit for the candidate revision: the bundle of the current spec and the objects that it refers to.
struct Rollout {
  Verdict verdict;
  std::vector<Action> before;
  std::vector<Action> after;
  std::optional<Time> revisit;
};

// Whether `orphan` is the pod of the running validation and lost its owner reference, which is then restored.
bool ShouldRestoreOwner(const ObservedPipeline& seen, const Pod& orphan);

// Why no revision can be made of the current spec; absent when one can.
std::optional<Verdict> BlockingVerdict(const ObservedPipeline& seen, const Resolution& resolution);

// Rolls the candidate out: creates the revision and its validation pod, and sets status.revision when validation succeeds. If
// it fails, the revision in force does not change. Writes `status`.
Rollout RollOut(const ObservedPipeline& seen, const Bundle& candidate, api::PipelineStatus& status, Time now);

// Records that the API server refused the validator's pod; see CountRejection. Writes `status.validation`, which must exist.
void CountRejectedValidator(const api::Pipeline& pipeline, const Error& why, api::PipelineStatus& status, Time now);

// Why a validation is blocked or failed, in one verdict.
Verdict VerdictOf(const api::StageStatus& validation, const std::string& revision);

// The findings of a validation in one message.
std::string Explain(const api::StageOutcome& outcome);

}  // namespace weir::plan
