#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "operator/plan/pod_template.h"
#include "operator/plan/task.h"
#include "tests/folders.h"

namespace weir::plan {
namespace {

Bundle ABundle() {
  Bundle bundle{.pipeline = "delays"};
  bundle.stages = {{.name = "aggregate",
                    .transform = api::TransformStage{.sql = "SELECT a FROM flights", .into = "daily"},
                    .attemptTimeout = Duration::Minutes(5),
                    .resources = {.memory = "2Gi"}}};
  bundle.stores = {{.name = "lake", .volume = api::VolumeStore{.claim = "weirkeeper-lake"}},
                   {.name = "warehouse", .s3 = api::S3Store{.endpoint = "https://s3.example.com", .bucket = "warehouse", .secretRef = {"warehouse-writer"}}},
                   {.name = "unused", .volume = api::VolumeStore{.claim = "unused"}}};
  bundle.tables = {{.name = "daily", .table = "daily", .zone = api::Zone::Curated, .store = "warehouse", .path = "curated/default/default/daily"},
                   {.name = "flights", .table = "flights", .store = "lake", .path = "processed/default/default/flights"},
                   {.name = "other", .table = "other", .store = "unused", .path = "processed/default/default/other"}};
  bundle.runner.nodeSelector = {{"pool", "etl"}};
  bundle.runner.imagePullSecrets = {{"registry"}};
  bundle.outcomeStore = "lake";
  bundle.outcomePath = "default/_weirkeeper";
  return bundle;
}

Json ThePod() {
  const Bundle bundle = ABundle();
  const TaskOwner owner{.ns = "default",
                        .run = "delays-1",
                        .runUid = "uid-1",
                        .revision = "delays-abc",
                        .image = "runner:1",
                        .created = Time::FromSeconds(1'767'323'045),
                        .epoch = 1'767'323'045};
  PodRequest request{
      .name = AttemptName("delays-1", "aggregate", 2), .ownerKind = api::kPipelineRuns, .owner = {.name = "delays-1", .ns = "default", .uid = "uid-1"}};
  request.task = TaskFor(bundle, owner, bundle.stages[0], 2);
  request.image = "runner:1";
  request.resources = bundle.stages[0].resources;
  request.timeout = *bundle.stages[0].attemptTimeout;
  return PodFor(request, bundle);
}

// To renew it after a change that is meant: copy what the test prints.
TEST(PodTemplate, IsAsTheGoldenFileHasIt) {
  std::ifstream file(test::SourceFolder() + "/tests/plan/golden/pod.json");
  std::stringstream golden;
  golden << file.rdbuf();
  const Json pod = ThePod();
  EXPECT_EQ(DumpPretty(pod) + "\n", golden.str());
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
  EXPECT_LE(AttemptName(run, "aggregate", 1).size(), 63U);
  EXPECT_NE(AttemptName(run, "aggregate", 1), AttemptName(run, "aggregate", 2));
}

}  // namespace
}  // namespace weir::plan
