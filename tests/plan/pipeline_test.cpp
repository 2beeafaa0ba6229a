#include <gtest/gtest.h>

#include "tests/plan/world.h"

namespace weir::test {
namespace {

using api::OutcomeClass;
using api::Reason;

std::string Aggregate(const std::string& sql) {
  return R"(
kind: Pipeline
metadata: {name: delays}
spec:
  purpose: Daily delay figures for the operations report.
  owner: {team: aviation}
  stages:
  - {name: aggregate, transform: {sql: ")" +
         sql + R"(", into: flights-daily}}
  - {name: publish, publish: {view: daily-delays-v1}}
)";
}

TEST(Pipeline, WaitsForADatasetThatIsMissingAndGoesOnWhenItComes) {
  World world;
  world.Apply(Aggregate("SELECT day, delay FROM flights"));
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "False DatasetMissing");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Reconciling"), "True DatasetMissing");
  EXPECT_NE(world.Message(api::kPipelines, "delays", "Ready").find("spec.stages[0].transform.into: there is no Dataset \"flights-daily\""), std::string::npos);
  world.Apply(kFlights);
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
}

TEST(Pipeline, KeepsWhatIsInForceWhenAnEditDoesNotValidate) {
  World world;
  world.Apply(kFlights);
  world.Converge();
  const Json before = world.Get(api::kPipelines, "delays");
  world.runner = [](const api::StageTask& task) -> Ending {
    if (task.kind != api::TaskKind::Validate) return Succeeds();
    return {api::StageOutcome{.result = OutcomeClass::User,
                              .reason = Reason::SqlInvalid,
                              .findings = {{"spec.stages[0].transform.sql", "there is no column dealy; did you mean delay?"}}},
            15, "Error"};
  };
  world.Apply(Aggregate("SELECT day, dealy FROM flights"));
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Stalled"), "True ValidationFailed");
  EXPECT_EQ(world.Message(api::kPipelines, "delays", "Stalled"), "spec.stages[0].transform.sql: there is no column dealy; did you mean delay?");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Available"), "True InForce");
  EXPECT_EQ(At(At(world.Get(api::kPipelines, "delays"), "status"), "revision"), At(At(before, "status"), "revision"));
  EXPECT_EQ(world.RunNames().size(), 1U);

  world.Annotate(api::kPipelines, "delays", "weirkeeper.io/requested-at", "2026-01-05T00:00:00Z");
  world.Converge();
  EXPECT_EQ(world.RunNames().size(), 2U) << "what is in force still runs when somebody asks for it";
}

TEST(Pipeline, KeepsTheRevisionsThatADatasetOrViewWasMadeBy) {
  World world;
  world.Apply(kFlights);
  ASSERT_TRUE(world.Converge());
  const std::string first = Text(At(world.Get(api::kPipelines, "delays"), "status"), "revision");
  std::vector<std::string> later;
  for (int i = 0; i < 12; ++i) {
    world.Advance(Duration::Seconds(60));
    world.Apply(Aggregate("SELECT day, delay + " + std::to_string(i) + " AS delay FROM flights"));
    ASSERT_TRUE(world.Converge());
    later.push_back(Text(At(world.Get(api::kPipelines, "delays"), "status"), "revision"));
  }
  ASSERT_EQ(Text(At(At(world.Get(api::kDatasets, "flights"), "status"), "committedBy"), "revision"), first) << "nothing wrote it since";
  EXPECT_EQ(Text(At(world.Get(api::kRevisions, first), "metadata"), "name"), first);
  EXPECT_TRUE(world.Get(api::kRevisions, later[0]).is_null()) << "it is beyond the ten newest, and nothing names it";
  EXPECT_EQ(world.List(api::kRevisions).size(), 11U);
}

TEST(Pipeline, RunsOncePerRevisionAndAgainWhenOneComesBack) {
  World world;
  world.Apply(kFlights);
  world.Converge();
  world.Advance(Duration::Minutes(5));
  world.Apply(Aggregate("SELECT day, delay FROM flights"));
  world.Converge();
  EXPECT_EQ(world.RunNames().size(), 2U);
  world.Advance(Duration::Minutes(5));
  world.Apply(kFlights);
  world.Converge();
  EXPECT_EQ(world.RunNames().size(), 3U);
  EXPECT_EQ(world.List(api::kRevisions).size(), 2U);
}

