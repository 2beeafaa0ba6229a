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

// Finished runs beyond what runHistory keeps, oldest first: those that the pipeline owns and those that nobody owns, made by
// hand or orphaned. Never one that goes on or is kept by annotation, and never one whose commit a Dataset or View does not
// show yet: its status is derived from the run.
std::vector<Action> PruneRuns(const api::Meta& pipeline, const api::RunHistory& keep, const std::vector<api::PipelineRun>& runs, const ShownEpochs& shown);

// Revisions that the status of a Dataset or View names as the one it was committed by. What its version was made of may be
// recorded nowhere else.
using ShownRevisions = std::set<std::string>;

// Revisions beyond the ten newest that no run is bound to, that no Dataset or View was committed by, and that are neither in
// force nor being validated.
inline constexpr std::size_t kRevisionsToKeep = 10;
std::vector<Action> PruneRevisions(const api::PipelineStatus& status, const std::vector<Revision>& revisions, const std::vector<api::PipelineRun>& runs,
                                   const ShownRevisions& shown);

bool IsOlder(const api::Meta& a, const api::Meta& b);  // by creation, then by name

// Which of two runs of a pipeline came before. By epoch, which grows with each run whatever the clock does; by creation among
// those that have none: one that is not finished comes after all that have one.
bool CameBefore(const api::PipelineRun& a, const api::PipelineRun& b);

}  // namespace weir::plan
