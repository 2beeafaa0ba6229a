// Data that no stage brings up to date any more: it can be read, it grows older, and both are said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plan/world.h"

namespace weir::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kView = "daily-delays-v1";
const std::string kUnpublished = "No Pipeline of this namespace publishes this View any more";
const std::string kUnwritten = "No Pipeline of this namespace writes this Dataset any more";

class LeftAlone : public testing::Test {
 protected:
  LeftAlone() {
    world_.Apply(kFlights);
    world_.Converge();
    stages_ = At(At(world_.Get(api::kPipelines, "delays"), "spec"), "stages");
  }
  void RemoveStage(const std::string& name) {
    Json kept = Json::array();
    for (const Json& stage : stages_)
      if (Text(stage, "name") != name) kept.push_back(stage);
    world_.PatchSpec(api::kPipelines, "delays", {{"stages", kept}});
    world_.Converge();
  }
  void ExpectTheViewIsLeft() {
    EXPECT_EQ(world_.Condition(api::kViews, kView, "Ready"), "True Published") << "it may be kept on purpose";
    EXPECT_THAT(world_.Message(api::kViews, kView, "Ready"), HasSubstr(kUnpublished));
    EXPECT_EQ(world_.Condition(api::kViews, kView, "Available"), "True Published");
    EXPECT_EQ(world_.Condition(api::kViews, kView, "Fresh"), "True WithinLimit");
    EXPECT_THAT(world_.Message(api::kViews, kView, "Fresh"), HasSubstr(kUnpublished));
    world_.Advance(Duration::Hours(4));
    world_.Converge();
    EXPECT_EQ(world_.Condition(api::kViews, kView, "Fresh"), "False LimitExceeded");
    EXPECT_EQ(world_.Condition(api::kViews, kView, "SLAMet"), "False LimitExceeded");
    EXPECT_THAT(world_.Message(api::kViews, kView, "Fresh"), HasSubstr(kUnpublished)) << "and why";
  }

  World world_;
  Json stages_;
};

TEST_F(LeftAlone, AViewWhosePublishStageIsRemoved) {
  EXPECT_THAT(world_.Message(api::kViews, kView, "Ready"), Not(HasSubstr(kUnpublished)));
  RemoveStage("publish");
  ExpectTheViewIsLeft();
  world_.PatchSpec(api::kPipelines, "delays", {{"stages", stages_}});
  world_.Converge();
  EXPECT_THAT(world_.Message(api::kViews, kView, "Ready"), Not(HasSubstr(kUnpublished))) << "and no longer when it is back";
}

TEST_F(LeftAlone, AViewWhosePipelineIsDeleted) {
  world_.Delete(api::kPipelines, "delays");
  world_.Converge();
  ExpectTheViewIsLeft();
  EXPECT_THAT(world_.Message(api::kDatasets, "flights", "Ready"), HasSubstr(kUnwritten));
}

TEST_F(LeftAlone, AViewWithAnEarlierContractDoesNotWaitForTheNextRun) {
  RemoveStage("publish");
  Json columns = At(At(world_.Get(api::kViews, kView), "spec"), "columns");
  columns.push_back({{"name", "flights"}, {"type", "BIGINT"}, {"description", "Flights"}});
  world_.PatchSpec(api::kViews, kView, {{"columns", columns}});
  world_.Converge();
  EXPECT_EQ(world_.Condition(api::kViews, kView, "Ready"), "False Waiting");
  EXPECT_THAT(world_.Message(api::kViews, kView, "Ready"), AllOf(HasSubstr(kUnpublished), Not(HasSubstr("the next run"))));
}

TEST_F(LeftAlone, ADatasetWhoseWriterIsRemoved) {
  for (const auto& [stage, dataset] : {std::pair("land", "flights-landing"), std::pair("accept", "flights-history"), std::pair("decode", "flights"),
                                       std::pair("aggregate", "flights-daily")}) {
    RemoveStage(stage);
    EXPECT_EQ(world_.Condition(api::kDatasets, dataset, "Ready"), "True InForce") << dataset;
    EXPECT_THAT(world_.Message(api::kDatasets, dataset, "Ready"), HasSubstr(kUnwritten)) << dataset;
  }
  EXPECT_THAT(world_.Message(api::kDatasets, "flights", "Ready"), Not(HasSubstr(kUnwritten))) << "its stage is back";
}

TEST_F(LeftAlone, NothingThatHasNoDataOrWhoseStageIsRenamed) {
  Json renamed = stages_;
  for (Json& stage : renamed) stage["name"] = Text(stage, "name") + "-2";
  world_.PatchSpec(api::kPipelines, "delays", {{"stages", renamed}});
  world_.Converge();
  for (const char* dataset : {"flights-landing", "flights-history", "flights", "flights-daily"})
    EXPECT_THAT(world_.Message(api::kDatasets, dataset, "Ready"), Not(HasSubstr("any more"))) << dataset;
  EXPECT_EQ(world_.Condition(api::kViews, kView, "Ready"), "True Published");
  EXPECT_THAT(world_.Message(api::kViews, kView, "Ready"), Not(HasSubstr("any more")));
  world_.Apply("kind: Dataset\nmetadata: {name: new}\nspec: {zone: Landing, owner: {team: aviation}, format: {csv: {}}}\n");
  world_.Converge();
  EXPECT_THAT(world_.Message(api::kDatasets, "new", "Ready"), Not(HasSubstr("any more")));
}

}  // namespace
}  // namespace weir::test
