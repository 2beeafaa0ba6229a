#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "crds/api/run.h"
#include "operator/plan/action.h"
#include "operator/plan/pipeline/bundle.h"

namespace weir::plan {

// Epoch of the commit that the status of each Dataset and View shows, by "Dataset/flights"; objects that do not exist are
// absent.
using ShownEpochs = std::map<std::string, std::int64_t>;

// Deletes finished runs beyond runHistory, oldest first: those that the pipeline owns and those without an owner (created by
// hand or orphaned). Never one that is unfinished or kept by annotation, and never one whose commit a Dataset or View does
// not show yet: its status is derived from the run.
std::vector<Action> PruneRuns(const api::Meta& pipeline, const api::RunHistory& keep, const std::vector<api::PipelineRun>& runs, const ShownEpochs& shown);

// Revisions that the status of a Dataset or View names in committedBy. The inputs of its version may be recorded nowhere else.
using ShownRevisions = std::set<std::string>;

// Deletes revisions beyond the newest kRevisionsToKeep that no run refers to, that no Dataset or View was committed by, and
// that are neither in force nor being validated.
inline constexpr std::size_t kRevisionsToKeep = 10;
std::vector<Action> PruneRevisions(const api::PipelineStatus& status, const std::vector<Revision>& revisions, const std::vector<api::PipelineRun>& runs,
                                   const ShownRevisions& shown);

bool IsOlder(const api::Meta& a, const api::Meta& b);  // by creation, then by name

// Whether run `a` of a pipeline is before `b`. Ordered by epoch, which grows with each run independently of the clock; runs
// without an epoch are ordered by creation, and an unfinished one is after all runs with an epoch.
bool IsEarlierRun(const api::PipelineRun& a, const api::PipelineRun& b);

}  // namespace weir::plan
