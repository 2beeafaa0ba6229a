#pragma once

#include <optional>

#include "operator/plan/action.h"
#include "operator/plan/pod/pod.h"

namespace weir::plan {

// A pod that may have our finalizer although it belongs to no Pipeline and no run, so that no other plan handles it.
struct ObservedStray {
  std::optional<Pod> pod;  // absent: deleted, or it belongs to one

  bool operator==(const ObservedStray&) const = default;
};

// Removes its finalizer when its runner has ended or it is being deleted: no object records its outcome.
Plan MakePlan(const ObservedStray& seen, Time now);

}  // namespace weir::plan
