#pragma once

#include <map>
#include <mutex>
#include <string>

#include "crds/api/run.h"
#include "operator/observe/store.h"
#include "operator/telemetry/metrics.h"

namespace weir::controller {

// What objects say about themselves in their status, as metrics: conditions, freshness, quarantined rows and warnings,
// runs and attempts that ended. A run counts when it is seen to end, so that a restart of the operator counts nothing
// twice. Series exist of objects that exist, and of their stages: a run that outlives its pipeline, or a stage that its
// pipeline lost meanwhile, counts in no series of theirs. Safe from any thread.
class ObjectMeter {
 public:
  ObjectMeter(const observe::Stores& stores, telemetry::Metrics& metrics) : stores_(stores), metrics_(metrics) {}

  // `item` came, changed or went; the store says which.
  void Seen(const api::Resource& resource, const observe::Item& item);

 private:
  // All under the lock, so that nothing is counted of what is forgotten meanwhile.
  bool CountsNothing(const observe::Item& run) const;
  void SeenRun(const api::PipelineRun& run);
  void CountAttempts(const api::PipelineRun& run, std::map<std::string, std::string>& counted);
  void Show(const telemetry::Subject& subject, const api::Resource& resource, const observe::Item& item);

  const observe::Stores& stores_;
  telemetry::Metrics& metrics_;
  std::mutex mutex_;
  std::map<std::string, std::map<std::string, std::string>> active_;  // run uid -> stage -> what was counted of it
};

}  // namespace weir::controller
