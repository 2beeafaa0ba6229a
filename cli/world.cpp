#include "cli/world.h"

#include <cstdlib>
#include <filesystem>

#include "cli/judged_now.h"
#include "operator/kube/auth.h"
#include "operator/kube/rest_cluster.h"
#include "operator/local/memory_cluster.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultNamespace = "default";

// The namespace of all pipelines there are, when they share one.
std::string NamespaceOf(kube::ClusterApi& cluster) {
  const auto pipelines = cluster.List({api::kPipelines, "", ""});
  if (!pipelines || pipelines->items.empty()) return kDefaultNamespace;
  std::string first = api::ReadMeta(pipelines->items[0]).ns;
  for (const Json& pipeline : pipelines->items)
    if (api::ReadMeta(pipeline).ns != first) return kDefaultNamespace;
  return first;
}

Result<World> OpenCluster(const Place& place) {
  const auto access = kube::FromKubeconfig({place.kubeconfig, place.context});
  if (!access) return access.error();
  auto cluster = kube::ConnectCluster(*access);
  if (!cluster) return cluster.error();
  return World{std::move(*cluster), place.ns.empty() ? access->ns : place.ns, place.lake, World::Kind::Cluster};
}

}  // namespace

std::string StateFile(const std::string& lake) { return lake + "/_weirkeeper/state.json"; }

Result<World> OpenLocal(const Place& place) {
  static const SystemClock clock;
  auto cluster = std::make_shared<local::MemoryCluster>(clock);
  if (const Status loaded = cluster->Load(StateFile(place.lake), fs::absolute(place.lake).lexically_normal().string()); !loaded) {
    if (loaded.error().fault != Fault::Missing) return loaded.error();
    return Error{Fault::Missing, "NoState",
                 "nothing has run in " + place.lake + " yet: start with weir run FOLDER, name another folder with --lake, or a cluster with --kubeconfig"};
  }
  JudgeNow(*cluster, clock);
  const std::string ns = place.ns.empty() ? NamespaceOf(*cluster) : place.ns;
  return World{std::move(cluster), ns, place.lake, World::Kind::Local};
}

Result<World> Open(const Place& place) {
  if (!place.kubeconfig.empty()) return OpenCluster(place);
  auto local = OpenLocal(place);
  const char* kubeconfig = std::getenv("KUBECONFIG");
  if (local || local.error().fault != Fault::Missing || kubeconfig == nullptr || *kubeconfig == '\0') return local;
  Place cluster = place;
  cluster.kubeconfig = kubeconfig;
  return OpenCluster(cluster);
}

}  // namespace weir::cli
