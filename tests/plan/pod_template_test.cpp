#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "crds/api/protocol/attempt.h"
#include "operator/plan/pod/pod_template.h"
#include "operator/plan/pod/runner.h"
#include "operator/plan/run/task.h"
#include "tests/folders.h"
#include "tests/plan/all_settings.h"

namespace weir::plan {
namespace {

Bundle ABundle() {
  Bundle bundle{.pipeline = "delays"};
  bundle.stages = {{.name = "aggregate",
                    .work = api::TransformStage{.sql = "SELECT a FROM flights", .into = "daily"},
                    .attemptTimeout = Duration::Minutes(5),
                    .resources = {.memory = "2Gi"}}};
  bundle.stores = {{.name = "lake", .place = api::VolumeStore{.claim = "weirkeeper-lake"}},
                   {.name = "warehouse", .place = api::S3Store{.endpoint = "https://s3.example.com", .bucket = "warehouse", .secretRef = {"warehouse-writer"}}},
                   {.name = "unused", .place = api::VolumeStore{.claim = "unused"}}};
  bundle.tables = {{.name = "daily", .table = "daily", .zone = api::Zone::Curated, .store = "warehouse", .path = "curated/default/default/daily"},
                   {.name = "flights", .table = "flights", .store = "lake", .path = "processed/default/default/flights"},
                   {.name = "other", .table = "other", .store = "unused", .path = "processed/default/default/other"}};
  bundle.outcomeStore = "lake";
  bundle.outcomePath = "default/_weirkeeper";
  return bundle;
}

Json ThePod(const api::RunnerSettings& runner = {.nodeSelector = api::TextMap{{"pool", "etl"}},
                                                 .imagePullSecrets = std::vector<api::SecretRef>{{"registry"}}}) {
  const Bundle bundle = ABundle();
  const TaskOwner owner{.ns = "default",
                        .run = "delays-1",
                        .runUid = "uid-1",
                        .revision = "delays-abc",
                        .image = "runner:1",
                        .created = Time::FromSeconds(1'767'323'045),
                        .epoch = 1'767'323'045};
  PodRequest request{
      .name = api::PodName("delays-1", "aggregate", 2), .ownerKind = api::kPipelineRuns, .owner = {.name = "delays-1", .ns = "default", .uid = "uid-1"}};
  request.task = TaskFor(bundle, owner, bundle.stages[0], 2);
  request.image = "runner:1";
  request.runner = runner;
  request.resources = StageResources(bundle.stages[0].resources, runner);
  request.timeout = *bundle.stages[0].attemptTimeout;
  return PodFor(request, bundle);
}

std::string Golden(const std::string& name) {
  std::ifstream file(test::SourceFolder() + "/tests/plan/golden/" + name);
  std::stringstream golden;
  golden << file.rdbuf();
  return golden.str();
}

// To renew it after a change that is meant: copy what the test prints.
TEST(PodTemplate, IsAsTheGoldenFileHasIt) { EXPECT_EQ(DumpPretty(ThePod()) + "\n", Golden("pod.json")); }

TEST(PodTemplate, WithAllSettingsIsAsTheGoldenFileHasIt) { EXPECT_EQ(DumpPretty(ThePod(test::AllSettings())) + "\n", Golden("pod-with-all-settings.json")); }

TEST(PodTemplate, TellsTheRunnerTheLimitOfItsScratchInBytes) {
  const std::vector<std::pair<std::string, std::string>> sizes{{"1000", "1000"},
                                                               {"20Gi", "21474836480"},
                                                               {"500M", "500000000"},
                                                               {"3k", "3000"},
                                                               {"3Ki", "3072"},
                                                               {"2T", "2000000000000"},
                                                               {"99999999Ti", "9223372036854775807"}};
  for (const auto& [size, bytes] : sizes) {
    const Json pod = ThePod({.scratchSize = size});
    EXPECT_EQ(Text(At(At(pod, "spec"), "containers")[0]["env"].back(), "value"), bytes) << size;
    EXPECT_EQ(Text(At(At(At(pod, "spec"), "volumes")[1], "emptyDir"), "sizeLimit"), size);
  }
}

TEST(TaskFor, ALandingKnowsThePolicyOfTheHistoryThatAcceptsItAndNotItsStore) {
  Bundle bundle{.pipeline = "orders"};
  bundle.stages = {{.name = "land", .work = api::LandStage{.from = api::FilesSource{"", "in/*.csv"}, .into = "orders-landing"}},
                   {.name = "accept", .work = api::AcceptStage{"orders-landing", "orders-history"}}};
  bundle.stores = {{.name = "lake", .place = api::VolumeStore{.claim = "lake"}}, {.name = "vault", .place = api::VolumeStore{.claim = "vault"}}};
  bundle.tables = {{.name = "orders-landing", .table = "orders_landing", .zone = api::Zone::Landing, .store = "lake"},
                   {.name = "orders-history", .table = "orders_history", .zone = api::Zone::RawHistory, .store = "vault"}};
  bundle.tables[1].redelivery = api::Redelivery::Refuse;
  bundle.outcomeStore = "lake";
  const auto land = TaskFor(bundle, {}, bundle.stages[0], 1);
  ASSERT_EQ(land.tables.size(), 2U);
  EXPECT_EQ(land.tables[1].redelivery, api::Redelivery::Refuse);
  ASSERT_EQ(land.stores.size(), 1U) << "a pod gets the keys of what it opens";
  EXPECT_EQ(land.stores[0].name, "lake");
  EXPECT_EQ(TaskFor(bundle, {}, bundle.stages[1], 1).stores.size(), 2U);
}

// The profile Restricted of the Pod Security Standards.
TEST(PodTemplate, KeepsRestrictedPodSecurityWhateverTheSettings) {
  for (const api::RunnerSettings& runner : {api::RunnerSettings{}, test::AllSettings(), api::RunnerSettings{.userIds = api::UserIds::FromCluster}}) {
    const Json spec = At(ThePod(runner), "spec");
    const Json security = At(spec, "securityContext"), own = At(At(spec, "containers")[0], "securityContext");
    EXPECT_EQ(At(security, "runAsNonRoot"), true);
    EXPECT_NE(At(security, "runAsUser"), 0);
    EXPECT_EQ(Text(At(security, "seccompProfile"), "type"), "RuntimeDefault");
    EXPECT_EQ(own, (Json{{"allowPrivilegeEscalation", false}, {"readOnlyRootFilesystem", true}, {"capabilities", {{"drop", {"ALL"}}}}}));
    EXPECT_EQ(At(spec, "automountServiceAccountToken"), false);
    for (const Json& volume : At(spec, "volumes")) EXPECT_FALSE(volume.contains("hostPath"));
  }
}

// As the golden file of a Lake that sets nothing, but for the fields that have no empty value.
TEST(PodTemplate, OfALakeThatEmptiesTheDefaultsIsAsWithoutThem) {
  api::RunnerSettings defaults = test::AllSettings();
  defaults.scratchSize.clear(), defaults.priorityClassName.clear(), defaults.caBundle.reset();
  defaults.userIds = {}, defaults.runAsUser = {}, defaults.runAsGroup = {}, defaults.fsGroup = {};
  const auto lake = ParseRunnerSettings(
      "{labels: {}, annotations: {}, tolerations: [], env: [], affinity: {}, proxy: {}, resources: {}, imagePullSecrets: [], nodeSelector: {}}");
  ASSERT_TRUE(lake.ok()) << lake.error().message;
  EXPECT_EQ(DumpPretty(ThePod(Merge(defaults, *lake))), DumpPretty(ThePod(api::RunnerSettings{})));
}

TEST(PodTemplate, NamesNoIdsWhereTheClusterChoosesThem) {
  const Json security = At(At(ThePod({.userIds = api::UserIds::FromCluster}), "spec"), "securityContext");
  for (const char* id : {"runAsUser", "runAsGroup", "fsGroup"}) EXPECT_FALSE(security.contains(id)) << id;
}

TEST(PodTemplate, AVariableOfTheLakeWinsOverTheProxys) {
  api::RunnerSettings runner{.env = std::vector<api::EnvVar>{{"no_proxy", "own"}}};
  runner.proxy = api::Proxy{.noProxy = "of-the-proxy"};
  int found = 0;
  const Json pod = ThePod(runner);
  for (const Json& variable : At(At(At(pod, "spec"), "containers")[0], "env")) {
    if (Text(variable, "name") != "no_proxy") continue;
    ++found;
    EXPECT_EQ(Text(variable, "value"), "own");
  }
  EXPECT_EQ(found, 1);
}

TEST(PodTemplate, GivesATaskOnlyTheTablesAndStoresThatItNeeds) {
  const Json pod = ThePod();
  const Json task = ParseJson(Text(At(At(pod, "metadata"), "annotations"), "weirkeeper.io/task")).value();
  ASSERT_EQ(At(task, "tables").size(), 2U);
  ASSERT_EQ(At(task, "stores").size(), 2U);
  for (const Json& volume : At(At(pod, "spec"), "volumes")) EXPECT_EQ(Text(volume, "name").find("unused"), std::string::npos);
}

TEST(PodTemplate, NamesThatAreTooLongKeepWhatTellsThemApart) {
  const std::string run(60, 'r');
  EXPECT_LE(api::PodName(run, "aggregate", 1).size(), 63U);
  EXPECT_NE(api::PodName(run, "aggregate", 1), api::PodName(run, "aggregate", 2));
}

}  // namespace
}  // namespace weir::plan
