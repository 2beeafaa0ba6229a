#include <gmock/gmock.h>

#include <thread>

#include "operator/kube/http/request_path.h"
#include "tests/kube/cluster/server.h"
#include "tests/temporary_folder.h"

namespace weir::kube {
namespace {

using testing::HasSubstr;

class Crud : public ServerTest {};

TEST_F(Crud, WhatWasCreatedIsReadBackTrimmed) {
  const Json made = Make("a", "hello");
  const auto read = cluster_->Get(ConfigMap("a"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, made);
  EXPECT_EQ((*read)["data"]["text"], "hello");
  EXPECT_FALSE((*read)["metadata"].contains("managedFields"));
  EXPECT_EQ(Text(*read, "kind"), "ConfigMap");
}

TEST_F(Crud, ACreateOfWhatExistsSaysSo) {
  Make("a");
  const auto again = cluster_->Create(ConfigMap("a"), {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "a"}}}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::Conflict);
  EXPECT_EQ(again.error().reason, "AlreadyExists");
  EXPECT_THAT(again.error().message, HasSubstr("configmaps \"a\" already exists"));
}

TEST_F(Crud, WhatIsNotThereIsMissing) {
  EXPECT_EQ(cluster_->Get(ConfigMap("a")).error().fault, Fault::Missing);
  EXPECT_EQ(cluster_->Delete(ConfigMap("a"), "").error().fault, Fault::Missing);
  EXPECT_EQ(cluster_->Patch(ConfigMap("a"), PatchType::Merge, Subresource::None, Json::object()).error().fault, Fault::Missing);
}

TEST_F(Crud, AMergePatchWithAStaleVersionIsAConflict) {
  const std::string stale = VersionOf(Make("a"));
  const Json patch{{"metadata", {{"resourceVersion", stale}}}, {"data", {{"text", "new"}}}};
  const auto first = cluster_->Patch(ConfigMap("a"), PatchType::Merge, Subresource::None, patch);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ((*first)["data"]["text"], "new");
  Json second = patch;
  second["data"]["text"] = "newer";
  const auto refused = cluster_->Patch(ConfigMap("a"), PatchType::Merge, Subresource::None, second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::Conflict);
  EXPECT_EQ(refused.error().reason, "Conflict");
}

TEST_F(Crud, AJsonPatchAppliesOnlyWhenItsTestHolds) {
  const std::string uid = UidOf(Make("a"));
  const auto patch = [&](const std::string& expected) {
    return cluster_->Patch(
        ConfigMap("a"), PatchType::JsonPatch, Subresource::None,
        Json::array({{{"op", "test"}, {"path", "/metadata/uid"}, {"value", expected}}, {{"op", "add"}, {"path", "/data/text"}, {"value", "patched"}}}));
  };
  const auto refused = patch("another");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::Conflict) << refused.error().message;
  const auto applied = patch(uid);
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ((*applied)["data"]["text"], "patched");
}

TEST_F(Crud, AJsonPatchThatDoesNotApplyIsInvalid) {
  Make("a");
  const auto patched = cluster_->Patch(ConfigMap("a"), PatchType::JsonPatch, Subresource::None, Json::array({{{"op", "remove"}, {"path", "/data/none"}}}));
  ASSERT_FALSE(patched);
  EXPECT_EQ(patched.error().fault, Fault::Invalid) << patched.error().message;
}

TEST_F(Crud, ApplyMakesAndThenChangesTheObject) {
  Json object{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "a"}}}, {"data", {{"x", "1"}, {"y", "1"}}}};
  ASSERT_TRUE(cluster_->Patch(ConfigMap("a"), PatchType::Apply, Subresource::None, object));
  object["data"] = {{"x", "2"}};
  const auto applied = cluster_->Patch(ConfigMap("a"), PatchType::Apply, Subresource::None, object);
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ((*applied)["data"], Json({{"x", "2"}}));
}

TEST_F(Crud, AStatusIsPatchedBesideItsSpec) {
  const auto patched =
      cluster_->Patch({kNamespaces, "", ns_}, PatchType::Merge, Subresource::Status,
                      {{"metadata", {{"labels", {{"ignored", "x"}}}}}, {"status", {{"conditions", {{{"type", "Tested"}, {"status", "True"}}}}}}});
  ASSERT_TRUE(patched) << patched.error().message;
  EXPECT_EQ((*patched)["status"]["conditions"][0]["type"], "Tested");
}

TEST_F(Crud, OnlyTheObjectWithTheUidIsDeleted) {
  const std::string uid = UidOf(Make("a"));
  const Status refused = cluster_->Delete(ConfigMap("a"), "00000000-0000-0000-0000-000000000000");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::Conflict);
  EXPECT_TRUE(cluster_->Get(ConfigMap("a")));
  EXPECT_TRUE(cluster_->Delete(ConfigMap("a"), uid));
  EXPECT_EQ(cluster_->Get(ConfigMap("a")).error().fault, Fault::Missing);
}

