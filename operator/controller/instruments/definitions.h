#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "operator/kube/cluster_api.h"
#include "operator/telemetry/health.h"
#include "operator/telemetry/metrics.h"

namespace weir::controller {

// The CRD on the API server compared with the one that this operator was built with. Newer is compatible: fields are only
// ever added. NotAllowed: the operator may not read CRDs and works without the check.
enum class DefinitionState { Unknown, Same, Newer, Older, Missing, NotAllowed };

// By its annotations: Same when the schema's hash is equal, else by its release. One that is being deleted is Missing.
DefinitionState CompareDefinition(const Json& definition, std::string_view hash, std::string_view release);

// Checks that the API server has the CRDs that this operator was built with: they can be installed separately, and an older
// CRD does not have all fields that the operator writes. An older or missing one is logged, exported as a metric and makes
// the operator not ready. Safe from any thread.
class Definitions {
 public:
  Definitions(kube::ClusterApi& cluster, std::string release, telemetry::Metrics& metrics, telemetry::Health& health)
      : cluster_(cluster), release_(std::move(release)), metrics_(metrics), health_(health) {}

  // Call it before each list and each watch of a kind (every few minutes). Gets the kind's CRD each time, unless that is not
  // allowed, because it may have been deleted or replaced by an older one. The API server ends the watches of a kind when its
  // CRD changes, so a change is detected within seconds.
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
