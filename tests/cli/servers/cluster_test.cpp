// `weir --kubeconfig` against a real API server (KUBECONFIG; tests/cluster/up --control-plane-only starts one): what runs on
// this machine left is put there, and must be told in the same words.
#include <gmock/gmock.h>

#include <regex>

#include "crds/base/json.h"
#include "tests/cli/servers/on_server.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string NewestRun(const std::string& json) {
  const auto list = ParseJson(json);
  return list && !At(*list, "items").empty() ? Text(At(At(*list, "items").back(), "metadata"), "name") : "";
}

TEST_F(OnServer, TellsOfARunWhatTheLaptopTold) {
  ASSERT_EQ(WithKeys("run .").code, 0);
  PutIntoCluster();
  const std::string run = NewestRun(Weir("get pipelineruns -o json").out);
  for (const std::string& call :
       {"explain run/" + run, "explain run/" + run + " -o json", std::string("explain run"), std::string("explain pipeline/collect-readings -o json"),
        std::string("query 'SELECT * FROM weather_readings_v1 ORDER BY ALL' -o csv")}) {
    const Ended local = WithKeys(call), cluster = OnCluster(call);
    EXPECT_EQ(cluster.code, 0) << call << cluster.err;
    EXPECT_EQ(cluster.out, local.out) << call;
  }
  EXPECT_THAT(OnCluster("get").out, AllOf(HasSubstr("view.weirkeeper.io/weather-readings-v1"), HasSubstr("lake.weirkeeper.io/default")));
  EXPECT_THAT(OnCluster("get wkv -o yaml").out, HasSubstr("dataAsOf: \"2020-03-01T02:00:00Z\""));
}

TEST_F(OnServer, SaysWhyAViewIsLateAndWhatItIsMadeOf) {
  ASSERT_EQ(WithKeys("run .").code, 0);
  PutIntoCluster();
  const Ended late = OnCluster("explain view/weather-readings-v1");
  EXPECT_EQ(late.code, 0) << late.err;
  for (const char* part : {"SLAMet=False LimitExceeded", "Newest data: 2020-03-01T02:00:00Z", "limit 1d, late from 2020-03-02T02:00:00Z", "Dataset/readings",
                           "Dataset/readings-history", "files readings.csv"})
    EXPECT_THAT(late.out, HasSubstr(part));
}

// As `kubectl apply` takes them: manifests without a namespace are of the context's.
TEST_F(OnServer, ChecksManifestsAgainstTheNamespaceOfTheContext) {
  ASSERT_EQ(WithKeys("run .").code, 0);
  PutIntoCluster();
  const std::string there = Kubeconfig("there", [this](Json& config) { config["contexts"][0]["context"]["namespace"] = ns_; });
  const std::string elsewhere = Kubeconfig("elsewhere", [](Json& config) { config["contexts"][0]["context"]["namespace"] = "default"; });
  const auto check = [this](const std::string& kubeconfig) { return Shell(Environment() + " weir check . --kubeconfig " + kubeconfig); };
  EXPECT_THAT(check(there).out, Not(HasSubstr("[NullabilityLoosen]")));
  Shell("sed -i '/^kind: View/,$s/celsius, type: DOUBLE, nullable: false/celsius, type: DOUBLE/' *.yaml");
  const Ended broken = check(there);
  EXPECT_EQ(broken.code, 1) << broken.out << broken.err;
  EXPECT_THAT(broken.out, HasSubstr("[NullabilityLoosen]"));
  EXPECT_THAT(broken.err, Not(HasSubstr("no published contract was compared")));
  EXPECT_THAT(check(elsewhere).err, HasSubstr("no published contract was compared, for none of these Views is in the cluster, namespace default"));
}

TEST_F(OnServer, SaysWhyARunFailed) {
  Shell("sed -i 's/path: readings.csv/path: absent.csv/' readings.yaml");
  ASSERT_EQ(WithKeys("run .").code, 1);
  PutIntoCluster();
  const Ended failed = OnCluster("explain pipeline/collect-readings");
  EXPECT_EQ(failed.code, 0) << failed.err;
  for (const char* part : {"LastRunSucceeded=False RunFailed", "land      Failed", "NoFiles", "absent.csv", "accept    Skipped"})
    EXPECT_THAT(failed.out, HasSubstr(part));
  EXPECT_EQ(OnCluster("explain view/weather-readings-v1").code, 0) << "a view without a version has something to say as well";
}

