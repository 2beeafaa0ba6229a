#pragma once

#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "operator/controller/loop/backoff.h"
#include "operator/controller/loop/waiting_clock.h"
#include "operator/controller/loop/workqueue.h"
#include "operator/kube/cluster_api.h"
#include "operator/observe/store.h"

namespace weir::controller {

struct ReflectorOptions {
  Duration firstBackoff = Duration::Millis(800);
  Duration longestBackoff = Duration::Seconds(30);
  Duration calmAfter = Duration::Minutes(2);     // a watch that lasted this long resets the count of failures
  Duration shortWatch = Duration::Seconds(1);    // a watch that ended sooner without an event counts as failed
  Duration relistEvery = Duration::Minutes(45);  // plus up to a third: API servers have been seen to drop events
  std::uint64_t seed = 1;
  // Objects with this finalizer stay in the store even when they lose the label that selects them, and each list searches
  // unselected objects for them. Empty: an object that is not selected is treated as deleted.
  std::string_view keepWithFinalizer;
};

struct ReflectorCallbacks {
  // Each object that was added, changed or deleted, after the store was updated. Called for every event, also when the store
  // has the object already from the operator's own write: dependent objects have not been reconciled yet.
  std::function<void(const observe::Item&, Lane)> seen;
  // For logs, metrics and probes; may be empty.
  std::function<void(const Error&)> failed;
  std::function<void()> relisted;
  std::function<void(kube::WatchEventType)> told;  // for each event, including bookmarks
  std::function<void()> turned;                    // at the begin of each list and each watch: a sign of progress
};

// Keeps one store equal to the API server: lists, then watches from the list's resourceVersion, and from the last version
// seen when a watch ends. Lists again when that version has expired, and every `relistEvery` as a safety net.
class Reflector {
 public:
  Reflector(kube::ClusterApi& cluster, kube::Selection selection, observe::Store& store, const WaitingClock& clock, ReflectorCallbacks callbacks,
            ReflectorOptions options);

  // Blocks until `stop` is raised. Call it once. An exception from a callback counts as a failure and causes a new list.
  void Run(const kube::StopToken& stop);

 private:
  enum class Next { List, Watch };
  Next ListOnce();
  Status AddUnselected(std::vector<observe::ItemPtr>& listed);
  bool IsKept(const api::Meta& meta) const;
  // False when the object was deleted or replaced by another of its name; an error when that is unknown.
  Result<bool> StillExists(const observe::Item& before) const;
  Next WatchOnce(const kube::StopToken& stop);
  // An error when the event cannot be interpreted: the store is unchanged and a new list is needed.
  Status Take(kube::WatchEvent&& event);
  void Fail(const Error& error);
  void Pause(const kube::StopToken& stop) const;

  kube::ClusterApi& cluster_;
  const kube::Selection selection_;
  observe::Store& store_;
  const WaitingClock& clock_;
  const ReflectorCallbacks callbacks_;
  const ReflectorOptions options_;
  Backoff backoff_;
  std::mt19937_64 random_;
  std::string version_;
  Time relist_at_;
  int failures_ = 0;
  std::optional<Duration> pause_;
};

}  // namespace weir::controller
