#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/run.h"

namespace weir::plan {

// A run to create now, with its name and reason. The name depends on the revision or request and on the number of runs
// before it, never on the time, so that a repeated reconcile yields the same run and a new request another one.
struct DueRun {
  std::string name;
  std::string reason;
  bool operator==(const DueRun&) const = default;
};

// The request of a pipeline: spec.request, weirkeeper.io/requested-at and Flux's annotation, those that are present, in this
// order, one word each (spaces become '_', more than 64 bytes a hash), joined by a space. status.lastHandledRequest has this
// value once a run was created for it.
std::string RequestOf(const api::Pipeline& pipeline);
// Whether a request has a word that an earlier one lacks.
bool IsNewRequest(const std::string& request, const std::string& earlier);

// Without a schedule a pipeline runs once for each revision that comes into force and once for each new request; one run
// covers both at once. A request is new when it differs from status.lastHandledRequest, even if it repeats an older one. Of
// several requests before a reconcile, only the last one is handled.
std::optional<DueRun> RunDue(const api::Pipeline& pipeline);

// The PipelineRun, owned by the pipeline and bound to the revision.
Json RunObject(const api::Pipeline& pipeline, const DueRun& due, const std::string& revision);

}  // namespace weir::plan
