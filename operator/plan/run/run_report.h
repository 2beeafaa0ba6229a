#pragma once

#include <string>

#include "crds/api/run.h"

namespace weir::plan {

// Annotation of a PipelineRun that is set with spec.state: Cancelled, and says by what, for its conditions: "Ctrl-C".
inline constexpr std::string_view kAnnotationCancelledBy = "weirkeeper.io/cancelled-by";

// What a run says about itself, derived from its stages: conditions, totals, begin and end. Fills the rest of `status`.
void DescribeRun(const api::PipelineRun& run, api::RunStatus& status, Time now);

// Not started: what it waits for.
api::RunStatus Waiting(const api::PipelineRun& run, api::Reason reason, const std::string& message, Time now);

// Failed for good, for a reason that lies outside of its stages.
api::RunStatus Abandoned(const api::PipelineRun& run, api::Reason reason, const std::string& message, Time now);

// Cancelled before anything had started.
api::RunStatus Cancelled(const api::PipelineRun& run, Time now);

}  // namespace weir::plan
