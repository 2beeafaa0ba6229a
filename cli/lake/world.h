#pragma once

#include <memory>
#include <string>

#include "cli/screen/terminal.h"
#include "operator/kube/cluster_api.h"
#include "runner/engine/parquet/checkpoint_file.h"

namespace weir::local {
class MemoryCluster;
}

namespace weir::cli {

// Selects where a command reads objects: from the cluster of a given kubeconfig, else from the lake of `weir run`, else, when
// there is no such lake, from the cluster of the variable KUBECONFIG.
struct Place {
  std::string lake = ".weir/lake";
  std::string kubeconfig;  // files as KUBECONFIG names them; empty: none was given
  std::string context;
  std::string ns;  // empty: of the kubeconfig's context, or that of all local pipelines, or "default"
};

// That world, opened. `lake` is the folder of the built-in Lake (local), or a folder in which the volumes of the cluster
// are mounted here, one folder for each store (empty when there is none).
struct World {
  std::shared_ptr<kube::ClusterApi> cluster;
  std::string ns;
  std::string lake;
  enum class Kind { Local, Cluster } kind = Kind::Local;
  std::shared_ptr<storage::CheckpointFiles> checkpoints = engine::MakeCheckpointFiles();  // of the tables' logs
};

// Fault::Missing "NoState" before the first run, and kStateMissing when there are tables without a state; both messages have
// the next step. Any other fault, with the path, for a state that cannot be used.
Result<World> Open(const Place& place);
// Time of the freshness conditions in a loaded lake: that of its last run, or now, which reads each table and is for commands
// that print them. Open uses Now.
enum class Judged { AsSaved, Now };
// The lake, whatever kubeconfig there is.
Result<World> OpenLocal(const Place& place, Judged judged = Judged::AsSaved);

// File of the local state: the objects as an API server would store them. It is in the lake, so that both move together.
std::string StateFile(const std::string& lake);
// The reason of an Error: a lake with tables has lost its state, or has one without any object.
inline constexpr std::string_view kStateMissing = "StateMissing";
// Loads it, with errors as Open has them. Reads only.
Status LoadState(local::MemoryCluster& cluster, const std::string& lake);

// The error for an object that does not exist, with the nearest name of its kind, if one is similar.
Error NoSuchObject(kube::ClusterApi& cluster, const api::Resource& kind, const std::string& ns, const std::string& name);
// "view", as commands take it.
std::string WordFor(const api::Resource& kind);

}  // namespace weir::cli
