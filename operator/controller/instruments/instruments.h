#pragma once

#include <atomic>
#include <cstdint>

#include "operator/controller/instruments/object_meter.h"
#include "operator/controller/loop/runtime.h"
#include "operator/telemetry/health.h"
#include "operator/telemetry/metrics.h"

namespace weir::controller {

// Connects the runtime to metrics, probes and the log. Ready: every store has its first list. Alive: each watch makes
// progress and no reconcile hangs; CheckWorkers must be called every few seconds. Must outlive the runtime.
class Instruments {
 public:
  Instruments(const observe::Stores& stores, telemetry::Metrics& metrics, telemetry::Health& health);

  RuntimeMeters Meters();
  void CheckWorkers(const WorkQueue& queue);
  // Number of lists, events (without bookmarks) and reconciles so far: constant while the operator is idle.
  std::uint64_t Work() const { return work_; }

 private:
  void Reconciled(const Key& key, const Visit& visit, Duration took);
  void WatchFailed(const api::Resource& resource, const Error& error);

  telemetry::Metrics& metrics_;
  telemetry::Health& health_;
  ObjectMeter objects_;
  std::atomic<std::uint64_t> work_ = 0;
};

}  // namespace weir::controller
