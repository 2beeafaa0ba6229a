#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "operator/kube/cluster_api.h"
#include "operator/telemetry/health.h"
#include "operator/telemetry/metrics.h"

namespace weir::controller {

// How the definition that the API server holds stands to the one that this operator was built with. Newer is good: fields
// are only ever added. NotAllowed: the operator may not read it, and does without.
enum class DefinitionState { Unknown, Same, Newer, Older, Missing, NotAllowed };

// From its annotations: the same when the schema's hash is, else by the release that it came with. One that is being deleted
// is missing.
DefinitionState CompareDefinition(const Json& definition, std::string_view hash, std::string_view release);

// Whether the API server holds the definitions that this operator was built with: they may be installed apart from it, and
// to an older one what the operator writes is unknown. An older one is told in the log, in a metric, and by not being
// ready. Safe from any thread.
class Definitions {
 public:
  Definitions(kube::ClusterApi& cluster, std::string release, telemetry::Metrics& metrics, telemetry::Health& health)
      : cluster_(cluster), release_(std::move(release)), metrics_(metrics), health_(health) {}

  // To be called before a kind is listed or watched: every some minutes. Asks for the kind's definition each time, unless that
  // is not allowed: what was good may be deleted or replaced by an older one. The API server ends the watches of a kind whose
  // definition changes, so that either is seen within seconds, and so is its end.
  void Look(const api::Resource& resource);

 private:
  DefinitionState Ask(const api::Resource& resource) const;
  void Tell(const api::Resource& resource, DefinitionState state);

  kube::ClusterApi& cluster_;
  const std::string release_;
  telemetry::Metrics& metrics_;
  telemetry::Health& health_;
  std::mutex mutex_;
  std::map<std::string_view, DefinitionState> states_;  // by plural
};

}  // namespace weir::controller
