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

// What the operator can do to the cluster, as data: a plan asks, execute/ does, one call for each. The set is closed.
// Names of what is created are derived from what it is for, so that doing an action twice does it once.
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
  std::string stage;  // whose status tells when the pod is refused
  Json object;
  bool lostItsOwner = false;  // it is there, and gets its owner back: nothing is created
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
// Takes our finalizer from a pod whose outcome is counted, or that nobody is left to count.
struct ReleasePod {
  std::string ns;
  std::string name;
  std::string uid;
  std::vector<std::string> finalizers;  // as observed; the patch tests that they still stand so
  bool operator==(const ReleasePod&) const = default;
};
// Puts labels of ours back that others have changed: the watch finds a pod by one of them.
struct RelabelPod {
  std::string ns;
  std::string name;
  std::string uid;
  Json labels;  // a text each; null: it is not ours on this pod and goes
  bool operator==(const RelabelPod&) const = default;
};
// Reads the events of a pod that does not start, for the next visit; the one action that changes nothing.
struct ReadPodEvents {
  std::string ns;
  std::string name;
  std::string uid;
  Time now;
  bool operator==(const ReadPodEvents&) const = default;
};
using Action =
    std::variant<EnsureServiceAccount, CreateRevision, CreateRun, CreatePod, DeletePod, DeleteRun, DeleteRevision, ReleasePod, RelabelPod, ReadPodEvents>;

// Relabelling last: it may be refused for long, and nothing waits for it. Reading first: it is never refused, and a plan comes
// again soon to see what was read.
void PutInOrder(std::vector<Action>& actions);

// One visit's answer: `before`, then `status`, then `after`, in order; the first failure ends the visit. What status
// promises to remember (an attempt that is about to start) stands before the action that it is about; what makes status
// true (a run that a request got) comes before it.
struct Plan {
  std::vector<Action> before;
  std::optional<Json> status;  // the whole status as it shall stand; written only when it differs
  std::vector<Action> after;
  std::optional<Time> revisit;  // first instant at which the plan would be another without any event

  bool operator==(const Plan&) const = default;
};

// The earlier of the two; absent means never.
std::optional<Time> Sooner(std::optional<Time> a, std::optional<Time> b);

// How the operator was started, as far as plans depend on it.
struct Environment {
  std::string runnerImage;
  std::string localLake;       // weir run: folder of the built-in Lake; empty in a cluster
  std::string localSource;     // weir run: folder of the store `source`
  std::string localKeys;       // weir run: folder with the key files of every bucket; empty: none was named
  api::RunnerSettings runner;  // of every Lake, unless the Lake says otherwise

  bool IsLocal() const { return !localLake.empty(); }
  bool operator==(const Environment&) const = default;
};

}  // namespace weir::plan
