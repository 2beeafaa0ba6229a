#include <gtest/gtest.h>

#include <algorithm>

#include "tests/plan/world.h"

namespace weir::test {
namespace {

// The validation is over and the first stage runs.
std::string Begin(World& world) {
  world.Apply(kFlights);
  world.Settle();
  world.RunPods();
  world.Settle();
  return world.RunNames().front();
}

TEST(RunState, PausedStartsNoNewAttemptAndResumes) {
  World world;
  const std::string run = Begin(world);
  world.PatchSpec(api::kPipelineRuns, run, {{"state", "Paused"}});
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Reconciling"), "True Paused");
  EXPECT_EQ(world.RunStatusOf(run).stagesDone, "1/6");
  EXPECT_EQ(world.RunStatusOf(run).attempts, 1);
  world.PatchSpec(api::kPipelineRuns, run, {{"state", "Running"}});
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Succeeded"), "True Completed");
}

TEST(RunState, CancelledDeletesItsPodsAndEnds) {
  World world;
  const std::string run = Begin(world);
  world.PatchSpec(api::kPipelineRuns, run, {{"state", "Cancelled"}});
  world.Settle();
  world.Advance(Duration::Minutes(1));
  EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Succeeded"), "False Cancelled");
  EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Stalled"), "True Cancelled");
  EXPECT_EQ(world.RunStatusOf(run).stages[0].reason, api::Reason::Cancelled) << "nobody is to look for who deleted the pod";
  EXPECT_EQ(world.RunStatusOf(run).stages[1].state, api::StageState::Skipped);
  const int pods = static_cast<int>(world.podsMade.size());
  world.Converge();
  EXPECT_EQ(static_cast<int>(world.podsMade.size()), pods) << "a cancelled run starts nothing";
}

TEST(RunState, CancelledStillCountsACommitThatWasMade) {
  World world;
  const std::string run = Begin(world);
  world.RunPods();  // land commits while somebody cancels
  world.PatchSpec(api::kPipelineRuns, run, {{"state", "Cancelled"}});
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Succeeded"), "False Cancelled");
  EXPECT_EQ(world.RunStatusOf(run).commits.size(), 1U);
  EXPECT_EQ(world.Condition(api::kDatasets, "flights-landing", "Available"), "True Committed");
}

TEST(RunState, MadeByHandRunsOnWhatIsInForce) {
  World world;
  Begin(world);
  world.Converge();
  world.Apply("kind: PipelineRun\nmetadata: {name: by-hand}\nspec: {pipeline: delays}\n");
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, "by-hand", "Succeeded"), "True Completed");
  EXPECT_EQ(world.RunStatusOf("by-hand").revision, Text(At(world.Get(api::kPipelines, "delays"), "status"), "revision"));
}

TEST(RunState, QueuesBehindARunOfTheSameSecondThatHasStarted) {
  World world;
  const std::string run = Begin(world);
  world.Apply("kind: PipelineRun\nmetadata: {name: a-run}\nspec: {pipeline: delays}\n");
  world.Settle();
  ASSERT_LT("a-run", run) << "of one second, the names decide who is older";
  EXPECT_EQ(world.Condition(api::kPipelineRuns, "a-run", "Reconciling"), "True Queued");
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, "a-run", "Succeeded"), "True Completed");
}

TEST(RunState, StartsOneAfterTheOtherThoughTwoWorkersLookAtTwoOfOneSecondAtOnce) {
  World world;
  Begin(world);
  world.Converge();
  world.Apply("kind: PipelineRun\nmetadata: {name: b-run}\nspec: {pipeline: delays}\n");
  bool meets = true;
  world.fault = [&](local::Verb verb, const kube::ObjectRef& ref, local::Moment moment) -> std::optional<Error> {
    if (verb != local::Verb::Patch || ref.name != "b-run" || moment != local::Moment::Before || !std::exchange(meets, false)) return std::nullopt;
    world.Apply("kind: PipelineRun\nmetadata: {name: a-run}\nspec: {pipeline: delays}\n");
    world.LookAt(api::kPipelineRuns, "a-run");
    return std::nullopt;
  };
  world.LookAt(api::kPipelineRuns, "b-run");
  EXPECT_EQ(world.RunStatusOf("b-run").attempts, 1);
  EXPECT_EQ(world.RunStatusOf("a-run").attempts, 0);
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, "a-run", "Succeeded"), "True Completed");
  EXPECT_GT(world.RunStatusOf("a-run").epoch, world.RunStatusOf("b-run").epoch);
}

