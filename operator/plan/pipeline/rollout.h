#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/plan/pipeline/pipeline.h"

namespace weir::plan {

inline constexpr std::string_view kValidationStage = "validate";

enum class Standing { InForce, Progressing, Stuck };

// How this generation of a pipeline stands.
struct Verdict {
  Standing standing = Standing::InForce;
  api::Reason reason = api::Reason::InForce;
  std::string message;
};

// What one visit makes of the candidate revision: the newest bundle that the spec and its surroundings give.
struct Rollout {
  Verdict verdict;
  std::vector<Action> before;
  std::vector<Action> after;
  std::optional<Time> revisit;
};

// Whether it is the pod of the validation that goes on, without its owner, which it gets back.
bool GetsItsOwnerBack(const ObservedPipeline& seen, const Pod& orphan);

// Why no revision can be made of the pipeline as it is declared; absent when one can.
std::optional<Verdict> Objection(const ObservedPipeline& seen, const Resolution& resolution);

// Brings the candidate into force: makes the revision, has a pod validate it, and puts it into status.revision when that
// succeeds. A revision that fails leaves what is in force where it is. Writes `status`.
Rollout RollOut(const ObservedPipeline& seen, const Bundle& candidate, api::PipelineStatus& status, Time now);

// The API server did not create the validator's pod; see CountRejection. Writes `status.validation`, which is there.
void CountRejectedValidator(const api::Pipeline& pipeline, const Error& why, api::PipelineStatus& status, Time now);

// Why a validation stands still or failed, in one verdict.
Verdict VerdictOf(const api::StageStatus& validation, const std::string& revision);

// The findings of a validation in one message.
std::string Explain(const api::StageOutcome& outcome);

}  // namespace weir::plan