TEST(Pipeline, RunsOnceForEachRequestAndEchoesIt) {
  World world;
  world.Apply(kFlights);
  world.Converge();
  world.Annotate(api::kPipelines, "delays", "weirkeeper.io/requested-at", "2026-01-05T00:00:00Z");
  world.Converge();
  world.Settle();
  EXPECT_EQ(world.RunNames().size(), 2U);
  EXPECT_EQ(world.RunNames().back(), "delays-20260105t000000-2");
  EXPECT_EQ(Text(At(world.Get(api::kPipelines, "delays"), "status"), "lastHandledRequest"), "2026-01-05T00:00:00Z");
  world.PatchSpec(api::kPipelines, "delays", {{"request", "backfill-7"}});
  world.Converge();
  EXPECT_EQ(world.RunNames().size(), 3U);
}

TEST(Pipeline, RunsForEachOfTwoRequestsOfOneSecond) {
  World world;
  world.Apply(kFlights);
  world.Converge();
  for (const char* request : {"2026-01-05T00:00:00.1Z", "2026-01-05T00:00:00.2Z"}) {
    world.Annotate(api::kPipelines, "delays", "weirkeeper.io/requested-at", request);
    world.Settle();
    EXPECT_EQ(Text(At(world.Get(api::kPipelines, "delays"), "status"), "lastHandledRequest"), request);
  }
  world.Converge();
  EXPECT_EQ(world.RunNames().size(), 3U);
  for (const std::string& run : world.RunNames()) EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Succeeded"), "True Completed") << run;
}

TEST(Pipeline, RunsAgainWhenARequestIsRepeatedAfterAnother) {
  World world;
  world.Apply(kFlights);
  world.PatchSpec(api::kPipelines, "delays", {{"runHistory", {{"succeeded", 20}}}});
  world.Converge();
  std::size_t runs = 1;
  for (const char* request : {"again", "once-more", "again", "once-more", "2026-01-05T00:00:00Z", "again", "2026-01-05T00:00:00Z"}) {
    world.PatchSpec(api::kPipelines, "delays", {{"request", request}});
    world.Converge();
    EXPECT_EQ(world.RunNames().size(), ++runs) << request;
  }
}

TEST(Pipeline, RaisesTheEpochWithEachRunEvenOfOneSecond) {
  World world;
  std::vector<std::int64_t> epochs;
  world.runner = [&epochs](const api::StageTask& task) {
    if (task.stage != "land") return Succeeds();
    epochs.push_back(task.epoch);
    return task.attempt < 3 ? Fails(OutcomeClass::Transient, Reason::SourceUnavailable, "No answer.") : Succeeds();
  };
  world.Apply(kFlights);
  world.PatchSpec(api::kPipelines, "delays", {{"retry", {{"backoff", "100ms"}}}});
  for (const char* request : {"one", "two", "three"}) {
    world.PatchSpec(api::kPipelines, "delays", {{"request", request}});
    world.Settle();
    world.RunPods();
    world.Settle();
  }
  world.Converge();
  ASSERT_EQ(epochs.size(), 3 * world.RunNames().size());
  for (std::size_t i = 1; i < epochs.size(); ++i) EXPECT_LT(epochs[i - 1], epochs[i]);
}

TEST(Pipeline, StartsNothingWhileItIsSuspendedAndCatchesUpAfterwards) {
  World world;
  world.Apply(kFlights);
  world.PatchSpec(api::kPipelines, "delays", {{"suspend", true}});
  world.Converge();
  EXPECT_TRUE(world.RunNames().empty());
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True Suspended");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Suspended"), "True Suspended");
  world.PatchSpec(api::kPipelines, "delays", {{"suspend", false}});
  world.Converge();
  EXPECT_EQ(world.RunNames().size(), 1U);
}