// The end of its first attempt was counted, but the operator neither got the answer nor hears of it, and then the pod is
// gone: what it knows looks as if the pod had never been made.
TEST(RunState, MakesNoSecondPodOfAnAttemptOutOfAStaleCache) {
  World world;
  const std::string run = Begin(world);
  world.RunPods();
  bool lost = false;
  world.fault = [&lost](local::Verb verb, const kube::ObjectRef& ref, local::Moment moment) -> std::optional<Error> {
    if (verb != local::Verb::Patch || !(ref.resource == api::kPipelineRuns) || moment != local::Moment::After) return std::nullopt;
    lost = true;
    return Error{Fault::Transient, "Timeout", "no answer"};
  };
  world.lagging = {"pipelineruns"};
  world.Settle();
  ASSERT_TRUE(lost);
  world.fault = nullptr;
  const kube::ObjectRef pod{api::kPods, "default", run + "-land-1"};
  ASSERT_TRUE(world.cluster.Patch(pod, kube::PatchType::Merge, kube::Subresource::None, {{"metadata", {{"finalizers", nullptr}}}}));
  world.Delete(api::kPods, pod.name);
  world.Advance(Duration::Seconds(1));
  EXPECT_EQ(std::count(world.podsMade.begin(), world.podsMade.end(), pod.name), 1);
  world.lagging.clear();
  world.Converge();
  EXPECT_EQ(world.RunStatusOf(run).attempts, 6);
  EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Succeeded"), "True Completed");
}

TEST(RunState, ThatCannotStartHoldsNoOtherBack) {
  World world;
  Begin(world);
  world.Converge();
  world.Apply("kind: PipelineRun\nmetadata: {name: a-run}\nspec: {pipeline: delays, revision: delays-gone}\n");
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, "a-run", "Reconciling"), "True RevisionMissing");
  world.Apply("kind: PipelineRun\nmetadata: {name: b-run}\nspec: {pipeline: delays}\n");
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, "b-run", "Succeeded"), "True Completed");
}

TEST(RunState, SaysThatItsPipelineIsMissing) {
  World world;
  world.Apply("kind: PipelineRun\nmetadata: {name: by-hand}\nspec: {pipeline: delays}\n");
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, "by-hand", "Reconciling"), "True PipelineMissing");
  world.Apply(kFlights);
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, "by-hand", "Succeeded"), "True Completed");
}

TEST(RunState, DeletedLetsItsPodsGo) {
  World world;
  const std::string run = Begin(world);
  world.Delete(api::kPipelineRuns, run);
  world.Converge();
  for (const Json& pod : world.List(api::kPods)) EXPECT_EQ(Text(At(pod, "metadata"), "name").find(run + "-land"), std::string::npos);
}

TEST(RunState, StaysOnItsRevisionWhenThePipelineChanges) {
  World world;
  const std::string run = Begin(world);
  const std::string revision = world.RunStatusOf(run).revision;
  world.PatchSpec(api::kDatasets, "flights-daily",
                  {{"schema", {{"columns", Json::array({{{"name", "day"}, {"type", "DATE"}}, {{"name", "delay"}, {"type", "FLOAT"}}})}}}});
  world.Converge();
  EXPECT_EQ(world.RunStatusOf(run).revision, revision);
  EXPECT_NE(Text(At(world.Get(api::kPipelines, "delays"), "status"), "revision"), revision);
  EXPECT_EQ(world.RunNames().size(), 2U) << "the new revision has a run of its own";
}

TEST(TableStatus, FollowsATableThatWasMadeAnewAndStartsItsVersionsAgain) {
  World world;
  world.versions = {{"flights", 7}, {"flights-daily", 7}, {"daily-delays-v1", 7}};
  const std::string first = Begin(world);
  world.Converge();
  EXPECT_EQ(Integer(At(world.Get(api::kDatasets, "flights"), "status"), "version"), 7);
  world.Advance(Duration::Hours(5));
  EXPECT_EQ(world.Condition(api::kViews, "daily-delays-v1", "SLAMet"), "False LimitExceeded");

  world.versions.clear();  // somebody has emptied the lake
  world.PatchSpec(api::kPipelines, "delays", {{"request", "anew"}});
  world.Converge();
  for (const auto& [resource, name] : {std::pair(api::kDatasets, "flights"), std::pair(api::kViews, "daily-delays-v1")}) {
    EXPECT_EQ(Integer(At(world.Get(resource, name), "status"), "version", -1), 0) << name;
    EXPECT_EQ(world.Condition(resource, name, "SLAMet"), "True WithinLimit") << name;
  }

  const std::string second = Text(At(world.Get(api::kPipelines, "delays"), "status"), "lastRun");
  ASSERT_NE(second, first);
  world.Delete(api::kPipelineRuns, second);
  world.Converge();
  EXPECT_EQ(Integer(At(world.Get(api::kDatasets, "flights"), "status"), "version", -1), 0) << "the older run tells of what is no more";
}

TEST(Freshness, TurnsFalseAtItsSecondWithNoRunPresent) {
  World world;
  Begin(world);
  world.Converge();
  const Time as_of = ParseTime(Text(At(world.Get(api::kDatasets, "flights"), "status"), "dataAsOf")).value();
  world.clock.now = as_of + Duration::Hours(2) - Duration::Millis(1);
  world.Settle();
  EXPECT_EQ(world.Condition(api::kDatasets, "flights", "SLAMet"), "True WithinLimit");
  EXPECT_EQ(world.NextTimer(), as_of + Duration::Hours(2));
  world.clock.now = as_of + Duration::Hours(2);
  world.Settle();
  EXPECT_EQ(world.Condition(api::kDatasets, "flights", "SLAMet"), "False LimitExceeded");
  EXPECT_EQ(world.Condition(api::kDatasets, "flights", "Ready"), "True InForce");
}

}  // namespace
}  // namespace weir::test
