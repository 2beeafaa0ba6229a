#include "operator/kube/auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/temporary_folder.h"

namespace weir::kube {
namespace {

using testing::HasSubstr;

// One cluster, one user and one context, each as a YAML flow mapping.
std::string Kubeconfig(const std::string& cluster, const std::string& user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
         "contexts:\n- {name: here, context: {cluster: c, user: u, namespace: data}}\n"
         "clusters:\n- {name: c, cluster: {" +
         cluster +
         "}}\n"
         "users:\n- {name: u, user: {" +
         user + "}}\n";
}

const std::string kGoodCluster = "server: \"https://10.0.0.1:6443\", certificate-authority-data: Q0E=";

Environment Variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) { return values.contains(name) ? values.at(name) : std::string(); };
}

std::string RefusalOf(const std::string& text) {
  const test::TemporaryFolder folder;
  const auto access = FromKubeconfig({folder.Write("config", text), ""});
  if (access) return "accepted";
  EXPECT_EQ(access.error().fault, Fault::Invalid);
  EXPECT_EQ(access.error().reason, "BadKubeconfig");
  return access.error().message;
}

TEST(Kubeconfig, InlineDataIsDecoded) {
  const test::TemporaryFolder folder;
  const auto access = FromKubeconfig({folder.Write("config", Kubeconfig(kGoodCluster, "client-certificate-data: Q0VSVA==, client-key-data: S0VZ")), ""});
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://10.0.0.1:6443");
  EXPECT_EQ(access->authority.text, "CA");
  EXPECT_EQ(access->certificate.text, "CERT");
  EXPECT_EQ(access->key.text, "KEY");
  EXPECT_EQ(access->ns, "data");
  EXPECT_FALSE(access->token.Given());
}

TEST(Kubeconfig, RelativeFilesStandBesideTheKubeconfig) {
  const test::TemporaryFolder folder;
  folder.Write("ca.crt", "CA\n");
  folder.Write("token", "abc\n");
  const auto access = FromKubeconfig({folder.Write("config", Kubeconfig("server: \"https://h/\", certificate-authority: ca.crt", "tokenFile: token")), ""});
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://h");
  EXPECT_EQ(*access->authority.Read(), "CA");
  EXPECT_EQ(*access->token.Read(), "abc");
}

TEST(Kubeconfig, ATokenFileIsReadAgainAfterItChanged) {
  const test::TemporaryFolder folder;
  folder.Write("token", "first");
  const auto access = FromKubeconfig({folder.Write("config", Kubeconfig(kGoodCluster, "tokenFile: token, token: stale")), ""});
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(*access->token.Read(), "first");
  folder.Write("token", "second");
  EXPECT_EQ(*access->token.Read(), "second");
}

TEST(Kubeconfig, ATokenInTheFileIsUsed) {
  const test::TemporaryFolder folder;
  const auto access = FromKubeconfig({folder.Write("config", Kubeconfig(kGoodCluster, "token: abc")), ""});
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(*access->token.Read(), "abc");
}

TEST(Kubeconfig, OfTwoFilesTheFirstEntryWithANameCounts) {
  const test::TemporaryFolder folder;
  const std::string first = folder.Write("first", Kubeconfig("server: \"https://first:1\", certificate-authority-data: Q0E=", "token: a"));
  const std::string second =
      folder.Write("second", Kubeconfig("server: \"https://second:1\", certificate-authority-data: Q0E=", "token: b") + "- {name: other, user: {token: c}}\n");
  const std::string contexts = folder.Write("third", "contexts: [{name: there, context: {cluster: c, user: other}}]\n");
  const std::string all = first + ":" + second + ":" + contexts;
  EXPECT_EQ(FromKubeconfig({all, ""})->server, "https://first:1");
  const auto there = FromKubeconfig({all, "there"});
  ASSERT_TRUE(there) << there.error().message;
  EXPECT_EQ(there->token.text, "c");
  EXPECT_EQ(there->ns, "default");
}

TEST(Kubeconfig, AMissingContextIsNamed) {
  const test::TemporaryFolder folder;
  const std::string path = folder.Write("config", Kubeconfig(kGoodCluster, "token: a"));
  const auto access = FromKubeconfig({path, "elsewhere"});
  ASSERT_FALSE(access);
  EXPECT_THAT(access.error().message, HasSubstr("contexts has no entry named \"elsewhere\""));
}

