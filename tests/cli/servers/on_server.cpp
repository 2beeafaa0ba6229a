#include "tests/cli/servers/on_server.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

#include "crds/base/yaml.h"
#include "operator/kube/auth.h"
#include "tests/folders.h"

// What the HTTP library's threads still hold lives as long as the process.
extern "C" const char* __lsan_default_suppressions() { return "leak:CRYPTO_zalloc\nleak:libcpprest\nleak:pplx::"; }

namespace weir::test {
namespace {

constexpr api::Resource kNamespaces{"", "v1", "namespaces", "Namespace"};
constexpr api::Resource kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition"};

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

void OnServer::SetUp() {
  const char* given = std::getenv("KUBECONFIG");
  ASSERT_NE(given, nullptr) << "these tests need a cluster: eval \"$(tests/cluster/up --control-plane-only)\"";
  kubeconfig_ = given;
  auto access = kube::FromKubeconfig({kubeconfig_, ""});
  ASSERT_TRUE(access) << access.error().message;
  auto cluster = kube::ConnectCluster(*access);
  ASSERT_TRUE(cluster) << cluster.error().message;
  cluster_ = std::move(*cluster);
  ns_ = "weir-test-" + std::to_string(std::random_device{}());
  ASSERT_TRUE(cluster_->Create({kNamespaces, "", ns_}, {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", ns_}}}}));
  Write("suppressions", __lsan_default_suppressions());
  InstallDefinitions();
}

void OnServer::TearDown() {
  if (cluster_ == nullptr) return;
  EXPECT_TRUE(cluster_->Delete({kNamespaces, "", ns_}, ""));
}

void OnServer::InstallDefinitions() {
  for (const auto& file : std::filesystem::directory_iterator(SourceFolder() + "/crds")) {
    if (file.path().extension() != ".yaml") continue;
    const auto documents = ParseYaml(ReadAll(file.path()));
    ASSERT_TRUE(documents) << documents.error().message;
    const Json& definition = (*documents)[0].value;
    ASSERT_TRUE(cluster_->Patch({kDefinitions, "", Text(At(definition, "metadata"), "name")}, kube::PatchType::Apply, kube::Subresource::None, definition));
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (const api::Resource& kind : api::kOurKinds)
    while (!cluster_->List({kind, ns_, ""})) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << kind.plural << " is not served";
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

void OnServer::PutIntoCluster(const std::function<void(std::string&)>& change) {
  const auto state = ParseJson(Read(".weir/lake/_weirkeeper/state.json"));
  ASSERT_TRUE(state) << state.error().message;
  for (const Json& entry : At(*state, "objects")) {
    const api::Resource* kind = nullptr;
    for (const api::Resource& known : api::kOurKinds)
      if (known.kind == Text(entry, "kind")) kind = &known;
    if (Text(entry, "kind") == api::kRevisions.kind) kind = &api::kRevisions;
    if (kind == nullptr) continue;
    std::string text = Dump(At(entry, "object"));
    change(text);
    Put(*kind, *ParseJson(text));
  }
}

void OnServer::Put(const api::Resource& kind, Json object) {
  const Json labels = At(At(object, "metadata"), "labels");
  const std::string name = Text(At(object, "metadata"), "name");
  object["metadata"] = {{"name", name}, {"namespace", ns_}};
  if (labels.is_object()) object["metadata"]["labels"] = labels;
  const Json status = At(object, "status");
  object.erase("status");
  const auto created = cluster_->Create({kind, ns_, name}, object);
  ASSERT_TRUE(created) << created.error().message;
  if (!status.is_object()) return;
  const auto told = cluster_->Patch({kind, ns_, name}, kube::PatchType::Merge, kube::Subresource::Status, {{"status", status}});
  ASSERT_TRUE(told) << told.error().message;
}

std::string OnServer::Kubeconfig(const std::string& name, const std::function<void(Json&)>& change) const {
  auto documents = ParseYaml(ReadAll(kubeconfig_));
  EXPECT_TRUE(documents);
  Json config = (*documents)[0].value;
  change(config);
  Write(name, Dump(config));
  return name;
}

std::string OnServer::Environment() const {
  return "LSAN_OPTIONS=suppressions='" + folder_ + "/suppressions' WEIR_S3_CREDENTIALS='" + bucket_.credentials + "'";
}

Ended OnServer::On(const std::string& kubeconfig, const std::string& arguments) const {
  return Shell(Environment() + " weir " + arguments + " --kubeconfig '" + kubeconfig + "' -n " + ns_);
}

}  // namespace weir::test
