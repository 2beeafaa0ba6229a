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

// The keys that must be looked at when `item` came, changed or went.
using AffectedKeys = std::function<std::vector<Key>(const api::Resource& resource, const observe::Item& item)>;
using ReconcileFunction = std::function<Visit(const Key& key, Ports& ports)>;

struct RuntimeOptions {
  std::string ns;   // empty: all namespaces
  int workers = 8;  // half of them at most are in one namespace, and in all together that are known to be slow
  // How long events of one object are gathered before it is looked at. Runs are looked at without delay, because a stage
  // waits for it; what comes while one is in flight makes one visit more, however much it is.
  Duration debounce = Duration::Millis(20);
  ReflectorOptions reflector;
  std::uint64_t seed = 1;
};

// Called from several threads at once; members may be empty.
struct RuntimeMeters {
  QueueMeters queue;
  std::function<void(const Key&, const Visit&, Duration)> reconciled;
  std::function<void(const api::Resource&, const observe::Item&)> seen;  // each object that came, changed or went
  std::function<void(const api::Resource&, const Error&)> watchFailed;
  std::function<void(const api::Resource&)> relisted;
  std::function<void(const api::Resource&, kube::WatchEventType)> told;
  std::function<void(const api::Resource&)> turned;  // a watch or list begins
};

// The operator at work: one reflector for each resource it reads feeds the stores and the queue; workers take keys from
// the queue and reconcile them. Nothing is reconciled before every store has its first list: a plan on half a picture
// would make what exists already. An exception that leaves a reconcile or a reflector costs a back-off, not the process.
class Runtime {
 public:
  Runtime(Ports& ports, const WaitingClock& clock, ReconcileFunction reconcile, AffectedKeys affected, RuntimeOptions options, RuntimeMeters meters);
  ~Runtime();  // Stop()
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // What is watched.
  static std::vector<api::Resource> Watched();

  // Fills the stores and the queue, so that a standby can take over at once.
  void StartWatching();
  // Begins to reconcile, as soon as all stores are full. Only the leader may. From any thread; after Stop it does nothing.
  void StartWorking();
  void Start() { StartWatching(), StartWorking(); }
  // Ends the watches, lets each reconcile in flight come to its end and joins all threads. Safe to call twice.
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
