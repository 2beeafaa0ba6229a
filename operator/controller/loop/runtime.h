#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "operator/controller/loop/reflector.h"
#include "operator/controller/loop/waiting_clock.h"
#include "operator/controller/loop/workqueue.h"
#include "operator/controller/reconcile.h"

namespace weir::controller {

// The keys to reconcile when `item` was added, changed or deleted.
using AffectedKeys = std::function<std::vector<Key>(const api::Resource& resource, const observe::Item& item)>;
using ReconcileFunction = std::function<Visit(const Key& key, Ports& ports)>;

struct RuntimeOptions {
  std::string ns;   // empty: all namespaces
  int workers = 8;  // at most half of them for one namespace, and at most half for all slow namespaces together
  // How long events of one object are collected before it is reconciled. Runs are reconciled without delay, because a stage
  // waits for it; events during a reconcile cause one more reconcile, however many there are.
  Duration debounce = Duration::Millis(20);
  ReflectorOptions reflector;
  std::uint64_t seed = 1;
};

// Called from several threads at once; members may be empty.
struct RuntimeMeters {
  QueueMeters queue;
  std::function<void(const Key&, const Visit&, Duration)> reconciled;
  std::function<void(const api::Resource&, const observe::Item&)> seen;  // each object that was added, changed or deleted
  std::function<void(const api::Resource&, const Error&)> watchFailed;
  std::function<void(const api::Resource&)> relisted;
  std::function<void(const api::Resource&, kube::WatchEventType)> told;
  std::function<void(const api::Resource&)> turned;  // a watch or list begins
};

// The controller runtime: one reflector per watched resource feeds the stores and the queue; workers take keys from the
// queue and reconcile them. Nothing is reconciled before every store has its first list: a plan on a partial cache would
// create objects that exist. An exception from a reconcile or a reflector causes a back-off and does not end the process.
class Runtime {
 public:
  Runtime(Ports& ports, const WaitingClock& clock, ReconcileFunction reconcile, AffectedKeys affected, RuntimeOptions options, RuntimeMeters meters);
  ~Runtime();  // Stop()
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // The watched resources.
  static std::vector<api::Resource> Watched();

  // Fills the stores and the queue, so that a standby can take over at once.
  void StartWatching();
  // Starts reconciling when every store has its first list. Call it only as the leader. Safe from any thread; does nothing
  // after Stop.
  void StartWorking();
  void Start() { StartWatching(), StartWorking(); }
  // Ends the watches, waits for reconciles in flight and joins all threads. Safe to call twice.
  void Stop();

  bool Synced() const;  // every store has its first list
  WorkQueue& Queue() { return queue_; }

 private:
  void Reflect(const api::Resource& resource, std::size_t index);
  void Work();
  Visit ReconcileOnce(const Key& key);
  void ReleaseWorkers();
  void StartThread(std::function<void()> body);

  Ports& ports_;
  const WaitingClock& clock_;
  const ReconcileFunction reconcile_;
  const AffectedKeys affected_;
  const RuntimeOptions options_;
  const RuntimeMeters meters_;
  WorkQueue queue_;
  kube::StopToken stop_;
  std::mutex mutex_;
  std::condition_variable synced_;
  std::mutex threads_mutex_;
  std::vector<std::thread> threads_;
};

}  // namespace weir::controller
