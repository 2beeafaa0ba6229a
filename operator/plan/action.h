#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crds/api/kubernetes/meta.h"
#include "crds/api/runner_settings.h"
#include "crds/base/json.h"
#include "crds/base/time.h"

namespace weir::plan {

// The operator's actions on the cluster, as data: plans contain them and execute/ performs them, one API call for each. The set
// is closed. Names of created objects are derived from their purpose, so that actions are idempotent.
struct EnsureServiceAccount {
  Json object;
  bool operator==(const EnsureServiceAccount&) const = default;
};
struct CreateRevision {
  Json object;
  bool operator==(const CreateRevision&) const = default;
};
struct CreateRun {
  Json object;
  bool operator==(const CreateRun&) const = default;
};
struct CreatePod {
  std::string stage;  // its status reports it when the pod is refused
  Json object;
  bool ownerMissing = false;  // the pod exists: its owner reference is restored and nothing is created
  bool operator==(const CreatePod&) const = default;
};
struct DeletePod {
  std::string ns;
  std::string name;
  std::string uid;
  bool operator==(const DeletePod&) const = default;
};
struct DeleteRun {
  std::string ns;
  std::string name;
  std::string uid;
  bool operator==(const DeleteRun&) const = default;
};
struct DeleteRevision {
  std::string ns;
  std::string name;
  std::string uid;
  bool operator==(const DeleteRevision&) const = default;
};
// Removes our finalizer from a pod whose outcome is recorded, or whose owner is gone.
struct ReleasePod {
  std::string ns;
  std::string name;
  std::string uid;
  std::vector<std::string> finalizers;  // as observed; the patch fails when they have changed
  bool operator==(const ReleasePod&) const = default;
};
// Restores our labels that others have changed: the watch selects pods by one of them.
struct RelabelPod {
  std::string ns;
  std::string name;
  std::string uid;
  Json labels;  // strings; null: the label is removed
  bool operator==(const RelabelPod&) const = default;
};
// Reads the events of a pod that does not start, for the next visit; the only action that changes nothing.
struct ReadPodEvents {
  std::string ns;
  std::string name;
  std::string uid;
  Time now;
  bool operator==(const ReadPodEvents&) const = default;
};
using Action =
    std::variant<EnsureServiceAccount, CreateRevision, CreateRun, CreatePod, DeletePod, DeleteRun, DeleteRevision, ReleasePod, RelabelPod, ReadPodEvents>;

// Sorts ReadPodEvents first, because it is never refused, and RelabelPod last, because it may be refused for long and nothing
// depends on it.
void PutInOrder(std::vector<Action>& actions);

// The result of one visit: `before`, then `status`, then `after`, in order; the first failure ends the visit. Actions that
// status must record first (an attempt that is about to start) are in `after`; actions that status reports as done (a run
// for a request) are in `before`.
struct Plan {
  std::vector<Action> before;
  std::optional<Json> status;  // the whole new status; written only when it differs
  std::vector<Action> after;
  std::optional<Time> revisit;  // first instant at which the plan may change without an event

  bool operator==(const Plan&) const = default;
};

// The earlier of the two; absent means never.
std::optional<Time> Sooner(std::optional<Time> a, std::optional<Time> b);

// Start options of the operator on which plans depend.
struct Environment {
  std::string runnerImage;
  std::string localLake;       // weir run: folder of the built-in Lake; empty in a cluster
  std::string localSource;     // weir run: folder of the store `source`
  std::string localKeys;       // weir run: folder with the key files of every bucket; empty: none was named
  api::RunnerSettings runner;  // defaults for every Lake

  bool IsLocal() const { return !localLake.empty(); }
  bool operator==(const Environment&) const = default;
};

}  // namespace weir::plan
