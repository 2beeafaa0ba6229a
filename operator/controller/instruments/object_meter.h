#pragma once

#include <map>
#include <mutex>
#include <string>

#include "crds/api/run.h"
#include "operator/observe/store.h"
#include "operator/telemetry/metrics.h"

namespace weir::controller {

// Metrics from the status of objects: conditions, freshness, quarantined rows and warnings, finished runs and attempts. A
// run is counted when it is observed to finish, so that a restart of the operator counts nothing twice. Only existing
// objects and their stages have series: a run whose pipeline was deleted, or a stage that was removed, is not counted.
// Safe from any thread.
class ObjectMeter {
 public:
  ObjectMeter(const observe::Stores& stores, telemetry::Metrics& metrics) : stores_(stores), metrics_(metrics) {}

  // `item` was added, changed or deleted; which of them is read from the store.
  void Seen(const api::Resource& resource, const observe::Item& item);

 private:
  // All called with the lock held, so that a deleted object is not counted at the same time.
  bool IsIgnored(const observe::Item& run) const;
  void SeenRun(const api::PipelineRun& run);
  void CountAttempts(const api::PipelineRun& run, std::map<std::string, std::string>& counted);
  void Show(const telemetry::Subject& subject, const api::Resource& resource, const observe::Item& item);

  const observe::Stores& stores_;
  telemetry::Metrics& metrics_;
  std::mutex mutex_;
  std::map<std::string, std::map<std::string, std::string>> active_;  // run uid -> stage -> what was counted of it
};

}  // namespace weir::controller
