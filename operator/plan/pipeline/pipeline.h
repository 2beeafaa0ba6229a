#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/pipeline.h"
#include "crds/api/run.h"
#include "operator/plan/action.h"
#include "operator/plan/pipeline/bundle.h"
#include "operator/plan/pipeline/history.h"
#include "operator/plan/pod/pod.h"
#include "operator/plan/resolve/resolve.h"

namespace weir::plan {

// Another pipeline of the namespace that writes something.
struct OtherPipeline {
  std::string name;
  Time created;
  std::vector<std::string> outputs;  // as OutputsOf
  bool operator==(const OtherPipeline&) const = default;
};

// The input of a Pipeline's plan.
struct ObservedPipeline {
  std::optional<api::Pipeline> pipeline;  // absent: deleted, and only its validation pods are left
  std::vector<api::Problem> unreadable;   // of its spec
  Surroundings around;
  std::vector<OtherPipeline> others;
  std::vector<Revision> revisions;          // owned by it
  std::vector<api::PipelineRun> runs;       // that name it
  std::vector<Pod> pods;                    // of validations
  std::vector<Pod> orphans;                 // of validations for a pipeline of this name that is gone, or without an owner
  std::optional<api::Meta> serviceAccount;  // that its pods run as; one that is being deleted counts as absent
  ShownEpochs shown;
  ShownRevisions shownRevisions;  // of the namespace; empty while no revision is to be deleted
  Environment environment;

  bool operator==(const ObservedPipeline&) const = default;
};

// A pipeline is resolved into a bundle; a new bundle is a revision, which a runner pod validates; the newest valid one is
// in force, and gets its run. Ready says that this generation is in force, and does not wait for runs.
Plan MakePlan(const ObservedPipeline& seen, Time now);

// The status to write instead when the API server refuses an action, with the reason why the pipeline is blocked. Absent
// when status does not report such a refusal.
std::optional<Json> StatusWhenRefused(const ObservedPipeline& seen, const Json& planned, const Action& refused, const Error& why, Time now);

}  // namespace weir::plan