TEST_F(OnServer, FindsVolumesOfPodsInFoldersOfThisMachine) {
  Shell("rm lake.yaml");
  ASSERT_EQ(Weir("run .").code, 0);
  const std::string lake = folder_ + "/.weir/lake";
  PutIntoCluster([&](std::string& text) {
    text = std::regex_replace(text, std::regex("\"path\":\"" + lake + "\""), "\"claim\":\"weirkeeper-lake\"");
    text = std::regex_replace(text, std::regex("file://" + lake), "file:///lake/lake");
  });
  EXPECT_THAT(OnCluster("query 'SELECT * FROM readings' --lake volumes").err, HasSubstr("mount or copy the volume there"));
  Shell("mkdir volumes; ln -s ../.weir/lake volumes/lake");
  EXPECT_EQ(OnCluster("query 'SELECT count(*) AS n FROM readings' --lake volumes -o csv").out, "n\n6\n");
  const auto report = ParseJson(OnCluster("explain run --lake volumes -o json").out);
  ASSERT_TRUE(report);
  EXPECT_EQ(At(*report, "quarantined").size(), 4U);
}

TEST_F(OnServer, SaysWhatIsNotThere) {
  EXPECT_THAT(OnCluster("get").err, HasSubstr("No objects found in namespace " + ns_));
  const Ended view = OnCluster("explain view/nothing-v1");
  EXPECT_EQ(view.code, 1);
  EXPECT_THAT(view.err, HasSubstr("there is no view \"nothing-v1\" in namespace " + ns_));
  EXPECT_THAT(OnCluster("explain run").err, HasSubstr("there is no PipelineRun in namespace " + ns_));
  EXPECT_THAT(OnCluster("query 'SELECT * FROM nothing'").err, HasSubstr("table nothing is not declared"));
}

TEST_F(OnServer, SaysWhichRightIsMissing) {
  const std::string nobody = Kubeconfig("nobody", [](Json& config) { config["users"][0]["user"] = Json::object(); });
  for (const char* call : {"get", "explain run", "explain view/x-v1", "query 'SELECT 1 AS a'"}) {
    const Ended ended = On(nobody, call);
    EXPECT_EQ(ended.code, 1) << call;
    EXPECT_THAT(ended.err, AllOf(HasSubstr("system:anonymous"), HasSubstr("cannot"), HasSubstr("in the namespace \"" + ns_ + "\""), HasSubstr("HTTP 403")))
        << call;
    EXPECT_EQ(ended.out, "") << call;
  }
  const std::string stranger = Kubeconfig("stranger", [](Json& config) { config["users"][0]["user"] = {{"token", "not-a-token"}}; });
  EXPECT_THAT(On(stranger, "get").err, HasSubstr("HTTP 401"));
}

TEST_F(OnServer, SaysThatTheServerIsNotThereOrNotTheRightOne) {
  const auto with_server = [this](const std::string& name, const std::string& server) {
    return Kubeconfig(name, [&](Json& config) { config["clusters"][0]["cluster"]["server"] = server; });
  };
  const Ended down = On(with_server("down", "https://127.0.0.1:1"), "get");
  EXPECT_EQ(down.code, 1);
  EXPECT_THAT(down.err, AllOf(HasSubstr("https://127.0.0.1:1"), HasSubstr("is the API server up?")));
  EXPECT_THAT(On(with_server("lost", "https://no-such-host.invalid:6443"), "explain run").err, AllOf(HasSubstr("no-such-host.invalid"), HasSubstr("DNS")));
  std::string real;
  Kubeconfig("same", [&](Json& config) { real = Text(At(At(config, "clusters")[0], "cluster"), "server"); });
  const Ended bare = On(with_server("bare", real + "/elsewhere"), "get");
  EXPECT_EQ(bare.code, 1);
  EXPECT_THAT(bare.err, AllOf(HasSubstr("does not know the kind"), HasSubstr("kubectl apply --server-side --force-conflicts -f crds/")));
}

TEST_F(OnServer, SaysWhatIsWrongWithAKubeconfig) {
  Write("empty", "");
  Write("broken", "clusters: [\n");
  Write("bare", "apiVersion: v1\n");
  const std::pair<std::string, const char*> files[] = {{"absent", "kubeconfig absent cannot be read"},
                                                       {"empty", "kubeconfig empty is empty"},
                                                       {"broken", "kubeconfig broken: line"},
                                                       {"bare", "current-context is not set"},
                                                       {Kubeconfig("plugin",
                                                                   [](Json& c) {
                                                                     c["users"][0]["user"] = {{"exec", {{"command", "login"}}}};
                                                                   }),
                                                        "exec"}};
  for (const auto& [file, message] : files) {
    const Ended ended = On(file, "get");
    EXPECT_EQ(ended.code, 2) << file;
    EXPECT_THAT(ended.err, HasSubstr(message)) << file;
    EXPECT_THAT(ended.err, Not(HasSubstr("No objects"))) << file;
  }
  const Ended context = OnCluster("get --context elsewhere");
  EXPECT_EQ(context.code, 2);
  EXPECT_THAT(context.err, HasSubstr("contexts has no entry named \"elsewhere\""));
}

}  // namespace
}  // namespace weir::test
