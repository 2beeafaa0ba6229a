#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "operator/controller/loop/backoff.h"
#include "operator/controller/loop/waiting_clock.h"
#include "operator/controller/reconcile.h"

namespace weir::controller {

struct KeyLess {
  bool operator()(const Key& a, const Key& b) const {
    return std::tie(a.resource.group, a.resource.plural, a.ns, a.name) < std::tie(b.resource.group, b.resource.plural, b.ns, b.name);
  }
};

// Live: from an event. Initial: from the first list or a relist; taken after all live keys.
enum class Lane { Live, Initial };

// Called with the queue locked: count and return. Members may be empty.
struct QueueMeters {
  std::function<void(const api::Resource&, std::size_t)> depth;  // keys of one kind that are due and not taken
  std::function<void(const Key&)> added;
  std::function<void(const Key&, Duration)> waited;  // from due to taken
  std::function<void(const Key&)> retried;
};

struct QueueOptions {
  Duration firstBackoff = Duration::Millis(5);
  Duration longestBackoff = Duration::Seconds(1000);
  std::uint64_t seed = 1;
  // Maximum number of keys in flight of one namespace, and of all slow namespaces together, so that calls that wait for
  // webhooks of some namespaces do not occupy all workers; 0: no limit. A namespace becomes slow when a visit takes longer
  // than `slowAfter`, and stays so until none did for `slowFor`: most visits make no call, so one fast visit proves nothing.
  std::size_t share = 0;
  Duration slowAfter = Duration::Seconds(2);
  Duration slowFor = Duration::Minutes(5);
  // How long live events of a key are collected before it is due; empty: no delay.
  std::function<Duration(const Key&)> debounce;
};

// The keys to reconcile, and when. Each key is in one state: waiting for its time, due, or in flight with one worker; an
// event during flight makes it due again afterwards. Taking a key cancels its pending time: the visit sets the next one.
// Safe from any thread.
class WorkQueue {
 public:
  WorkQueue(const WaitingClock& clock, QueueOptions options, QueueMeters meters);

  void Add(const Key& key, Lane lane);

  // Blocks until a key is due. Empty once ShutDown was called. Each key taken must be finished.
  std::optional<Key> Take();
  std::optional<Key> TryTake();  // for simulation: never blocks
  // Schedules the next visit. Backoff and Now count as consecutive failures (Now also starts at 5 ms, so that a permanent
  // conflict does not spin); Forget and At reset the count.
  void Finish(const Key& key, const Visit& visit);

  void ShutDown();    // due keys are dropped; keys in flight continue
  bool Idle() const;  // nothing is due or in flight; times may be pending
  std::size_t Depth() const;
  std::optional<Time> NextTime() const;  // the earliest pending time
  Duration LongestRunning() const;       // zero when nothing is in flight

 private:
  struct State {
    std::optional<Time> due;    // pending time
    std::optional<Lane> ready;  // due, in this lane
    Time readySince;
    std::optional<Time> takenAt;  // in flight
    std::optional<Lane> again;    // an event during flight
    int failures = 0;
  };
  using States = std::map<Key, State, KeyLess>;
  // Oldest first. May contain stale keys: a key is due only in the lane that its state has.
  struct Lanes {
    std::deque<Key> live, initial;
    std::deque<Key>& Of(Lane lane) { return lane == Lane::Live ? live : initial; }
    bool Empty() const { return live.empty() && initial.empty(); }
  };
  using Group = std::string;  // namespaces that have one share: one namespace, or "" for all slow ones

  void Schedule(const Key& key, State& state, Time time);
  void MakeReady(const Key& key, State& state, Lane lane);
  void WakeDue();
  std::optional<Key> Pop();
  std::optional<Key> PopFrom(std::deque<Key>& keys, Lane lane, const std::set<Group>& full);
  Key TakeOut(States::value_type& due);
  void NoteSlow(const std::string& ns);
  Group GroupOf(const std::string& ns) const;
  std::set<Group> FullGroups();
  void CountReady(const Key& key, int change);

  const WaitingClock& clock_;
  const QueueOptions options_;
  const QueueMeters meters_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Backoff backoff_;
  States states_;
  Lanes due_;
  std::map<Group, Lanes> throttled_;                  // also due; their group had used its share when they were checked
  std::vector<const States::value_type*> in_flight_;  // as many as there are workers
  std::map<std::string, Time> slow_;                  // namespaces, and when a visit was last seen to be slow
  std::set<std::pair<Time, Key>, bool (*)(const std::pair<Time, Key>&, const std::pair<Time, Key>&)> times_;
  std::size_t ready_ = 0;
  std::map<std::string_view, std::size_t> ready_of_kind_;  // by plural
  bool down_ = false;
};

}  // namespace weir::controller
