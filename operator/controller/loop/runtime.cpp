#include "operator/controller/loop/runtime.h"

#include <array>
#include <exception>

#include "crds/api/condition.h"
#include "operator/controller/loop/visit.h"

namespace weir::controller {
namespace {

struct WatchedKind {
  api::Resource resource;
  std::string_view selector;
};

// Of the kinds that are not ours, only what carries our label; of pods, what has lost it is looked for as well.
constexpr std::array<WatchedKind, 8> kWatched{{{api::kLakes, ""},
                                               {api::kDatasets, ""},
                                               {api::kViews, ""},
                                               {api::kPipelines, ""},
                                               {api::kPipelineRuns, ""},
                                               {api::kRevisions, api::kLabelPipeline},
                                               {api::kPods, api::kLabelPipeline},
                                               {api::kServiceAccounts, api::kLabelPipeline}}};

Visit Threw(const std::string& what) { return VisitFor({Fault::Bug, std::string(api::Word(api::Reason::InternalError)), "reconcile threw" + what}); }

QueueOptions QueueOptionsOf(const RuntimeOptions& options) {
  QueueOptions queue;
  queue.seed = options.seed;
  queue.share = static_cast<std::size_t>(std::max(1, options.workers / 2));
  if (options.debounce > Duration{})
    queue.debounce = [debounce = options.debounce](const Key& key) { return key.resource == api::kPipelineRuns ? Duration{} : debounce; };
  return queue;
}

}  // namespace

Runtime::Runtime(Ports& ports, const WaitingClock& clock, ReconcileFunction reconcile, AffectedKeys affected, RuntimeOptions options, RuntimeMeters meters)
    : ports_(ports),
      clock_(clock),
      reconcile_(std::move(reconcile)),
      affected_(std::move(affected)),
      options_(std::move(options)),
      meters_(std::move(meters)),
      queue_(clock, QueueOptionsOf(options_), meters_.queue) {}

Runtime::~Runtime() { Stop(); }

bool Runtime::Synced() const {
  for (const WatchedKind& watched : kWatched)
    if (!ports_.stores.Of(watched.resource).Synced()) return false;
  return true;
}

void Runtime::ReleaseWorkers() {
  const std::lock_guard lock(mutex_);
  synced_.notify_all();
}

void Runtime::Reflect(const api::Resource& resource, std::size_t index) {
  ReflectorOptions options = options_.reflector;
  if (resource == api::kPods) options.keepWithFinalizer = api::kPodFinalizer;
  options.seed += options_.seed * 1000 + index;
  ReflectorCallbacks callbacks;
  callbacks.seen = [this, &resource](const observe::Item& item, Lane lane) {
    if (meters_.seen) meters_.seen(resource, item);
    for (const Key& key : affected_(resource, item)) queue_.Add(key, lane);
  };
  callbacks.failed = [this, &resource](const Error& error) {
    if (meters_.watchFailed) meters_.watchFailed(resource, error);
  };
  callbacks.relisted = [this, &resource] {
    if (meters_.relisted) meters_.relisted(resource);
    ReleaseWorkers();
  };
  callbacks.told = [this, &resource](kube::WatchEventType type) {
    if (meters_.told) meters_.told(resource, type);
  };
  callbacks.turned = [this, &resource] {
    if (meters_.turned) meters_.turned(resource);
  };
  const kube::Selection selection{resource, options_.ns, std::string(kWatched[index].selector)};
  Reflector(ports_.cluster, selection, ports_.stores.Of(resource), clock_, callbacks, options).Run(stop_);
}

Visit Runtime::ReconcileOnce(const Key& key) {
  try {
    return reconcile_(key, ports_);
  } catch (const std::exception& e) {
    return Threw(std::string(": ") + e.what());
  } catch (...) {
    return Threw(" something that is no exception");
  }
}

void Runtime::Work() {
  {
    std::unique_lock lock(mutex_);
    synced_.wait(lock, [this] { return stop_.Stopped() || Synced(); });
  }
  while (const std::optional<Key> key = queue_.Take()) {
    const Time begun = clock_.Now();
    const Visit visit = ReconcileOnce(*key);
    if (meters_.reconciled) meters_.reconciled(*key, visit, clock_.Now() - begun);
    queue_.Finish(*key, visit);
  }
}

std::vector<api::Resource> Runtime::Watched() {
  std::vector<api::Resource> resources;
  for (const auto& watched : kWatched) resources.push_back(watched.resource);
  return resources;
}

void Runtime::StartThread(std::function<void()> body) {
  const std::lock_guard lock(threads_mutex_);
  if (!stop_.Stopped()) threads_.emplace_back(std::move(body));
}

void Runtime::StartWatching() {
  for (std::size_t i = 0; i < kWatched.size(); ++i) StartThread([this, i] { Reflect(kWatched[i].resource, i); });
}

void Runtime::StartWorking() {
  for (int i = 0; i < options_.workers; ++i) StartThread([this] { Work(); });
}

void Runtime::Stop() {
  stop_.Stop();
  queue_.ShutDown();
  ReleaseWorkers();
  const std::lock_guard lock(threads_mutex_);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace weir::controller
