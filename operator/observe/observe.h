#pragma once

#include <string>

#include "crds/base/result.h"
#include "operator/observe/store.h"
#include "operator/plan/pipeline/pipeline.h"
#include "operator/plan/pod/stray.h"
#include "operator/plan/run/run.h"
#include "operator/plan/table/table.h"

namespace weir::observe {

// What a plan is made of, and the object whose status it may change: the status it is compared with and the
// resourceVersion it must still have. `item` is null when the object is gone.
template <typename Observed>
struct Seen {
  ItemPtr item;
  Observed observed;
};

// Read from the caches only; no decisions. Nothing here fails for what is absent: plans speak about that. Fault::Bug
// when a revision of ours cannot be read.
Result<Seen<plan::ObservedLake>> ObserveLake(const Stores& stores, const std::string& ns, const std::string& name, const plan::Environment& environment);
Result<Seen<plan::ObservedDataset>> ObserveDataset(const Stores& stores, const std::string& ns, const std::string& name);
Result<Seen<plan::ObservedView>> ObserveView(const Stores& stores, const std::string& ns, const std::string& name);
Result<Seen<plan::ObservedPipeline>> ObservePipeline(const Stores& stores, const std::string& ns, const std::string& name,
                                                     const plan::Environment& environment);
Result<Seen<plan::ObservedRun>> ObserveRun(const Stores& stores, const std::string& ns, const std::string& name, const plan::Environment& environment);

Result<Seen<plan::ObservedStray>> ObserveStray(const Stores& stores, const std::string& ns, const std::string& name);

// A run has made an attempt, by its status alone.
bool HasStartedRun(const Item& run);

// A run's Succeeded condition is True or False, read without the rest of its status.
bool IsFinishedRun(const Item& run);
bool HasSucceeded(const Item& run);

// Whether a pipeline depends on the Lake, Dataset or View: its stages or the views that they publish name it, or their
// SQL may.
bool Concerns(const Stores& stores, const Item& pipeline, const api::Resource& resource, const std::string& name);

// What the stages of a Pipeline's spec write: "Dataset/flights", "View/daily-v1".
std::vector<std::string> OutputsOf(const Json& spec);

}  // namespace weir::observe
