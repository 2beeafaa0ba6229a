#include "operator/plan/pod/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crds/api/describe/write.h"
#include "operator/plan/validate/validate.h"
#include "tests/plan/all_settings.h"

namespace weir::plan {
namespace {

using api::RunnerSettings;
using testing::ElementsAre;
using testing::HasSubstr;

struct FieldNames {
  std::vector<std::string> names;
  void operator()(std::string_view name, const auto&, const api::Rules&) { names.emplace_back(name); }
  void Rule(const api::CelRule&) {}
};

// So that a field that is added is not forgotten in the tests below, and by them not in the code.
TEST(RunnerSettings, TheTestsSetEachField) {
  const RunnerSettings settings = test::AllSettings();
  FieldNames fields;
  Describe(fields, settings);
  const Json written = api::Write(settings);
  for (const std::string& name : fields.names) EXPECT_TRUE(written.contains(name)) << name;
}

TEST(RunnerSettings, MergingWithNothingLosesNothing) {
  const RunnerSettings settings = test::AllSettings();
  EXPECT_EQ(Merge(settings, {}), settings);
  EXPECT_EQ(Merge({}, settings), settings);
  EXPECT_EQ(Merge(settings, settings), settings);
}

TEST(RunnerSettings, WhatTheLakeSetsWinsFieldByField) {
  RunnerSettings lake;
  lake.resources = {.memory = "8Gi"};
  lake.validator = api::ValidatorSettings{api::Resources{.cpu = "2"}};
  lake.labels = api::TextMap{{"team", "own"}, {"added", "yes"}};
  lake.env = std::vector<api::EnvVar>{{"TZ", "UTC"}, {"ADDED", "1"}};
  lake.proxy = api::Proxy{.noProxy = "own.example.com"};
  lake.tolerations = std::vector<api::Toleration>{{.op = api::TolerationOperator::Exists}};
  const RunnerSettings merged = Merge(test::AllSettings(), lake);
  EXPECT_EQ(merged.resources, (api::Resources{"2", "8Gi"}));
  EXPECT_EQ(merged.validator->resources, (api::Resources{"2", "512Mi"}));
  EXPECT_THAT(*merged.labels, ElementsAre(std::pair("added", "yes"), std::pair("mesh", "off"), std::pair("team", "own")));
  EXPECT_THAT(*merged.env, ElementsAre(api::EnvVar{"TZ", "UTC"}, api::EnvVar{"ADDED", "1"}));
  EXPECT_EQ(merged.proxy, (api::Proxy{"http://proxy.example.com:3128", "http://proxy.example.com:3128", "own.example.com"}));
  EXPECT_EQ(merged.tolerations, lake.tolerations) << "they have no names to be merged by";
}

// Of each field: absent is the default, empty is none.
TEST(RunnerSettings, AnEmptyListOrMappingOfTheLakeTakesTheDefaultAway) {
  for (const char* field : {"nodeSelector", "labels", "annotations", "serviceAccountAnnotations", "tolerations", "imagePullSecrets", "env", "affinity", "proxy",
                            "resources", "validator"}) {
    const Json whole = api::Write(test::AllSettings());
    ASSERT_TRUE(whole.contains(field)) << field;
    const Json lake{{field, whole[field].is_array() ? Json::array() : Json::object()}};
    const auto read = api::ReadStrict<RunnerSettings>(lake);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(api::Write(*read), lake) << "a revision holds what the Lake says";
    Json merged = api::Write(Merge(test::AllSettings(), *read));
    EXPECT_TRUE(merged[field].empty()) << field << ": " << merged[field];
    merged.erase(field);
    Json others = whole;
    others.erase(field);
    EXPECT_EQ(merged, others) << field << " takes nothing else away";
    EXPECT_EQ(Merge(*read, {}), *read);
    EXPECT_EQ(Merge({}, *read), *read);
  }
}

// Every field but those that one value replaces: image, priorityClassName, scratchSize, caBundle and IDs.
TEST(RunnerSettings, ALakeThatEmptiesEachFieldHasPodsLikeThoseWithoutDefaults) {
  const auto lake = ParseRunnerSettings(
      "{nodeSelector: {}, labels: {}, annotations: {}, tolerations: [], imagePullSecrets: [], env: [], affinity: {}, proxy: {}, resources: {}, validator: {}}");
  ASSERT_TRUE(lake.ok()) << lake.error().message;
  const RunnerSettings merged = Merge(test::AllSettings(), *lake);
  EXPECT_EQ(StageResources({}, merged), StageResources({}, {}));
  EXPECT_EQ(ValidatorResources(merged), ValidatorResources({}));
}

TEST(RunnerSettings, OneSideChoosesTheIds) {
  const RunnerSettings fixed{.userIds = api::UserIds::Fixed, .runAsUser = 1000, .fsGroup = 2000}, from_cluster{.userIds = api::UserIds::FromCluster};
  EXPECT_EQ(Merge(fixed, from_cluster), from_cluster);
  const RunnerSettings own_id = Merge(from_cluster, {.runAsUser = 7});
  EXPECT_EQ(own_id.userIds, std::nullopt);
  EXPECT_EQ(own_id.runAsUser, 7);
}

TEST(RunnerSettings, AValidatorIsSmallUnlessToldOtherwise) {
  EXPECT_EQ(ValidatorResources({.resources = api::Resources{"4", "16Gi"}}), (api::Resources{"250m", "256Mi"}));
  EXPECT_EQ(StageResources({}, {}), (api::Resources{"1", "1Gi"}));
  EXPECT_EQ(StageResources({.memory = "2Gi"}, {.resources = api::Resources{"4", "16Gi"}}), (api::Resources{"4", "2Gi"}));
}

TEST(RunnerSettings, TheRunnersImageIsTheNearest) {
  const Environment environment{.runnerImage = "installed:1"};
  EXPECT_EQ(ImageOf(environment, {}), "installed:1");
  EXPECT_EQ(ImageOf(environment, {.image = "lake:1"}), "lake:1");
  EXPECT_EQ(ImageOf({.runnerImage = "installed:1", .runner = {.image = "everywhere:1"}}, {}), "everywhere:1");
}

TEST(RunnerSettings, WeirRunMountsNoConfigMap) { EXPECT_FALSE(RunnerFor({.localLake = "/lake"}, test::AllSettings()).caBundle); }

TEST(CheckRunner, AllSettingsAreFine) { EXPECT_EQ(api::Join(CheckRunner(test::AllSettings(), "spec.runner")), ""); }

TEST(CheckRunner, MemoryHasALeast) {
  const auto problems = [](const char* memory) {
    std::vector<api::Problem> found;
    CheckResources(api::Resources{"", memory}, "r", found);
    return api::Join(found);
  };
  for (const char* enough : {"", "64Mi", "67108864", "68M", "65536Ki", "67109k", "1G", "1Gi", "1T", "9Ti"}) EXPECT_EQ(problems(enough), "") << enough;
  for (const char* little : {"1", "1k", "1Ki", "63Mi", "67M", "67108863", "65535Ki"})
    EXPECT_THAT(problems(little), HasSubstr("r.memory must be at least 64Mi")) << little;
}

std::string ProblemsOf(const char* yaml) {
  const auto settings = ParseRunnerSettings(yaml);
  return settings.ok() ? "" : settings.error().message;
}

TEST(ParseRunnerSettings, ReadsWhatALakeHas) {
  const auto settings = ParseRunnerSettings("tolerations: [{key: dedicated, value: etl, effect: NoSchedule}]\nuserIds: FromCluster\n");
  ASSERT_TRUE(settings.ok()) << settings.error().message;
  EXPECT_EQ(settings->tolerations->at(0).key, "dedicated");
  EXPECT_TRUE(ParseRunnerSettings("").ok());
  EXPECT_TRUE(ParseRunnerSettings("{}").ok());
}

// Each would be refused by the API server when a pod is created, or ignored.
TEST(ParseRunnerSettings, NamesThePathOfWhatIsWrong) {
  for (const auto& [yaml, said] : std::initializer_list<std::pair<const char*, const char*>>{
           {"node: {a: b}", "node is unknown"},
           {"labels: {weirkeeper.io/run: x}", "labels labels of weirkeeper.io are set by the operator alone"},
           {"labels: {team: has space}", "labels.team \"has space\" is not a valid label value"},
           {"labels: {-team: a}", "labels \"-team\" is not a valid Kubernetes key"},
           {"annotations: {Example.com/a: b}", "annotations \"Example.com/a\" is not a valid Kubernetes key"},
           {"annotations: {container.apparmor.security.beta.kubernetes.io/runner: unconfined}", "chooses a security profile"},
           {"annotations: {seccomp.security.alpha.kubernetes.io/pod: unconfined}", "chooses a security profile"},
           {"serviceAccountAnnotations: {weirkeeper.io/a: b}", "serviceAccountAnnotations annotations of weirkeeper.io"},
           {"nodeSelector: {pool: 'a/b'}", "nodeSelector.pool \"a/b\" is not a valid label value"},
           {"tolerations: [{value: a}]", "tolerations[0].operator a toleration without key has the operator Exists"},
           {"tolerations: [{key: a, operator: Exists, value: b}]", "tolerations[0].value a toleration with the operator Exists has no value"},
           {"tolerations: [{key: a, tolerationSeconds: 5}]", "tolerations[0].tolerationSeconds belongs to the effect NoExecute"},
           {"userIds: FromCluster\nrunAsUser: 5", "userIds with userIds FromCluster"},
           {"env: [{name: WEIR_CPU_LIMIT, value: '1'}]", "env[0].name names that begin with WEIR_"},
           {"env: [{name: A}, {name: A}]", "env[1]"},
           {"resources: {memory: '0'}", "resources.memory must be a number of bytes above 0"},
           {"resources: {memory: 1Mi}", "resources.memory must be at least 64Mi"},
           {"validator: {resources: {cpu: 0m}}", "validator.resources.cpu must be a number of CPUs above 0"},
           {"proxy: {http: 'proxy:3128'}", "proxy.http"},
           {"caBundle: {key: a}", "caBundle.configMap is required"},
           {"affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: a, labelSelector: {matchExpressions: [{key: a, operator: "
            "Gt, values: ['1']}]}}]}}",
            "matchExpressions[0].operator Gt and Lt compare labels of nodes"},
           {"affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: spec.x, operator: In, values: "
            "[a]}]}]}}}",
            "matchFields[0] must be {key: metadata.name"},
           {"a: 1\n---\nb: 2", "holds 2 documents"}})
    EXPECT_THAT(ProblemsOf(yaml), HasSubstr(said)) << yaml;
}

TEST(RunnerSettings, OnlyOurDomainAndThoseBelowItAreOurs) {
  for (const char* ours : {"weirkeeper.io/x", "a.weirkeeper.io/x", "a.b.weirkeeper.io/x"})
    for (const char* map : {"labels", "annotations", "serviceAccountAnnotations"})
      EXPECT_THAT(ProblemsOf((std::string(map) + ": {" + ours + ": a}").c_str()), HasSubstr("of weirkeeper.io are set by the operator alone")) << ours;
  for (const char* others : {"notweirkeeper.io/x", "not-weirkeeper.io/x", "weirkeeper.io.example.com/x", "weirkeeper.io", "weirkeeper.iox/x"})
    for (const char* map : {"labels", "annotations", "serviceAccountAnnotations"})
      EXPECT_EQ(ProblemsOf((std::string(map) + ": {" + others + ": a}").c_str()), "") << others;
}

TEST(CheckLake, LooksAtTheSettingsOfRunners) {
  api::LakeSpec lake{.stores = {{.name = "lake", .place = api::VolumeStore{.claim = "c"}}}};
  lake.runner.labels = api::TextMap{{"weirkeeper.io/run", "x"}};
  const auto problems = CheckLake(lake, Where::Cluster);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].path, "spec.runner.labels");
}

}  // namespace
}  // namespace weir::plan
