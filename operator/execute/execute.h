#pragma once

#include <functional>
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
// an account that lacks annotations, or a pod of the same attempt that has lost its owner, it is patched; anything else is
// Fault::Invalid "NameTaken". What is to go and is gone already is success.
//
// `goes_on` is asked before each action but the first; false ends it as Fault::Conflict "TookLong", so that the next visit does the
// rest, and `failed` is absent. Empty: all are done.
Execution Execute(const std::vector<plan::Action>& actions, kube::ClusterApi& cluster, observe::Stores& stores, const std::function<bool()>& goes_on = {});

}  // namespace weir::execute