TEST(Pipeline, LeavesADatasetToTheWriterThatWasThereFirst) {
  World world;
  world.Apply(kFlights);
  world.Converge();
  world.Advance(Duration::Minutes(1));
  std::string second = Aggregate("SELECT day, delay FROM flights");
  second.replace(second.find("name: delays"), 12, "name: other1");
  world.Apply(second);
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelines, "other1", "Stalled"), "True WriterConflict");
  EXPECT_NE(world.Message(api::kPipelines, "other1", "Stalled").find("\"delays\""), std::string::npos);
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  world.Delete(api::kPipelines, "delays");
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelines, "other1", "Ready"), "True InForce");
}

TEST(Pipeline, HoldsAPublishThatWouldBreakTheContract) {
  World world;
  world.Apply(kFlights);
  world.Converge();
  world.PatchSpec(api::kViews, "daily-delays-v1",
                  {{"columns", Json::array({{{"name", "day"}, {"type", "DATE"}, {"nullable", false}, {"description", "Day"}}})}});
  world.Converge();
  EXPECT_EQ(world.Condition(api::kViews, "daily-delays-v1", "Stalled"), "True ContractBroken");
  EXPECT_NE(world.Message(api::kViews, "daily-delays-v1", "Stalled").find("ColumnNoDelete"), std::string::npos);
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Stalled"), "True ContractBroken");
  EXPECT_EQ(world.RunNames().size(), 1U);
  world.Apply(kFlights);
  world.Converge();
  EXPECT_EQ(world.Condition(api::kViews, "daily-delays-v1", "Ready"), "True Published");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
}

TEST(Pipeline, LeavesNoFinalizerBehindWhenItIsDeleted) {
  World world;
  world.Apply(kFlights);
  world.Settle();
  world.RunPods();
  world.Settle();
  world.Delete(api::kPipelines, "delays");
  world.Converge();
  EXPECT_TRUE(world.List(api::kPods).empty());
  EXPECT_TRUE(world.List(api::kPipelineRuns).empty());
  EXPECT_TRUE(world.List(api::kRevisions).empty());
}

TEST(Pipeline, KeepsAsManyRunsAsItIsTold) {
  World world;
  world.Apply(kFlights);
  world.PatchSpec(api::kPipelines, "delays", {{"runHistory", {{"succeeded", 2}, {"failed", 1}}}});
  for (int i = 1; i <= 5; ++i) {
    world.PatchSpec(api::kPipelines, "delays", {{"request", "r" + std::to_string(i)}});
    world.Converge();
    world.Advance(Duration::Minutes(1));
  }
  EXPECT_EQ(world.RunNames().size(), 2U);
  EXPECT_EQ(Integer(At(world.Get(api::kDatasets, "flights"), "status"), "version"), 4);
}

TEST(Pipeline, QueuesRunsInTheOrderOfTheirCreation) {
  World world;
  world.Apply(kFlights);
  world.Settle();
  world.RunPods();
  world.Settle();
  world.clock.now = world.clock.now + Duration::Seconds(1);
  world.Annotate(api::kPipelines, "delays", "weirkeeper.io/requested-at", "2026-01-05T00:00:00Z");
  world.Settle();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, "delays-20260105t000000-2", "Reconciling"), "True Queued");
  EXPECT_EQ(world.List(api::kPods).size(), 2U) << "the validation and the first stage of the first run";
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, "delays-20260105t000000-2", "Succeeded"), "True Completed");
}

// What it makes for it goes at once, and that it goes calls for the next visit.
TEST(Pipeline, ThatIsGoneIsNotWorkedForThoughItsWatchIsSilent) {
  World world;
  world.Apply(kFlights);
  world.Settle();
  world.lagging = {"pipelines"};
  world.Delete(api::kPipelines, "delays");
  world.calls.clear();
  EXPECT_TRUE(world.Settle());
  world.Advance(Duration::Seconds(10));
  EXPECT_LE(world.calls["Create ControllerRevision"], 1);
  EXPECT_LE(world.calls["Patch Pipeline"], 1);
}

}  // namespace
}  // namespace weir::test
