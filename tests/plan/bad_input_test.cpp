#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plan/world.h"

// What one object cannot say about itself: each mistake is one condition whose message has the field and what to write.
// tests/schema/refused has those that the API server refuses, tests/cli those of weir check.
namespace weir::test {
namespace {

using testing::HasSubstr;

std::string Pipeline(const std::string& stages, const std::string& name = "second") {
  return "kind: Pipeline\nmetadata: {name: " + name + "}\nspec:\n  purpose: Something that is long enough.\n  owner: {team: a}\n  stages:\n" + stages;
}

struct Mistake {
  const char* name;
  const char* stages;
  const char* condition;
  const char* message;
};

const Mistake kMistakes[] = {
    {"cycle", R"(  - {name: one, needs: [two], transform: {sql: SELECT day FROM flights, into: a}}
  - {name: two, needs: [one], transform: {sql: SELECT day FROM flights, into: b}}
)",
     "Stalled", "spec.stages[0].needs[0] \"two\" is not above \"one\"; list the stages in the order in which they run"},
    {"stranger", "  - {name: one, needs: [tow], transform: {sql: SELECT day FROM flights, into: a}}\n", "Stalled",
     "spec.stages[0].needs[0] there is no stage \"tow\" in this pipeline"},
    {"two_writers", R"(  - {name: one, transform: {sql: SELECT day FROM flights, into: a}}
  - {name: two, transform: {sql: SELECT day FROM flights, into: a}}
)",
     "Stalled", "spec.stages[1] writes dataset a, which stage \"one\" writes too; a dataset has one writer"},
    {"writer_elsewhere", "  - {name: one, transform: {sql: SELECT 1 AS day, into: flights-daily}}\n", "Stalled",
     "spec.stages[0]: Dataset/flights-daily is written by Pipeline \"delays\", which was there first; a dataset has one writer: name another one"},
    {"missing_dataset", "  - {name: one, transform: {sql: SELECT day FROM flights, into: nowhere}}\n", "Reconciling",
     "spec.stages[0].transform.into: there is no Dataset \"nowhere\" in this namespace yet"},
    {"missing_view", "  - {name: one, publish: {view: nothing-v1}}\n", "Reconciling",
     "spec.stages[0].publish.view: there is no View \"nothing-v1\" in this namespace yet"},
    {"wrong_zone", "  - {name: one, transform: {from: flights, into: flights}}\n", "Stalled",
     "spec.stages[0].transform.from dataset flights is in zone Processed; from decodes files; read tables with sql"},
    {"unknown_column", "  - {name: one, check: {dataset: flights, checks: [{name: c, notNull: {columns: [delays]}}]}}\n", "Stalled",
     "spec.stages[0].check.checks[0].notNull.columns[0] there is no column \"delays\" in spec.schema.columns (did you mean delay?)"},
};

std::string NameOf(const testing::TestParamInfo<Mistake>& mistake) { return mistake.param.name; }

class BadPipeline : public testing::TestWithParam<Mistake> {};

TEST_P(BadPipeline, IsOneConditionWithFieldAndAdvice) {
  World world;
  world.Apply(kFlights);
  world.Settle();
  world.Advance(Duration::Minutes(1));
  world.Apply(Pipeline(GetParam().stages));
  world.Settle();
  EXPECT_EQ(world.Condition(api::kPipelines, "second", GetParam().condition).substr(0, 4), "True");
  EXPECT_THAT(world.Message(api::kPipelines, "second", GetParam().condition), HasSubstr(GetParam().message));
  EXPECT_EQ(world.Condition(api::kPipelines, "second", "Ready").substr(0, 5), "False");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Stalled"), "") << "nobody else suffers";
}

INSTANTIATE_TEST_SUITE_P(Mistakes, BadPipeline, testing::ValuesIn(kMistakes), NameOf);

TEST(BadView, WhoseKeyNamesAColumnThatTheContractLacksSaysSoAndItsPipelineWaits) {
  World world;
  world.Apply(kFlights);
  world.PatchSpec(api::kViews, "daily-delays-v1", {{"keys", Json::array({{{"columns", {"dya"}}}})}});
  world.Settle();
  EXPECT_EQ(world.Condition(api::kViews, "daily-delays-v1", "Stalled"), "True Invalid");
  EXPECT_THAT(world.Message(api::kViews, "daily-delays-v1", "Stalled"),
              HasSubstr("spec.keys[0].columns[0] there is no column \"dya\" in spec.columns (did you mean day?)"));
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Reconciling"), "True Waiting");
  EXPECT_THAT(world.Message(api::kPipelines, "delays", "Reconciling"), HasSubstr("spec.stages[5].publish.view: View \"daily-delays-v1\" is not valid yet"));
}

}  // namespace
}  // namespace weir::test
