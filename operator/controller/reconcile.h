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

// What a reconcile is about: one object of a kind of ours, or a pod with our finalizer that belongs to none.
struct Key {
  api::Resource resource;
  std::string ns;
  std::string name;
};

// How the operator was started; part of what plans depend on.
struct Settings {
  std::string runnerImage;
  std::string localLake;       // weir run: folder of the built-in Lake; empty in a cluster
  std::string localSource;     // weir run: folder of the store `source`
  std::string localKeys;       // weir run: folder with the key files of every bucket; empty: none was named
  api::RunnerSettings runner;  // defaults of every Lake's
};

// The pipelines of which a run that has not started is being looked at. Runs of one pipeline go one after the other, and two
// workers that look at two of them at once would each find that none has started. Safe from any thread.
class StartingRuns {
 public:
  bool Enter(const std::string& ns, const std::string& pipeline);  // false: another worker is there
  void Leave(const std::string& ns, const std::string& pipeline);

 private:
  std::mutex mutex_;
  std::set<std::pair<std::string, std::string>> pipelines_;
};

// Everything that a reconcile touches. `cluster` is called by execute/ and report/ only.
struct Ports {
  observe::Stores& stores;
  kube::ClusterApi& cluster;
  const Clock& clock;
  Settings settings;
  StartingRuns starting = {};
};

// When the key is looked at again, apart from events: the work queue's instruction.
struct Visit {
  enum class Next { Forget, At, Backoff, Now } next = Next::Forget;
  Time at;             // of At; of Backoff and Now the latest time, though never sooner than in kOverdue; zero: none
  std::string error;   // for the log: why it is tried again, or an event that could not be told
  std::string reason;  // the error's word, for the metric
};

// After an error, how long what is due by the clock waits at least: its time may come during each visit that fails.
inline constexpr Duration kOverdue = Duration::Seconds(10);

// How long the calls of one visit may take before it ends, for the next one to go on: each may be held by an admission webhook.
inline constexpr Duration kLongestTurn = Duration::Seconds(60);

// One turn of the loop: observe, plan, execute, report. Never throws; tries each call once. May run for different keys
// from several threads at once, never for one key twice at the same time.
Visit Reconcile(const Key& key, Ports& ports);

}  // namespace weir::controller
