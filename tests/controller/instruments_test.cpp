#include "operator/controller/instruments/instruments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/controller/fake_clock.h"

namespace weir::controller {
namespace {

using testing::HasSubstr;
using testing::Not;

Json Condition(const char* type, const char* status, const char* reason) {
  return {{"type", type}, {"status", status}, {"reason", reason}, {"lastTransitionTime", "2026-01-02T03:04:05Z"}};
}

class InstrumentsTest : public testing::Test {
 protected:
  void See(const api::Resource& resource, const std::string& version, const Json& spec, const Json& status) {
    const Json object{{"metadata", {{"namespace", "n"}, {"name", "x"}, {"uid", "u"}, {"resourceVersion", version}}}, {"spec", spec}, {"status", status}};
    stores_.Of(resource).Upsert(object);
    meters_.seen(resource, *stores_.Of(resource).Get("n", "x"));
  }
  // What the runs of these tests are of.
  void HavePipeline(const Json& stages) {
    stores_.pipelines.Upsert(Json{{"metadata", {{"namespace", "n"}, {"name", "p"}, {"uid", "p"}, {"resourceVersion", "1"}}}, {"spec", {{"stages", stages}}}});
  }
  static Json Run(const char* succeeded, const char* reason, const Json& stages) {
    Json status{{"conditions", Json::array({Condition("Succeeded", succeeded, reason)})}, {"started", "2026-01-02T03:04:05Z"}, {"stages", stages}};
    if (std::string(succeeded) != "Unknown") status["finished"] = "2026-01-02T03:04:09Z";
    return status;
  }

