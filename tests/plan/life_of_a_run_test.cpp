#include <gtest/gtest.h>

#include <random>

#include "tests/plan/world.h"

namespace weir::test {
namespace {

using api::OutcomeClass;
using api::Reason;
using api::StageState;

TEST(LifeOfARun, GoesFromManifestsToAPublishedView) {
  World world;
  world.Apply(kFlights);
  world.Converge();

  EXPECT_EQ(world.lastError, "");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "RolledOut"), "True RunSucceeded");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "LastRunSucceeded"), "True RunSucceeded");
  ASSERT_EQ(world.RunNames().size(), 1U);
  const api::RunStatus run = world.RunStatusOf(world.RunNames().front());
  EXPECT_EQ(run.stagesDone, "6/6");
  EXPECT_EQ(run.attempts, 6);
  EXPECT_EQ(run.commits.size(), 5U);
  EXPECT_EQ(world.Condition(api::kPipelineRuns, world.RunNames().front(), "Succeeded"), "True Completed");
  EXPECT_EQ(world.Condition(api::kDatasets, "flights", "Available"), "True Committed");
  EXPECT_EQ(world.Condition(api::kViews, "daily-delays-v1", "Ready"), "True Published");
  EXPECT_EQ(world.Condition(api::kViews, "daily-delays-v1", "SLAMet"), "True WithinLimit");
}

// Epochs and versions decide what is newest, not clocks.
TEST(LifeOfARun, ShowsWhatWasCommittedLastAfterAnyJumpOfTheClock) {
  World world;
  world.Apply(kFlights);
  ASSERT_TRUE(world.Converge());
  std::mt19937 random(11);
  for (int i = 0; i < 8; ++i) {
    world.clock.now = world.clock.now + Duration::Hours(static_cast<std::int64_t>(random() % 50) - 25);
    world.Annotate(api::kPipelines, "delays", "weirkeeper.io/requested-at", "jump-" + std::to_string(i));
    if (i % 3 == 2) world.Restart();
    ASSERT_TRUE(world.Converge());
    const Json pipeline = At(world.Get(api::kPipelines, "delays"), "status");
    ASSERT_EQ(Integer(pipeline, "runNumber"), i + 2);
    EXPECT_EQ(world.Condition(api::kPipelines, "delays", "LastRunSucceeded"), "True RunSucceeded");
    for (const auto& [resource, name] : {std::pair(api::kDatasets, "flights"), std::pair(api::kViews, "daily-delays-v1")}) {
      const Json status = At(world.Get(resource, name), "status");
      EXPECT_EQ(Integer(status, "version"), world.versions[name] - 1) << name << " after jump " << i;
      EXPECT_EQ(Text(At(status, "committedBy"), "run"), Text(pipeline, "lastRun")) << name << " after jump " << i;
    }
  }
}

TEST(LifeOfARun, NamesQuarantinedRowsAndWarningsInEveryCondition) {
  World world;
  bool unchanged = false;
  world.runner = [&unchanged](const api::StageTask& task) {
    Ending ending = Succeeds();
    ending.says = api::StageOutcome{.result = OutcomeClass::Succeeded};
    if (task.kind == api::TaskKind::Decode) {
      ending.says->rows = api::Ledger{.rowsIn = 3'000'000, .rowsOut = 2'999'989, .quarantined = 11, .filtered = 0};
      ending.says->findings = {{"check", "check origin-known: 3 rows fail"}};
    }
    if (task.kind == api::TaskKind::Publish && !unchanged)
      ending.says->rows = api::Ledger{.rowsIn = 2'999'989, .rowsOut = 2'999'989, .quarantined = 0, .filtered = 0};
    if (task.kind == api::TaskKind::Decode || task.kind == api::TaskKind::Publish) {
      api::Commit commit{.kind = task.kind == api::TaskKind::Publish ? api::TargetKind::View : api::TargetKind::Dataset,
                         .name = task.into,
                         .unchanged = unchanged,
                         .rows = 2'999'989,
                         .files = 1,
                         .dataAsOf = task.logicalTime,
                         .quarantined = 11};
      commit.stage = task.stage, commit.attempt = task.attempt, commit.epoch = task.epoch, commit.contractHash = task.contractHash;
      ending.says->commits = {commit};
    }
    return ending;
  };
  world.Apply(kFlights);
  ASSERT_TRUE(world.Converge());
  const std::string run = world.RunNames().front();
  const std::string told = world.Message(api::kPipelineRuns, run, "Succeeded");
  EXPECT_NE(told.find("Committed: 2,999,989 rows, 11 quarantined."), std::string::npos) << told;
  EXPECT_NE(told.find("check origin-known: 3 rows fail"), std::string::npos) << told;
  const std::string dataset = world.Message(api::kDatasets, "flights", "Available"), view = world.Message(api::kViews, "daily-delays-v1", "Ready");
  EXPECT_NE(dataset.find("11 quarantined"), std::string::npos) << dataset;
  EXPECT_NE(dataset.find("check origin-known: 3 rows fail"), std::string::npos) << dataset;
  EXPECT_NE(view.find("11 quarantined"), std::string::npos) << view;
  int events = 0;
  for (const Json& event : world.List(api::kEvents)) events += Text(event, "reason") == "Warned" ? 1 : 0;
  EXPECT_EQ(events, 2) << "of the run and of the dataset";
  unchanged = true;
  world.Annotate(api::kPipelines, "delays", "weirkeeper.io/requested-at", "again");
  ASSERT_TRUE(world.Converge());
  const std::string again = world.Message(api::kPipelineRuns, world.RunNames().back(), "Succeeded");
  EXPECT_NE(again.find("Unchanged: 2,999,989 rows, 11 quarantined."), std::string::npos) << again;
}

