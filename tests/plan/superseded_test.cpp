// A run whose table a newer run has: it ends, replaces nothing, and is no failure.
#include <gtest/gtest.h>

#include "operator/plan/pod/pod_outcome.h"
#include "tests/plan/world.h"

namespace weir::test {
namespace {

using api::OutcomeClass;
using api::Reason;
using api::StageState;

// The first run's land stage is under way.
std::string Begin(World& world) {
  world.Apply(kFlights);
  world.Settle();
  world.RunPods();
  world.Settle();
  return world.RunNames().front();
}

Json PodOf(World& world, const std::string& run) {
  for (const Json& pod : world.List(api::kPods))
    if (Text(At(At(pod, "metadata"), "labels"), "weirkeeper.io/run") == run && Text(At(pod, "status"), "phase") != "Succeeded") return pod;
  return {};
}

// A second run of the pipeline that does not wait for its turn.
std::string BeginBeside(World& world) {
  world.Advance(Duration::Seconds(2));
  world.Annotate(api::kPipelines, "delays", "weirkeeper.io/requested-at", "2026-01-05T00:00:00Z");
  world.Settle();
  const std::string newer = "delays-20260105t000000-2";
  EXPECT_EQ(world.Condition(api::kPipelineRuns, newer, "Reconciling"), "True Queued");
  (void)world.cluster.Patch({api::kPipelineRuns, "default", newer}, kube::PatchType::Merge, kube::Subresource::Status, {{"status", {{"attempts", 1}}}});
  world.Settle();
  return newer;
}

void RunToItsEnd(World& world, const std::string& run) {
  for (Json pod = PodOf(world, run); pod.is_object(); pod = PodOf(world, run)) {
    world.EndPod(pod, Succeeds());
    world.Settle();
  }
}

TEST(Superseded, AnOlderRunReplacesNothingOfANewerOneBesideIt) {
  World world;
  const std::string older = Begin(world), newer = BeginBeside(world);
  RunToItsEnd(world, newer);
  ASSERT_EQ(world.Condition(api::kPipelineRuns, newer, "Succeeded"), "True Completed");
  const Json shown = At(world.Get(api::kViews, "daily-delays-v1"), "status");
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(world.Condition(api::kPipelineRuns, older, "Succeeded"), "False Superseded");
  EXPECT_EQ(world.Condition(api::kPipelineRuns, older, "Ready"), "True Superseded") << "nobody waits for it, and nobody has to mend it";
  EXPECT_EQ(world.Condition(api::kPipelineRuns, older, "Stalled"), "");
  const api::RunStatus status = world.RunStatusOf(older);
  EXPECT_EQ(status.stages[0].state, StageState::Superseded);
  EXPECT_EQ(status.stages[0].reason, Reason::Fenced);
  EXPECT_EQ(status.stages[0].ownFailures, 0);
  EXPECT_EQ(status.stages[1].state, StageState::Skipped);
  EXPECT_EQ(status.attempts, 1) << "it is not retried";
  EXPECT_TRUE(status.commits.empty());
  EXPECT_EQ(At(At(world.Get(api::kViews, "daily-delays-v1"), "status"), "committedBy"), At(shown, "committedBy"));
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "LastRunSucceeded"), "True RunSucceeded") << "the newer run is what counts";
  EXPECT_EQ(Text(At(world.Get(api::kPipelines, "delays"), "status"), "lastRun"), newer);
}

TEST(Superseded, WhatItCommittedBeforeStays) {
  World world;
  const std::string older = Begin(world);
  world.EndPod(PodOf(world, older), Succeeds());
  world.Settle();
  const std::string newer = BeginBeside(world);
  RunToItsEnd(world, newer);
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(world.Condition(api::kPipelineRuns, older, "Succeeded"), "False Superseded");
  EXPECT_EQ(world.RunStatusOf(older).commits.size(), 1U);
  EXPECT_EQ(world.RunStatusOf(older).stagesDone, "1/6");
  EXPECT_EQ(Text(At(At(world.Get(api::kDatasets, "flights-landing"), "status"), "committedBy"), "run"), newer);
}

// The clock of the cluster was ahead when the table was written, or another cluster writes it: people must hear of it.
TEST(Superseded, ByNoRunOfThisPipelineIsTold) {
  World world;
  const std::string run = Begin(world);
  world.Overtake(PodOf(world, run));
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Succeeded"), "False Superseded");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "LastRunSucceeded"), "False RunFailed");
}

TEST(Superseded, ALateAttemptOfTheSameRunIsNeverCounted) {
  World world;
  const std::string run = Begin(world);
  const Json first = PodOf(world, run);
  world.StartPod(first);
  world.Delete(api::kPods, Text(At(first, "metadata"), "name"));
  world.Settle();
  world.Advance(plan::kDeletionPatience);
  world.Advance(Duration::Minutes(1));
  ASSERT_EQ(world.RunStatusOf(run).stages[0].attempt, 2);
  for (const Json& pod : world.List(api::kPods))
    if (Text(At(At(pod, "metadata"), "labels"), "weirkeeper.io/attempt") == "2") world.StartPod(pod);
  EXPECT_EQ(world.EndPod(first, Succeeds())->result, OutcomeClass::Fenced);
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Succeeded"), "True Completed");
  EXPECT_EQ(world.RunStatusOf(run).stages[0].attempt, 2);
}

// They are pruned by a number of their own, so that none pushes a failed run out of sight.
TEST(Superseded, RunsAreKeptApartFromThoseThatFailed) {
  World world;
  int runs = 0;
  world.runner = [&runs](const api::StageTask& task) {
    if (task.stage != "land") return Succeeds();
    return ++runs == 1 ? Fails(OutcomeClass::Data, Reason::CheckFailed, "bad") : Fails(OutcomeClass::Fenced, Reason::Fenced, "taken");
  };
  world.Apply(kFlights);
  world.PatchSpec(api::kPipelines, "delays", {{"runHistory", {{"succeeded", 1}, {"failed", 1}}}});
  for (int i = 1; i <= 4; ++i) {
    world.PatchSpec(api::kPipelines, "delays", {{"request", "r" + std::to_string(i)}});
    ASSERT_TRUE(world.Converge());
    world.Advance(Duration::Minutes(1));
  }
  std::multiset<std::string> kept;
  for (const std::string& run : world.RunNames()) kept.insert(world.Condition(api::kPipelineRuns, run, "Succeeded"));
  EXPECT_EQ(kept, (std::multiset<std::string>{"False StageFailed", "False Superseded"}));
}

}  // namespace
}  // namespace weir::test
