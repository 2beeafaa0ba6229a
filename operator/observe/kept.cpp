#include "operator/observe/kept.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "crds/api/stage.h"

namespace weir::observe {
namespace {

void PickInto(const Json& from, std::string_view path, Json& to) {
  if (path.empty()) {
    to = from;
  } else if (from.is_array()) {
    if (!to.is_array()) to = Json(from.size(), Json::object());
    for (std::size_t i = 0; i < from.size(); ++i) PickInto(from[i], path, to[i]);
  } else if (const std::string_view key = path.substr(0, path.find('.')); from.is_object() && from.contains(key)) {
    PickInto(At(from, key), path.substr(std::min(key.size() + 1, path.size())), to[std::string(key)]);
  }
}

const Kept kDeclaration{.cachedPaths = {"spec", "status"}, .parsedPaths = {"status.conditions"}};

const Kept kTable{.cachedPaths = {"spec", "status"},
                  .parsedPaths = {"spec.owner.team", "spec.query.sql", "status.conditions", "status.committedBy.epoch", "status.committedBy.revision",
                                  "status.version", "status.contentHash", "status.location", "status.damage.pipeline"}};

// Of the stages what they read and write, whatever their kind.
const Kept& KeptOfPipelines() {
  static const std::vector<std::string> ports = [] {
    std::vector<std::string> paths;
    for (const api::Port& port : api::AllPorts()) paths.push_back("spec.stages." + port.field);
    return paths;
  }();
  static const Kept kept = [] {
    Kept all{.cachedPaths = {"spec", "status"}, .parsedPaths = {"spec.owner.team", "spec.stages.name", "status.conditions", "status.revision"}};
    all.parsedPaths.insert(all.parsedPaths.end(), ports.begin(), ports.end());
    return all;
  }();
  return kept;
}

// All but status.stages, by far the largest.
const Kept kRun{.cachedPaths = {"spec", "status"},
                .parsedPaths = {"spec.pipeline", "spec.revision", "status.conditions", "status.revision", "status.image", "status.epoch", "status.finished",
                                "status.attempts", "status.commits", "status.standing", "status.damaged"}};

const Kept kRevision{.cachedPaths = {"data", "revision"}, .parsedPaths = {"revision"}};

const Kept kPod{.cachedPaths = {"spec.containers.name",
                                "spec.containers.image",
                                "spec.containers.resources.limits.memory",
                                "spec.containers.terminationMessagePath",
                                "spec.initContainers.name",
                                "spec.initContainers.image",
                                "spec.initContainers.restartPolicy",
                                "spec.schedulingGates",
                                "spec.schedulerName",
                                "spec.nodeName",
                                "spec.activeDeadlineSeconds",
                                "status.phase",
                                "status.startTime",
                                "status.reason",
                                "status.message",
                                "status.conditions.type",
                                "status.conditions.status",
                                "status.conditions.reason",
                                "status.conditions.message",
                                "status.containerStatuses.name",
                                "status.containerStatuses.state",
                                "status.initContainerStatuses.name",
                                "status.initContainerStatuses.state",
                                "status.initContainerStatuses.started"},
                .parsedPaths = {}};

const Kept kServiceAccount{};

}  // namespace

const Kept& KeptOf(const api::Resource& resource) {
  if (resource == api::kLakes) return kDeclaration;
  if (resource == api::kDatasets || resource == api::kViews) return kTable;
  if (resource == api::kPipelines) return KeptOfPipelines();
  if (resource == api::kPipelineRuns) return kRun;
  if (resource == api::kRevisions) return kRevision;
  if (resource == api::kPods) return kPod;
  if (resource == api::kServiceAccounts) return kServiceAccount;
  std::abort();  // The callers' resources are the constants of crds/api/kubernetes/meta.h.
}

Json Pick(const Json& object, const Paths& paths) {
  Json picked = Json::object();
  for (const std::string_view path : paths) PickInto(object, path, picked);
  return picked;
}

}  // namespace weir::observe