// What it promised while the data stayed the same could be taken back without a word.
TEST(LifeOfARun, PublishesUnderWhatTheViewDeclaresNow) {
  World world;
  std::optional<api::PublishedContract> asked;
  world.runner = [&](const api::StageTask& task) {
    if (task.kind == api::TaskKind::Publish) asked = task.contract;
    return Succeeds();
  };
  const std::string flights = kFlights, freshness = "freshness: {maxLag: 3h}";
  std::string edited = flights;
  edited.replace(edited.rfind(freshness), freshness.size(), freshness + "\n  stability: Stable");
  std::string alpha = flights;
  alpha.replace(alpha.rfind(freshness), freshness.size(), freshness + "\n  stability: Alpha");
  world.Apply(alpha);
  ASSERT_TRUE(world.Converge());
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->stability, api::Stability::Alpha);
  const auto revisions = world.List(api::kRevisions).size();
  world.Apply(edited);
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(world.List(api::kRevisions).size(), revisions);
  world.Annotate(api::kPipelines, "delays", "weirkeeper.io/requested-at", "again");
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(asked->stability, api::Stability::Stable);
  EXPECT_EQ(asked->query, "") << "it stands in the task";
}

TEST(LifeOfARun, NamesAsManyOfItsWarningsAsHaveRoom) {
  World world;
  world.runner = [](const api::StageTask& task) {
    Ending ending = Succeeds();
    if (task.kind != api::TaskKind::Check) return ending;
    ending.says = api::StageOutcome{.result = OutcomeClass::Succeeded};
    for (int i = 0; i < 30; ++i) ending.says->findings.push_back({"check", "check c" + std::to_string(i) + ": 3 rows fail"});
    return ending;
  };
  world.Apply(kFlights);
  ASSERT_TRUE(world.Converge());
  const Json run = world.Get(api::kPipelineRuns, world.RunNames().front());
  for (const Json& stage : At(At(run, "status"), "stages")) {
    if (Text(stage, "name") != "audit") continue;
    const Json& warnings = At(stage, "warnings");
    ASSERT_FALSE(warnings.empty());
    const std::string last = warnings.back().get<std::string>();
    EXPECT_NE(last.find(std::to_string(31 - warnings.size()) + " more: check c"), std::string::npos) << last;
  }
}

TEST(LifeOfARun, LooksAtAConvergedClusterWithoutACall) {
  World world;
  world.Apply(kFlights);
  world.Converge();
  world.calls.clear();
  world.Restart();
  world.Settle();
  EXPECT_TRUE(world.calls.empty()) << world.calls.begin()->first;
}

TEST(LifeOfARun, SpendsAtMostFourCallsOnAStage) {
  World world;
  world.Apply(kFlights);
  world.Converge();
  const int stages = 6;
  const int of_run = world.calls["Create Pod"] + world.calls["Patch Pod"] + world.calls["Patch PipelineRun"] + world.calls["Delete Pod"];
  EXPECT_LE(of_run, 4 * stages) << "pods made " << world.calls["Create Pod"] << ", pods patched " << world.calls["Patch Pod"] << ", status "
                                << world.calls["Patch PipelineRun"];
  EXPECT_LE(world.calls["Patch Pipeline"], 4);
}

TEST(LifeOfARun, StartsTheNextStageInTheVisitThatCountsTheLast) {
  World world;
  world.Apply(kFlights);
  world.Settle();
  world.RunPods();  // the validation
  world.Settle();
  ASSERT_EQ(world.RunPods(), 1);  // land
  world.Settle();
  const api::RunStatus run = world.RunStatusOf(world.RunNames().front());
  EXPECT_EQ(run.stages[0].state, StageState::Succeeded);
  EXPECT_EQ(run.stages[1].state, StageState::Running);
  EXPECT_EQ(run.stages[1].attempt, 1);
  EXPECT_EQ(world.podsMade.back(), world.RunNames().front() + "-accept-1");
}

TEST(LifeOfARun, RetriesWhatIsTransientAndSaysSoMeanwhile) {
  World world;
  world.runner = [](const api::StageTask& task) {
    return task.stage == "decode" && task.attempt < 3 ? Fails(OutcomeClass::Transient, Reason::StoreUnavailable, "The store does not answer.") : Succeeds();
  };
  world.Apply(kFlights);
  while (world.Settle(), world.RunPods() > 0) {
  }
  const std::string name = world.RunNames().front();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Reconciling"), "True ProgressingWithRetry");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Succeeded"), "True Completed");
  EXPECT_EQ(world.RunStatusOf(name).stages[2].attempt, 3);
  EXPECT_EQ(world.RunStatusOf(name).stages[2].ownFailures, 2);
}