TEST_F(Crud, AFieldThatDoesNotExistIsRefusedAndNamed) {
  const auto made = cluster_->Create(ConfigMap("a"), {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "a"}}}, {"dato", Json::object()}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::Invalid);
  EXPECT_THAT(made.error().message, HasSubstr("dato"));
}

TEST_F(Crud, AnInvalidNameIsExplainedByTheServer) {
  const auto made = cluster_->Create(ConfigMap("Bad_Name"), {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "Bad_Name"}}}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::Invalid);
  EXPECT_THAT(made.error().message, HasSubstr("RFC 1123"));
}

TEST_F(Crud, AListInPagesHasEveryItemOnce) {
  for (int i = 0; i < 8; ++i) Make("item-" + std::to_string(i));
  std::vector<std::string> calls;
  const auto paging = Connect({.pageSize = 3, .stop = {}, .onCall = [&](const ApiCall& call) { calls.emplace_back(call.verb); }, .onWarning = {}});
  const auto listing = paging->List(ConfigMaps());
  ASSERT_TRUE(listing) << listing.error().message;
  ASSERT_EQ(listing->items.size(), 8u);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(NameOf(listing->items[i]), "item-" + std::to_string(i));
  EXPECT_EQ(Text(listing->items[0], "kind"), "ConfigMap");
  EXPECT_FALSE(listing->resourceVersion.empty());
  EXPECT_EQ(calls.size(), 3u);
}

TEST_F(Crud, AnAccountWithoutRightsIsDenied) {
  auto access = FindAccess({}, ProcessEnvironment);
  ASSERT_TRUE(access);
  access->certificate = access->key = {};
  const auto anonymous = ConnectCluster(*access);
  ASSERT_TRUE(anonymous) << anonymous.error().message;
  const auto read = (*anonymous)->Get(ConfigMap("a"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fault, Fault::Denied);
  EXPECT_THAT(read.error().message, HasSubstr("system:anonymous"));
  access->token.text = "not-a-token";
  EXPECT_EQ((*ConnectCluster(*access))->Get(ConfigMap("a")).error().reason, "Unauthorized");
}

TEST_F(Crud, APodsServiceAccountIsWhoItSays) {
  const auto admin = FindAccess({}, ProcessEnvironment);
  ASSERT_TRUE(admin);
  ASSERT_TRUE(cluster_->Create({api::kServiceAccounts, ns_, "reader"}, {{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", {{"name", "reader"}}}}));
  const auto issued = ConnectHttp(*admin, Deadlines::OfCalls())
                          .value()
                          ->Call({Method::Post, ObjectPath(api::kServiceAccounts, ns_, "reader", "token"), "application/json",
                                  R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}})"},
                                 {});
  ASSERT_TRUE(issued) << issued.error().message;
  const test::TemporaryFolder mount;
  mount.Write("ca.crt", *admin->authority.Read());
  mount.Write("namespace", ns_);
  mount.Write("token", Text(At(*ParseJson(issued->body), "status"), "token") + "\n");
  const std::string address = admin->server.substr(std::string("https://").size());
  const auto access =
      InCluster([&](const std::string& name) { return name.ends_with("HOST") ? address.substr(0, address.find(':')) : address.substr(address.find(':') + 1); },
                mount.path());
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->ns, ns_);
  const auto pod = ConnectCluster(*access).value();
  EXPECT_THAT(pod->Get(ConfigMap("a")).error().message, HasSubstr("system:serviceaccount:" + ns_ + ":reader"));
  mount.Write("token", "revoked");
  EXPECT_EQ(pod->Get(ConfigMap("a")).error().reason, "Unauthorized");
}

TEST_F(Crud, AServerOfAnotherAuthorityIsNotTrusted) {
  auto access = FindAccess({}, ProcessEnvironment);
  ASSERT_TRUE(access);
  access->authority = access->certificate;  // a certificate, but not the one that signed the server's
  const auto stranger = ConnectCluster(*access);
  ASSERT_TRUE(stranger) << stranger.error().message;
  const auto read = (*stranger)->Get(ConfigMap("a"));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("certificate authority"));
}

TEST_F(Crud, ManyThreadsMayCallAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> made{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const std::string name = "t" + std::to_string(t) + "-" + std::to_string(i);
        made +=
            cluster_->Create(ConfigMap(name), {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", name}, {"labels", {{"test", "yes"}}}}}}).ok()
                ? 1
                : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, 200);
  EXPECT_EQ(cluster_->List(ConfigMaps())->items.size(), 200u);
}

}  // namespace
}  // namespace weir::kube
