#pragma once

#include <optional>
#include <vector>

#include "operator/kube/cluster_api.h"
#include "operator/observe/store.h"
#include "operator/plan/action.h"

namespace weir::execute {

// How far a list of actions came. `failed` is the one that the error is about.
struct Execution {
  Status status;
  std::optional<plan::Action> failed;
};

// In order, each tried once, stops at the first failure; what the API server answers is put into the stores. One call an
// action; a second one when a name is taken, to see by whom: taken by what the same owner made before is success (a lost
// reply, a stale cache); by what is on its way out Fault::Transient; by a revision of the same content that nobody owns, or
// an account that lacks annotations, it is patched; anything else is Fault::Invalid "NameTaken". What is to go and is gone
// already is success.
Execution Execute(const std::vector<plan::Action>& actions, kube::ClusterApi& cluster, observe::Stores& stores);

}  // namespace weir::execute
