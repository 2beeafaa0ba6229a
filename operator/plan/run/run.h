#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/run.h"
#include "operator/plan/action.h"
#include "operator/plan/pipeline/bundle.h"
#include "operator/plan/pod/pod.h"
#include "operator/plan/run/attempt.h"
#include "operator/plan/run/task.h"

namespace weir::plan {

// Everything that a PipelineRun's plan depends on.
struct ObservedRun {
  std::optional<api::PipelineRun> run;  // absent: it is gone, and only pods of it are left
  bool pipelineExists = false;
  std::string revisionInForce;                             // of the pipeline; empty when it has none
  std::optional<Revision> revision;                        // the one the run is or would be bound to
  std::vector<Pod> pods;                                   // owned by this run
  std::vector<Pod> orphans;                                // of a run of this name that is gone, or without an owner
  std::vector<std::string> blockingRuns;                   // unfinished runs of the same pipeline that have started or are older and can start; oldest first
  std::int64_t newestEpoch = 0;                            // of the other runs of the pipeline
  std::vector<KnownTable> known;                           // of the revision's tables; one whose loss is accepted is left out
  std::map<std::string, api::PublishedContract> declared;  // by the Views that the revision publishes, which may have changed since
  Environment environment;

  bool operator==(const ObservedRun&) const = default;
};

// A run goes stage by stage, on the one revision that it is bound to, one run of a pipeline after the other. What has
// happened stands in status; a finished run never starts anything again.
Plan MakePlan(const ObservedRun& seen, Time now);

// The status to report instead when the API server does not create a pod; see CountRejection. Absent for other actions.
std::optional<Json> StatusWhenRefused(const ObservedRun& seen, const Json& planned, const Action& refused, const Error& why, Time now);

bool IsFinished(const api::RunStatus& status);

// Which revision a run is bound to: what status says, else what spec asks for, else the one in force.
std::string RevisionOf(const api::PipelineRun& run, const std::string& in_force);

}  // namespace weir::plan
