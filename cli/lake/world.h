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

// Which world a command looks at: the cluster of a kubeconfig that was given, else the lake that `weir run` keeps, else,
// where there is no such lake, the cluster of the variable KUBECONFIG.
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

// Fails with Fault::Missing "NoState" where no run has left anything yet, and with kStateMissing where tables are there and
// the state is not; both say what to do first. Fails otherwise, with the path, where there is a state that cannot be used.
Result<World> Open(const Place& place);
// By which clock the conditions of freshness in a lake are: of its last run, or of this moment, which looks at each table and is
// for who shows them. Open judges by now.
enum class Judged { AsSaved, Now };
// The lake, whatever kubeconfig there is.
Result<World> OpenLocal(const Place& place, Judged judged = Judged::AsSaved);

// The local world's state: objects as an API server would hold them. It is stored in the lake, so that both move together.
std::string StateFile(const std::string& lake);
// The reason of an Error: a lake with tables has lost its state, or has one without any object.
inline constexpr std::string_view kStateMissing = "StateMissing";
// Loads it, with errors as Open has them. Reads only.
Status LoadState(local::MemoryCluster& cluster, const std::string& lake);

// What to say of an object that is not there: with the nearest name of its kind, if one is near.
Error NoSuchObject(kube::ClusterApi& cluster, const api::Resource& kind, const std::string& ns, const std::string& name);
// "view", as commands take it.
std::string WordFor(const api::Resource& kind);

}  // namespace weir::cli
