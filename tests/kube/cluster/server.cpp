#include "tests/kube/cluster/server.h"

#include <random>

// OpenSSL's state of the HTTP library's threads and the streams that they still hold live as long as the process. Our own
// use of OpenSSL is checked without this in tls_test.
extern "C" const char* __lsan_default_suppressions() { return "leak:CRYPTO_zalloc\nleak:libcpprest\nleak:pplx::"; }

namespace weir::kube {

void ServerTest::SetUp() {
  ASSERT_NE(ProcessEnvironment("KUBECONFIG"), "") << "these tests need a cluster: eval \"$(tests/cluster/up --control-plane-only)\"";
  cluster_ = Connect();
  ASSERT_NE(cluster_, nullptr);
  ns_ = "kube-test-" + std::to_string(std::random_device{}());
  const auto made = cluster_->Create({kNamespaces, "", ns_}, {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", ns_}}}});
  ASSERT_TRUE(made) << made.error().message;
}

void ServerTest::TearDown() {
  if (cluster_ && !ns_.empty()) {
    EXPECT_TRUE(cluster_->Delete({kNamespaces, "", ns_}, ""));
  }
}

std::unique_ptr<RestCluster> ServerTest::Connect(RestClusterSettings settings, const Deadlines& deadlines) const {
  const auto access = FindAccess({}, ProcessEnvironment);
  EXPECT_TRUE(access) << access.error().message;
  if (!access) return nullptr;
  auto cluster = ConnectCluster(*access, std::move(settings), deadlines);
  EXPECT_TRUE(cluster) << cluster.error().message;
  return cluster ? std::move(*cluster) : nullptr;
}

Json ServerTest::Make(const std::string& name, const std::string& text) const {
  const auto made = cluster_->Create(
      ConfigMap(name),
      {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", name}, {"labels", {{"test", "yes"}}}}}, {"data", {{"text", text}}}});
  EXPECT_TRUE(made) << made.error().message;
  return made ? *made : Json();
}

}  // namespace weir::kube