TEST(Kubeconfig, WhatIsNotSupportedIsRefusedByName) {
  EXPECT_THAT(RefusalOf(Kubeconfig(kGoodCluster, "exec: {command: aws}")), HasSubstr("user \"u\": exec is not supported: credential plugins are not run"));
  EXPECT_THAT(RefusalOf(Kubeconfig(kGoodCluster, "auth-provider: {name: gcp}")), HasSubstr("auth-provider is not supported"));
  EXPECT_THAT(RefusalOf(Kubeconfig(kGoodCluster, "username: a, password: b")), HasSubstr("passwords are not sent"));
  EXPECT_THAT(RefusalOf(Kubeconfig(kGoodCluster, "token: a, as: admin")), HasSubstr("impersonation"));
  EXPECT_THAT(RefusalOf(Kubeconfig(kGoodCluster + ", insecure-skip-tls-verify: true", "token: a")), HasSubstr("insecure-skip-tls-verify is not supported"));
  EXPECT_THAT(RefusalOf(Kubeconfig(kGoodCluster + ", proxy-url: \"http://p\"", "token: a")), HasSubstr("proxy-url is not supported"));
  EXPECT_THAT(RefusalOf(Kubeconfig("server: \"https://[fd00::1]:6443\", certificate-authority-data: Q0E=", "token: a")), HasSubstr("IPv6"));
}

TEST(Kubeconfig, WhatIsMissingIsRefusedByName) {
  EXPECT_THAT(RefusalOf(Kubeconfig("certificate-authority-data: Q0E=", "token: a")), HasSubstr("server is missing"));
  EXPECT_THAT(RefusalOf(Kubeconfig("server: \"https://h\"", "token: a")), HasSubstr("certificate-authority"));
  EXPECT_THAT(RefusalOf(Kubeconfig(kGoodCluster, "client-certificate-data: Q0VSVA==")), HasSubstr("given together"));
  EXPECT_THAT(RefusalOf(Kubeconfig("server: \"https://h\", certificate-authority-data: \"%%\"", "token: a")), HasSubstr("is not base64"));
  EXPECT_THAT(RefusalOf(Kubeconfig("server: \"http://h\"", "token: a")), HasSubstr("not sent over http"));
  EXPECT_THAT(RefusalOf(Kubeconfig("server: \"ftp://h\"", "token: a")), HasSubstr("must start with https://"));
  EXPECT_THAT(RefusalOf("a: [1"), HasSubstr("line "));
  EXPECT_THAT(RefusalOf("kind: Config\n"), HasSubstr("current-context is not set"));
}

TEST(Kubeconfig, AProxyOfKubectlNeedsNoCredentials) {
  const test::TemporaryFolder folder;
  const auto access = FromKubeconfig({folder.Write("config", Kubeconfig("server: \"http://127.0.0.1:8001\"", "")), ""});
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "http://127.0.0.1:8001");
}

TEST(Kubeconfig, AFileThatCannotBeReadIsNamed) {
  const auto access = FromKubeconfig({"/nonexistent/config", ""});
  ASSERT_FALSE(access);
  EXPECT_THAT(access.error().message, HasSubstr("/nonexistent/config cannot be read"));
}

TEST(InCluster, TheServiceAccountIsUsed) {
  const test::TemporaryFolder folder;
  folder.Write("ca.crt", "CA");
  folder.Write("token", "first\n");
  folder.Write("namespace", "weir-system");
  const auto access = InCluster(Variables({{"KUBERNETES_SERVICE_HOST", "10.96.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}}), folder.path());
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://10.96.0.1:443");
  EXPECT_EQ(access->ns, "weir-system");
  folder.Write("token", "second");
  EXPECT_EQ(*access->token.Read(), "second");
}

TEST(InCluster, WhatIsMissingIsNamed) {
  const test::TemporaryFolder folder;
  const Environment inside = Variables({{"KUBERNETES_SERVICE_HOST", "10.96.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}});
  EXPECT_EQ(InCluster(Variables({}), folder.path()).error().reason, "NotInCluster");
  folder.Write("ca.crt", "CA");
  const auto no_token = InCluster(inside, folder.path());
  ASSERT_FALSE(no_token);
  EXPECT_EQ(no_token.error().reason, "BadCredentials");
  EXPECT_THAT(no_token.error().message, HasSubstr("token cannot be read"));
}

// The HTTP client resolves names, and takes no IPv6 address as such.
TEST(InCluster, AnIPv6ClusterIsReachedByItsName) {
  const test::TemporaryFolder folder;
  folder.Write("ca.crt", "CA");
  folder.Write("token", "t");
  const auto access = InCluster(Variables({{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "6443"}}), folder.path());
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->server, "https://kubernetes.default.svc:6443");
}

TEST(FindAccess, TheFlagWinsOverTheEnvironment) {
  const test::TemporaryFolder folder;
  const std::string flag = folder.Write("flag", Kubeconfig("server: \"https://flag\", certificate-authority-data: Q0E=", "token: a"));
  const std::string variable = folder.Write("variable", Kubeconfig("server: \"https://variable\", certificate-authority-data: Q0E=", "token: a"));
  const Environment environment = Variables({{"KUBECONFIG", variable}, {"HOME", folder.path()}});
  EXPECT_EQ(FindAccess({flag, ""}, environment)->server, "https://flag");
  EXPECT_EQ(FindAccess({"", ""}, environment)->server, "https://variable");
  EXPECT_EQ(FindAccess({"", ""}, Variables({{"HOME", folder.path()}})).error().reason, "NotInCluster");
}

}  // namespace
}  // namespace weir::kube
