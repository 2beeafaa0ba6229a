#pragma once

#include <functional>
#include <memory>
#include <string>

#include "operator/kube/rest_cluster.h"
#include "tests/cli/servers/bucket.h"

namespace weir::test {

// A namespace of the API server of KUBECONFIG for each test, with our definitions installed; fails without one. Objects that
// `weir run` left on this machine are put there as an operator would have left them.
class OnServer : public BucketCommands {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Everything of the local lake, as objects of the namespace. `change` edits their text.
  void PutIntoCluster(const std::function<void(std::string&)>& change = [](std::string&) {});

  // The kubeconfig, changed: a file of the folder. Answers its name.
  std::string Kubeconfig(const std::string& name, const std::function<void(Json&)>& change) const;
  // `weir <arguments>` with that kubeconfig, in the namespace, with the keys of the bucket.
  Ended On(const std::string& kubeconfig, const std::string& arguments) const;
  Ended OnCluster(const std::string& arguments) const { return On(kubeconfig_, arguments); }
  // Environment that a command of ours needs here.
  std::string Environment() const;

  std::string kubeconfig_;
  std::string ns_;
  std::unique_ptr<kube::RestCluster> cluster_;

 private:
  void InstallDefinitions();
  void Put(const api::Resource& kind, Json object);
};

}  // namespace weir::test
