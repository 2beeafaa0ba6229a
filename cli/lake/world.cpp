#include "cli/lake/world.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "cli/lake/judged_now.h"
#include "crds/api/describe/read.h"
#include "crds/base/text.h"
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

// A table or a zone of files of the lake, by the log that it keeps; empty when none was found. A folder that
// is not a lake may have millions of files: the search is bounded in depth and in entries.
std::string AnyTable(const std::string& lake) {
  constexpr int kDeepest = 5;  // environment, zone, namespace, database, table
  constexpr int kMostEntries = 20'000;
  std::error_code error, ignored;
  int entries = 0;
  for (fs::recursive_directory_iterator at(lake, fs::directory_options::skip_permission_denied, error), end; !error && at != end; at.increment(error)) {
    if (++entries > kMostEntries) break;
    if (at.depth() >= kDeepest) at.disable_recursion_pending();
    const std::string name = at->path().filename().string();
    if ((name == "_delta_log" || name == "_weirkeeper_log") && at->is_directory(ignored)) return at->path().parent_path().string();
  }
  return "";
}

// `found`: what is at the place of the state.
std::optional<Error> LostState(const std::string& lake, const std::string& found) {
  const std::string table = AnyTable(lake);
  if (table.empty()) return std::nullopt;
  return Error{Fault::Missing, std::string(kStateMissing),
               "the state of the lake is missing: " + found + ", while the lake holds tables, such as " + table +
                   ". Put the file back from a backup of the lake, or run weir run FOLDER with the manifests: it continues the tables from their logs, and "
                   "only the runs before and their reports are lost"};
}

Error NothingSaved(const std::string& lake) {
  if (auto lost = LostState(lake, "there is no " + StateFile(lake))) return *lost;
  return {Fault::Missing, "NoState",
          "nothing has run in " + lake + " yet: start with weir run FOLDER, name another folder with --lake, or a cluster with --kubeconfig"};
}

bool HoldsObjects(kube::ClusterApi& cluster) {
  return std::any_of(api::kOurKinds.begin(), api::kOurKinds.end(), [&cluster](const api::Resource& kind) {
    const auto listing = cluster.List({kind, "", ""});
    return listing && !listing->items.empty();
  });
}

// What the file is for, and how to go on.
Error Unusable(const Error& error, const std::string& lake) {
  const std::string what = "the state of the lake cannot be used: " + error.message + ". It holds the objects, runs and reports of the lake. ";
  const bool broken = error.reason == "BadState";
  return {error.fault, error.reason,
          what + (broken ? "Put it back from a backup of the lake, or delete " + StateFile(lake) +
                               ": then the runs before and their reports are lost, the tables stay, and the next weir run continues them from their logs"
                         : "Make it a file that you can read and write, or name another lake with --lake; nothing was changed")};
}

}  // namespace

Status LoadState(local::MemoryCluster& cluster, const std::string& lake) {
  const Status loaded = cluster.Load(StateFile(lake), fs::absolute(lake).lexically_normal().string());
  if (loaded) {
    const bool was_emptied = cluster.Version() != "1";  // by weir delete: a state that commands wrote counts their writes
    if (was_emptied || HoldsObjects(cluster)) return loaded;
    const auto lost = LostState(lake, StateFile(lake) + " holds no objects");
    return lost ? Status(*lost) : loaded;
  }
  return loaded.error().fault == Fault::Missing ? NothingSaved(lake) : Unusable(loaded.error(), lake);
}

std::string StateFile(const std::string& lake) { return lake + "/_weirkeeper/state.json"; }

Result<World> OpenLocal(const Place& place, Judged judged) {
  static const SystemClock clock;
  auto cluster = std::make_shared<local::MemoryCluster>(clock);
  if (const Status loaded = LoadState(*cluster, place.lake); !loaded) return loaded.error();
  if (judged == Judged::Now) UpdateFreshnessNow(*cluster, clock);
  const std::string ns = place.ns.empty() ? NamespaceOf(*cluster) : place.ns;
  return World{std::move(cluster), ns, place.lake, World::Kind::Local};
}

Result<World> Open(const Place& place) {
  if (!place.kubeconfig.empty()) return OpenCluster(place);
  auto local = OpenLocal(place, Judged::Now);
  const char* kubeconfig = std::getenv("KUBECONFIG");
  if (local || local.error().reason != "NoState" || kubeconfig == nullptr || *kubeconfig == '\0') return local;
  Place cluster = place;
  cluster.kubeconfig = kubeconfig;
  return OpenCluster(cluster);
}

std::string WordFor(const api::Resource& kind) { return Lower(kind.kind); }

Error NoSuchObject(kube::ClusterApi& cluster, const api::Resource& kind, const std::string& ns, const std::string& name) {
  std::vector<std::string> names;
  if (const auto listing = cluster.List({kind, ns, ""}))
    for (const Json& item : listing->items) names.push_back(api::ReadMeta(item).name);
  std::string text = "there is no " + WordFor(kind) + " \"" + OneLine(name) + "\" in namespace " + ns;
  const std::string nearest = names.empty() ? "" : api::Suggest(name, {names.begin(), names.end()});
  text += names.empty()     ? ", and no other " + WordFor(kind) + " either"
          : nearest.empty() ? "; weir get " + std::string(kind.plural) + " lists those that are"
                            : nearest;
  return {Fault::Missing, "NotFound", text};
}

}  // namespace weir::cli