  observe::Stores stores_;
  telemetry::Metrics metrics_;
  telemetry::Health health_;
  Instruments instruments_{stores_, metrics_, health_};
  RuntimeMeters meters_ = instruments_.Meters();
};

TEST_F(InstrumentsTest, ReadyWhenEveryListIsIn) {
  EXPECT_EQ(health_.Awaited().size(), 8U);
  for (const api::Resource& resource : Runtime::Watched()) meters_.relisted(resource);
  EXPECT_TRUE(health_.Awaited().empty());
}

TEST_F(InstrumentsTest, AliveWhileWatchesTurnAndNoReconcileHangs) {
  FakeClock clock;
  WorkQueue queue(clock, {}, {});
  queue.Add(PipelineKey("a"), Lane::Live);
  queue.TryTake();
  clock.Advance(Duration::Minutes(11));
  instruments_.CheckWorkers(queue);
  const auto later = std::chrono::steady_clock::now() + std::chrono::minutes(11);
  EXPECT_THAT(health_.Stuck(later), testing::ElementsAre(HasSubstr("workers")));
  EXPECT_TRUE(health_.Stuck(std::chrono::steady_clock::now()).empty());
}

TEST_F(InstrumentsTest, ReconcilesAndWatchesAreCountedByKind) {
  meters_.reconciled(PipelineKey("a"), {Visit::Next::Backoff, {}, "why", "Timeout"}, Duration::Millis(3));
  meters_.told(api::kPods, kube::WatchEventType::Modified);
  meters_.watchFailed(api::kPods, {Fault::Transient, "Timeout", "slow"});
  meters_.queue.depth(api::kPipelines, 7);
  const std::string text = metrics_.Render();
  EXPECT_THAT(text, HasSubstr("weirkeeper_reconcile_errors_total{controller=\"Pipeline\",reason=\"Timeout\"} 1"));
  EXPECT_THAT(text, HasSubstr("weirkeeper_watch_events_total{resource=\"pods\",type=\"modified\"} 1"));
  EXPECT_THAT(text, HasSubstr("weirkeeper_watch_restarts_total{"));
  EXPECT_THAT(text, HasSubstr("weirkeeper_workqueue_depth{controller=\"Pipeline\"} 7"));
}

TEST_F(InstrumentsTest, WorkStandsStillWhileNothingButBookmarksCome) {
  meters_.relisted(api::kPods);
  meters_.told(api::kPods, kube::WatchEventType::Modified);
  meters_.reconciled(PipelineKey("a"), {}, {});
  EXPECT_EQ(instruments_.Work(), 3U);
  meters_.told(api::kPods, kube::WatchEventType::Bookmark);
  meters_.turned(api::kPods);
  EXPECT_EQ(instruments_.Work(), 3U);
}

TEST_F(InstrumentsTest, ARunThatHadEndedBeforeItsFirstSightIsNotParsed) {
  const Json object{{"metadata", {{"namespace", "n"}, {"name", "x"}, {"uid", "u"}, {"resourceVersion", "1"}}},
                    {"spec", {{"pipeline", "p"}}},
                    {"status", Run("True", "Completed", Json::array())}};
  observe::Item run = *stores_.runs.Read(object);
  run.text = "cannot be parsed";
  stores_.runs.Upsert(std::make_shared<const observe::Item>(run));
  EXPECT_NO_THROW(meters_.seen(api::kPipelineRuns, run));
  EXPECT_THAT(metrics_.Render(), Not(HasSubstr("weirkeeper_pipeline_runs_total{")));
}

TEST_F(InstrumentsTest, FreshnessAndConditionsFollowTheObjectAndGoWithIt) {
  const Json status{{"dataAsOf", "2026-01-02T03:04:05Z"},
                    {"conditions", Json::array({Condition("Ready", "True", "Published"), Condition("Stalled", "True", "Invalid")})}};
  See(api::kViews, "1", {{"freshness", {{"maxLag", "1h"}}}}, status);
  EXPECT_THAT(metrics_.Render(), HasSubstr("weirkeeper_view_max_lag_seconds{name=\"x\",namespace=\"n\"} 3600"));
  EXPECT_THAT(metrics_.Render(), HasSubstr("weirkeeper_condition{kind=\"View\",name=\"x\",namespace=\"n\",type=\"Stalled\"} 1"));
  See(api::kViews, "2", Json::object(), {{"conditions", Json::array({Condition("Ready", "True", "Published")})}});
  EXPECT_THAT(metrics_.Render(), HasSubstr("type=\"Stalled\"} 0"));
  const observe::ItemPtr last = stores_.views.Get("n", "x");
  stores_.views.Remove("n", "x", "u", "3");
  meters_.seen(api::kViews, *last);
  EXPECT_THAT(metrics_.Render(), Not(HasSubstr("name=\"x\"")));
}

TEST_F(InstrumentsTest, ARunCountsOnceWhenItIsSeenToEnd) {
  const Json spec{{"pipeline", "p"}};
  const auto stage = [](const char* pod, const char* reason) {
    return Json::array({{{"name", "s"}, {"state", "Running"}, {"countedPod", pod}, {"reason", reason}}});
  };
  HavePipeline(Json::array({{{"name", "s"}}}));
  See(api::kPipelineRuns, "1", spec, Run("Unknown", "Running", Json::array({{{"name", "s"}}})));
  See(api::kPipelineRuns, "2", spec, Run("Unknown", "Running", stage("pod1", "OutOfMemory")));
  See(api::kPipelineRuns, "3", spec, Run("Unknown", "Running", stage("pod1", "OutOfMemory")));
  for (const char* version : {"4", "5"}) See(api::kPipelineRuns, version, spec, Run("True", "Completed", stage("pod2", "Completed")));
  const std::string text = metrics_.Render();
  EXPECT_THAT(text, HasSubstr("weirkeeper_pipeline_runs_total{namespace=\"n\",pipeline=\"p\",result=\"Succeeded\"} 1"));
  EXPECT_THAT(text, HasSubstr("weirkeeper_stage_attempts_total{reason=\"OutOfMemory\"} 1"));
  EXPECT_THAT(text, HasSubstr("weirkeeper_stage_attempts_total{reason=\"Completed\"} 1"));
}

TEST_F(InstrumentsTest, QuarantinedRowsAndWarningsAreCountedWhenTheirStageSucceeds) {
  const auto stage = [](const char* state, const char* pod) {
    return Json::array({{{"name", "decode"},
                         {"state", state},
                         {"countedPod", pod},
                         {"rows", {{"in", 60}, {"out", 56}, {"quarantined", 4}}},
                         {"warnings", Json::array({"check amounts: 2 rows fail"})}}});
  };
  HavePipeline(Json::array({{{"name", "decode"}}}));
  See(api::kPipelineRuns, "1", {{"pipeline", "p"}}, Run("Unknown", "Running", Json::array({{{"name", "decode"}}})));
  for (const char* version : {"2", "3"}) See(api::kPipelineRuns, version, {{"pipeline", "p"}}, Run("Unknown", "Running", stage("Succeeded", "pod1")));
  EXPECT_THAT(metrics_.Render(), HasSubstr("weirkeeper_stage_rows_quarantined_total{namespace=\"n\",pipeline=\"p\",stage=\"decode\"} 4"));
  EXPECT_THAT(metrics_.Render(), HasSubstr("weirkeeper_stage_warnings_total{namespace=\"n\",pipeline=\"p\",stage=\"decode\"} 1"));
}

TEST_F(InstrumentsTest, ASupersededRunHasAResultOfItsOwn) {
  const auto stage = [](const char* state) { return Json::array({{{"name", "s"}, {"state", state}, {"reason", "Fenced"}, {"countedPod", "pod1"}}}); };
  HavePipeline(Json::array({{{"name", "s"}}}));
  See(api::kPipelineRuns, "1", {{"pipeline", "p"}}, Run("Unknown", "Running", Json::array({{{"name", "s"}, {"state", "Running"}}})));
  See(api::kPipelineRuns, "2", {{"pipeline", "p"}}, Run("False", "Superseded", stage("Superseded")));
  const std::string text = metrics_.Render();
  EXPECT_THAT(text, HasSubstr("weirkeeper_pipeline_runs_total{namespace=\"n\",pipeline=\"p\",result=\"Superseded\"} 1"));
  EXPECT_THAT(text, Not(HasSubstr("result=\"Failed\"")));
  EXPECT_THAT(text, HasSubstr("weirkeeper_stage_attempts_total{reason=\"Fenced\"} 1"));
}

TEST_F(InstrumentsTest, AnAttemptWhosePodNeverWasIsCounted) {
  const auto stage = [](const char* state, int failures) {
    return Json::array({{{"name", "s"}, {"state", state}, {"reason", "PodRejected"}, {"infrastructureFailures", failures}}});
  };
  See(api::kPipelineRuns, "1", {{"pipeline", "p"}}, Run("Unknown", "Running", stage("Running", 0)));
  See(api::kPipelineRuns, "2", {{"pipeline", "p"}}, Run("Unknown", "Running", stage("Retrying", 1)));
  See(api::kPipelineRuns, "3", {{"pipeline", "p"}}, Run("Unknown", "Running", stage("Running", 1)));
  EXPECT_THAT(metrics_.Render(), HasSubstr("weirkeeper_stage_attempts_total{reason=\"PodRejected\"} 1"));
}

TEST_F(InstrumentsTest, QualityOfTheNewestVersionIsThatOfStatus) {
  See(api::kDatasets, "1", {{"owner", {{"team", "ops"}}}}, Json::object());
  EXPECT_THAT(metrics_.Render(), Not(HasSubstr("weirkeeper_rows_quarantined{")));
  EXPECT_THAT(metrics_.Render(), Not(HasSubstr("weirkeeper_data_warnings{"))) << "there is no version to warn of";
  See(api::kDatasets, "2", {{"owner", {{"team", "ops"}}}}, {{"version", 3}, {"quarantined", 4}, {"warnings", Json::array({"check amounts: 2 rows fail"})}});
  EXPECT_THAT(metrics_.Render(), HasSubstr("weirkeeper_rows_quarantined{kind=\"Dataset\",name=\"x\",namespace=\"n\",team=\"ops\"} 4"));
  EXPECT_THAT(metrics_.Render(), HasSubstr("weirkeeper_data_warnings{kind=\"Dataset\",name=\"x\",namespace=\"n\",team=\"ops\"} 1"));
}

TEST_F(InstrumentsTest, ARunThatHadEndedBeforeTheStartIsNotCountedAgain) {
  See(api::kPipelineRuns, "1", {{"pipeline", "p"}}, Run("False", "StageFailed", Json::array()));
  EXPECT_THAT(metrics_.Render(), Not(HasSubstr("weirkeeper_pipeline_runs_total{")));
}

}  // namespace
}  // namespace weir::controller
