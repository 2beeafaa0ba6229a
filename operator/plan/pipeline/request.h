#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/run.h"

namespace weir::plan {

// A run that is due now: why, and under which name. The name depends on what it is for and on how many were made before
// it, never on when or how often this is looked at: a second look makes the same run, another request another one.
struct DueRun {
  std::string name;
  std::string reason;
  bool operator==(const DueRun&) const = default;
};

// What somebody asks for by spec.request, weirkeeper.io/requested-at or Flux's annotation: each that is present, in
// this order, as one word each (spaces become '_', more than 64 bytes a hash), joined by a space. What
// status.lastHandledRequest echoes once a run was made for it.
std::string RequestOf(const api::Pipeline& pipeline);
// Whether a request has a word that an earlier one lacks.
bool AsksForMore(const std::string& request, const std::string& earlier);

// Without a schedule a pipeline runs once for each revision that comes into force and once for each new request; one run
// answers both when they come together. A request is new when it is not the newest that was handled, be it an older one
// repeated; of those that replace each other before this is asked, only the last counts.
std::optional<DueRun> RunDue(const api::Pipeline& pipeline);

// The PipelineRun, owned by the pipeline and bound to the revision.
Json RunObject(const api::Pipeline& pipeline, const DueRun& due, const std::string& revision);

}  // namespace weir::plan