TEST(LifeOfARun, StopsAtDataThatBreakARule) {
  World world;
  world.runner = [](const api::StageTask& task) {
    return task.stage == "audit" ? Fails(OutcomeClass::Data, Reason::CheckFailed, "some-rows: 0 rows.") : Succeeds();
  };
  world.Apply(kFlights);
  world.Converge();
  const std::string name = world.RunNames().front();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Succeeded"), "False StageFailed");
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Stalled"), "True StageFailed");
  EXPECT_EQ(world.RunStatusOf(name).stages[5].state, StageState::Skipped);
  EXPECT_EQ(world.RunStatusOf(name).stages[4].attempt, 1);
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "LastRunSucceeded"), "False RunFailed");
  EXPECT_EQ(world.Condition(api::kViews, "daily-delays-v1", "Ready"), "False NeverPublished");
}

TEST(LifeOfARun, IsNotHeldUpByASidecarThatNeverEnds) {
  World world;
  world.sidecars = Json::array({{{"name", "istio-proxy"}, {"state", {{"running", Json::object()}}}}});
  world.Apply(kFlights);
  ASSERT_TRUE(world.Converge());
  ASSERT_EQ(world.RunNames().size(), 1U);
  const std::string name = world.RunNames().front();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Succeeded"), "True Completed");
  EXPECT_EQ(world.RunStatusOf(name).attempts, 6);
  for (const Json& pod : world.List(api::kPods)) {
    EXPECT_FALSE(Text(At(pod, "metadata"), "deletionTimestamp").empty()) << "its sidecar is ended by nothing else: " << Text(At(pod, "metadata"), "name");
    EXPECT_TRUE(At(At(pod, "metadata"), "finalizers").empty());
  }
}

TEST(LifeOfARun, BelievesTheRunnerAndNotASidecarThatSortsBeforeIt) {
  World world;
  world.sidecars = Json::array({{{"name", "aaa-agent"}, {"state", {{"terminated", {{"exitCode", 1}, {"reason", "Error"}, {"message", "bye"}}}}}}});
  world.Apply(kFlights);
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(world.Condition(api::kPipelineRuns, world.RunNames().front(), "Succeeded"), "True Completed");
}

TEST(LifeOfARun, TellsAnOutOfMemoryFromAKilledRunnerAndADeletedPod) {
  World world;
  world.runner = [](const api::StageTask& task) -> Ending {
    if (task.stage == "land" && task.attempt == 1) return {{}, 137, "OOMKilled"};
    if (task.stage == "land" && task.attempt == 2) return {{}, 137, "Error"};
    return Succeeds();
  };
  world.Apply(kFlights);
  world.Settle();
  world.RunPods();
  world.Settle();
  const std::string name = world.RunNames().front();
  world.RunPods();
  world.Settle();
  EXPECT_EQ(world.RunStatusOf(name).stages[0].reason, Reason::OutOfMemory);
  world.Advance(Duration::Seconds(10));
  world.RunPods();
  world.Settle();
  EXPECT_EQ(world.RunStatusOf(name).stages[0].reason, Reason::RunnerKilled);
  EXPECT_EQ(world.RunStatusOf(name).stages[0].infrastructureFailures, 1);
  world.Advance(Duration::Seconds(10));
  world.Delete(api::kPods, name + "-land-3");
  world.Settle();
  world.Advance(Duration::Seconds(60));
  EXPECT_EQ(world.RunStatusOf(name).stages[0].infrastructureFailures, 2);
  EXPECT_EQ(world.RunStatusOf(name).stages[0].reason, Reason::PodDeleted);
  world.Converge();
  EXPECT_EQ(world.RunStatusOf(name).stages[0].attempt, 4);
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Succeeded"), "True Completed");
}

TEST(LifeOfARun, SaysWhyThePodIsRefusedAndTriesAgain) {
  World world;
  bool quota = true;
  world.fault = [&quota](local::Verb verb, const kube::ObjectRef& ref, local::Moment moment) -> std::optional<Error> {
    if (quota && verb == local::Verb::Create && ref.resource == api::kPods && moment == local::Moment::Before && ref.name.find("-land-") != std::string::npos)
      return Error{Fault::Denied, "QuotaExceeded", "exceeded quota: compute"};
    return std::nullopt;
  };
  world.Apply(kFlights);
  while (world.Settle(), world.RunPods() > 0) {
  }
  const std::string name = world.RunNames().front();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Reconciling"), "True PodRejected");
  EXPECT_NE(world.Message(api::kPipelineRuns, name, "Reconciling").find("exceeded quota"), std::string::npos);
  world.calls.clear();
  world.Advance(Duration::Seconds(5));
  EXPECT_EQ(world.calls["Patch PipelineRun"], 0) << "the same refusal is not written again";
  quota = false;
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Succeeded"), "True Completed");
  EXPECT_EQ(world.RunStatusOf(name).stages[0].attempt, 1);
}

}  // namespace
}  // namespace weir::test
