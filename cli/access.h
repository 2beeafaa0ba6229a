#pragma once

#include <memory>
#include <string>

#include "cli/terminal.h"
#include "operator/kube/cluster_api.h"

namespace weir::cli {

// Which world a command looks at: the folder that `weir run` keeps, or a cluster when a kubeconfig is given.
struct Place {
  std::string lake = ".weir/lake";
  std::string kubeconfig;
  std::string context;
  std::string ns;  // empty: of the kubeconfig's context, or "default"
};

// That world, opened. `lake` is the folder in which volume stores without an absolute path of their own lie.
struct Access {
  std::shared_ptr<kube::ClusterApi> cluster;
  std::string ns;
  std::string lake;
  enum class Kind { Local, Cluster } kind = Kind::Local;
};

// Fails with Fault::Missing where no run has left anything yet, saying what to do first.
Result<Access> Open(const Place& place);

}  // namespace weir::cli
