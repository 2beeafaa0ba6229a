#pragma once

#include <string>

#include "crds/base/result.h"
#include "operator/observe/store.h"
#include "operator/plan/pipeline/pipeline.h"
#include "operator/plan/pod/stray.h"
#include "operator/plan/run/run.h"
#include "operator/plan/table/table.h"

namespace weir::observe {

// The input of a plan, and the object whose status the plan may change: its current status and the resourceVersion that it
// must still have. `item` is null when the object was deleted.
template <typename Observed>
struct Seen {
  ItemPtr item;
  Observed observed;
};

// Reads from the caches only and makes no decisions. An absent object is not an error here: plans handle it. Fault::Bug when
// a revision of ours cannot be read.
Result<Seen<plan::ObservedLake>> ObserveLake(const Stores& stores, const std::string& ns, const std::string& name, const plan::Environment& environment);
Result<Seen<plan::ObservedDataset>> ObserveDataset(const Stores& stores, const std::string& ns, const std::string& name);
Result<Seen<plan::ObservedView>> ObserveView(const Stores& stores, const std::string& ns, const std::string& name);
Result<Seen<plan::ObservedPipeline>> ObservePipeline(const Stores& stores, const std::string& ns, const std::string& name,
                                                     const plan::Environment& environment);
Result<Seen<plan::ObservedRun>> ObserveRun(const Stores& stores, const std::string& ns, const std::string& name, const plan::Environment& environment);

Result<Seen<plan::ObservedStray>> ObserveStray(const Stores& stores, const std::string& ns, const std::string& name);

// Whether a run has started an attempt, by its status alone.
bool HasStartedRun(const Item& run);

// Whether a run's Succeeded condition is True or False, read without the rest of its status.
bool IsFinishedRun(const Item& run);
bool HasSucceeded(const Item& run);

// Whether a pipeline may depend on the Lake, Dataset or View: its stages or the views that they publish name it, or their
// SQL contains its table name.
bool Concerns(const Stores& stores, const Item& pipeline, const api::Resource& resource, const std::string& name);

// What the stages of a Pipeline's spec write: "Dataset/flights", "View/daily-v1".
std::vector<std::string> OutputsOf(const Json& spec);

}  // namespace weir::observe
