#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "operator/kube/rest_cluster.h"

namespace weir::kube {

inline constexpr api::Resource kConfigMaps{"", "v1", "configmaps", "ConfigMap"};
inline constexpr api::Resource kNamespaces{"", "v1", "namespaces", "Namespace"};

// The API server of KUBECONFIG, and a namespace in it for each test, deleted after it. Fails, and does not skip, without
// one: who asks for these tests wants to know.
class ServerTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  std::unique_ptr<RestCluster> Connect(RestClusterSettings settings = {}, const Deadlines& deadlines = Deadlines::OfCalls()) const;
  ObjectRef ConfigMap(const std::string& name) const { return {kConfigMaps, ns_, name}; }
  Selection ConfigMaps() const { return {kConfigMaps, ns_, "test=yes"}; }
  // Creates it with data.text = `text` and label test=yes, and answers what the server made of it.
  Json Make(const std::string& name, const std::string& text = "") const;

  std::unique_ptr<RestCluster> cluster_;
  std::string ns_;
};

inline std::string UidOf(const Json& object) { return Text(At(object, "metadata"), "uid"); }
inline std::string VersionOf(const Json& object) { return Text(At(object, "metadata"), "resourceVersion"); }
inline std::string NameOf(const Json& object) { return Text(At(object, "metadata"), "name"); }

}  // namespace weir::kube
