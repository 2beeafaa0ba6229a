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
  Duration calmAfter = Duration::Minutes(2);     // a watch that lasted so long ends the row of failures
  Duration shortWatch = Duration::Seconds(1);    // a watch that ended sooner and told nothing has failed
  Duration relistEvery = Duration::Minutes(45);  // plus up to a third: API servers have been seen to drop events
  std::uint64_t seed = 1;
  // Objects with this finalizer stay in the store though they lose the label that selects them, and are looked for among all
  // others with each list. Empty: what is not selected is treated as deleted.
  std::string_view keepWithFinalizer;
};

struct ReflectorCallbacks {
  // Each object that came, changed or went, after it stands in the store. Every event is told, also one whose object
  // the store had already from a write of ours: what depends on it has not been looked at yet.
  std::function<void(const observe::Item&, Lane)> seen;
  // For logs, metrics and probes; may be empty.
  std::function<void(const Error&)> failed;
  std::function<void()> relisted;
  std::function<void(kube::WatchEventType)> told;  // each event, bookmarks too
  std::function<void()> turned;                    // each list and each watch begins: the reflector moves
};

// Keeps one store equal to what the API server holds: list, then watch from the list's version, and again from the last
// version seen whenever the watch ends. Lists again only when that version is gone, and seldom as a safety net.
class Reflector {
 public:
  Reflector(kube::ClusterApi& cluster, kube::Selection selection, observe::Store& store, const WaitingClock& clock, ReflectorCallbacks callbacks,
            ReflectorOptions options);

  // Blocks until `stop` is raised. Once per object. An exception out of a callback counts as a failure: list anew.
  void Run(const kube::StopToken& stop);

 private:
  enum class Next { List, Watch };
  Next ListOnce();
  Status AddUnselected(std::vector<observe::ItemPtr>& listed);
  bool IsKept(const api::Meta& meta) const;
  // An error, unless the API server says that it is gone, or another in its place.
  Result<bool> StillExists(const observe::Item& before) const;
  Next WatchOnce(const kube::StopToken& stop);
  // An error when it is not known what the event means: the store is as before, and must be listed anew.
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
