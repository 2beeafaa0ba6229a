#include "operator/controller/instruments/instruments.h"

#include <chrono>

#include "operator/telemetry/log.h"

namespace weir::controller {
namespace {

using telemetry::Log;
using telemetry::LogLevel;

// A watch ends after ten minutes at the latest; a pause is 30 s at most.
constexpr Duration kLongestWatch = Duration::Minutes(15);
// A call that writes may take 65 s, see kube::Deadlines. A visit makes as many as it has to for kLongestTurn, and then few.
constexpr Duration kLongestReconcile = Duration::Minutes(10);
constexpr std::string_view kWorkers = "workers";

telemetry::Health::Moment Now() { return std::chrono::steady_clock::now(); }

std::string WatchName(const api::Resource& resource) { return "watch of " + std::string(resource.plural); }

double Seconds(Duration d) { return static_cast<double>(d.ms) / 1000; }

std::string_view Word(Visit::Next next) {
  switch (next) {
    case Visit::Next::Forget: return "forget";
    case Visit::Next::At: return "at";
    case Visit::Next::Backoff: return "backoff";
    case Visit::Next::Now: return "now";
  }
  return "";
}

std::string_view Word(kube::WatchEventType type) {
  switch (type) {
    case kube::WatchEventType::Added: return "added";
    case kube::WatchEventType::Modified: return "modified";
    case kube::WatchEventType::Deleted: return "deleted";
    case kube::WatchEventType::Bookmark: return "bookmark";
  }
  return "";
}

}  // namespace

Instruments::Instruments(const observe::Stores& stores, telemetry::Metrics& metrics, telemetry::Health& health)
    : metrics_(metrics), health_(health), objects_(stores, metrics) {
  for (const api::Resource& resource : Runtime::Watched()) {
    health_.Await("list of " + std::string(resource.plural));
    health_.BeginPulse(WatchName(resource), kLongestWatch, Now());
  }
  health_.BeginPulse(std::string(kWorkers), kLongestReconcile, Now());
}

RuntimeMeters Instruments::Meters() {
  RuntimeMeters meters;
  meters.queue.depth = [this](const api::Resource& resource, std::size_t depth) { metrics_.QueueDepth(resource.kind, depth); };
  meters.queue.added = [this](const Key& key) { metrics_.QueueAdded(key.resource.kind); };
  meters.queue.waited = [this](const Key& key, Duration d) { metrics_.QueueWaited(key.resource.kind, Seconds(d)); };
  meters.queue.retried = [this](const Key& key) { metrics_.QueueRetried(key.resource.kind); };
  meters.reconciled = [this](const Key& key, const Visit& visit, Duration took) { Reconciled(key, visit, took); };
  meters.seen = [this](const api::Resource& resource, const observe::Item& item) { objects_.Seen(resource, item); };
  meters.watchFailed = [this](const api::Resource& resource, const Error& error) { WatchFailed(resource, error); };
  meters.relisted = [this](const api::Resource& resource) {
    ++work_;
    health_.Arrived("list of " + std::string(resource.plural));
  };
  meters.told = [this](const api::Resource& resource, kube::WatchEventType type) {
    if (type != kube::WatchEventType::Bookmark) ++work_;
    metrics_.WatchEventSeen(resource.plural, Word(type));
  };
  meters.turned = [this](const api::Resource& resource) { health_.Beat(WatchName(resource), Now()); };
  return meters;
}

void Instruments::Reconciled(const Key& key, const Visit& visit, Duration took) {
  ++work_;
  metrics_.Reconciled(key.resource.kind, Word(visit.next), Seconds(took));
  if (visit.next != Visit::Next::Backoff && visit.next != Visit::Next::Now && !visit.error.empty())
    Log(LogLevel::Warning, "An event could not be reported", {{"kind", key.resource.kind}, {"namespace", key.ns}, {"name", key.name}, {"error", visit.error}});
  if (visit.next != Visit::Next::Backoff) {
    Log(LogLevel::Debug, "Reconciled",
        {{"kind", key.resource.kind}, {"namespace", key.ns}, {"name", key.name}, {"next", Word(visit.next)}, {"seconds", Seconds(took)}});
    return;
  }
  metrics_.ReconcileFailed(key.resource.kind, visit.reason);
  Log(LogLevel::Warning, "Reconcile failed and is tried again",
      {{"kind", key.resource.kind}, {"namespace", key.ns}, {"name", key.name}, {"error", visit.error}});
}

void Instruments::WatchFailed(const api::Resource& resource, const Error& error) {
  metrics_.WatchRestarted(resource.plural, error.reason);
  Log(LogLevel::Warning, "A list or watch failed and is tried again", {{"resource", resource.plural}, {"reason", error.reason}, {"error", error.message}});
}

void Instruments::CheckWorkers(const WorkQueue& queue) {
  if (queue.LongestRunning() < kLongestReconcile) health_.Beat(std::string(kWorkers), Now());
}

}  // namespace weir::controller
