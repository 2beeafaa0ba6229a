#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "crds/api/kubernetes/meta.h"
#include "crds/api/runner_settings.h"
#include "crds/base/time.h"
#include "operator/kube/cluster_api.h"
#include "operator/observe/store.h"

namespace weir::controller {

// The subject of a reconcile: one object of our kinds, or a pod with our finalizer and without a controller.
struct Key {
  api::Resource resource;
  std::string ns;
  std::string name;
};

// Start options of the operator; plans depend on them.
struct Settings {
  std::string runnerImage;
  std::string localLake;       // weir run: folder of the built-in Lake; empty in a cluster
  std::string localSource;     // weir run: folder of the store `source`
  std::string localKeys;       // weir run: folder with the key files of every bucket; empty: none was named
  api::RunnerSettings runner;  // defaults of every Lake's
};

// The pipelines with a reconcile of a run that has not started. Runs of one pipeline start one after the other, and two
// workers that reconcile two of them at once would both find that none has started. Safe from any thread.
class StartingRuns {
 public:
  bool Enter(const std::string& ns, const std::string& pipeline);  // false: another worker is there
  void Leave(const std::string& ns, const std::string& pipeline);

 private:
  std::mutex mutex_;
  std::set<std::pair<std::string, std::string>> pipelines_;
};

// The dependencies of a reconcile. Only execute/ and report/ call `cluster`.
struct Ports {
  observe::Stores& stores;
  kube::ClusterApi& cluster;
  const Clock& clock;
  Settings settings;
  StartingRuns starting = {};
};

// When the key is reconciled next without an event: the result for the work queue.
struct Visit {
  enum class Next { Forget, At, Backoff, Now } next = Next::Forget;
  Time at;             // of At; for Backoff and Now the latest time, but at least kOverdue from now; zero: none
  std::string error;   // for the log: why it is retried, or why an event could not be created
  std::string reason;  // the error's reason, for the metric
};

// Minimum delay after an error of a visit that is due by the clock: otherwise it would be due again during each failed visit.
inline constexpr Duration kOverdue = Duration::Seconds(10);

// After this time a visit makes no more calls, and the next visit continues: each call may wait for an admission webhook.
inline constexpr Duration kLongestTurn = Duration::Seconds(60);

// One pass of the loop: observe, plan, execute, report. Never throws; makes each call once. Safe from several threads for
// different keys; must not run twice for one key at the same time.
Visit Reconcile(const Key& key, Ports& ports);

}  // namespace weir::controller
