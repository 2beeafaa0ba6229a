#pragma once

#include <optional>

#include "operator/plan/action.h"
#include "operator/plan/pod/pod.h"

namespace weir::plan {

// A pod that may hold our finalizer although it belongs to no Pipeline and no run, so that no other plan looks at it.
struct ObservedStray {
  std::optional<Pod> pod;  // absent: it is gone, or belongs to one

  bool operator==(const ObservedStray&) const = default;
};

// Its finalizer goes once its runner has ended, or somebody deletes it: nobody counts its end.
Plan MakePlan(const ObservedStray& seen, Time now);

}  // namespace weir::plan
