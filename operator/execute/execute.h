#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "operator/kube/cluster_api.h"
#include "operator/observe/store.h"
#include "operator/plan/action.h"

namespace weir::execute {

// Result of a list of actions. `failed` is the action that returned the error.
struct Execution {
  Status status;
  std::optional<plan::Action> failed;
};

// Executes the actions in order, each once, and stops at the first failure. Replies of the API server are put into the
// stores. One API call per action. On AlreadyExists it also reads the object:
//   same owner: success (a lost reply or a stale cache); being deleted: Fault::Transient;
//   a revision of the same content without owner, an account that lacks annotations, or a pod of the same attempt that has
//   lost its owner: patched;
//   anything else: Fault::Invalid "NameTaken".
// Deleting an object that does not exist is success.
//
// `may_continue` is called before each action but the first. When it returns false, the result is Fault::Conflict "TookLong" without
// `failed`, and the next visit executes the rest. Empty: no limit.
Execution Execute(const std::vector<plan::Action>& actions, kube::ClusterApi& cluster, observe::Stores& stores, const std::function<bool()>& may_continue = {});

}  // namespace weir::execute
