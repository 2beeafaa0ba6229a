#include "operator/telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/folders.h"

namespace weir::telemetry {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

void CountOneOfEach(Metrics& metrics) {
  metrics.Reconciled("pipelines", "forget", 0.02);
  metrics.Reconciled("pipelines", "forget", 0.02);
  metrics.ReconcileFailed("pipelines", "Timeout");
  metrics.QueueDepth("pipelines", 3);
  metrics.QueueAdded("pipelines");
  metrics.QueueRetried("pipelines");
  metrics.QueueWaited("pipelines", 0.001);
  metrics.ApiCalled("get", "pods", 404, 0.004);
  metrics.WatchEventSeen("pods", "ADDED");
  metrics.WatchRestarted("pods", "Expired");
  metrics.RunFinished({"Pipeline", "data", "flights", "ops"}, "Succeeded", 42);
  metrics.StageAttempted("OutOfMemory");
  metrics.StageSucceeded({"Pipeline", "data", "flights", "ops"}, "decode", 11, 2);
}

TEST(Metrics, EveryCallIsCounted) {
  Metrics metrics;
  CountOneOfEach(metrics);
  const std::string text = metrics.Render();
  for (const char* line :
       {R"(weirkeeper_reconcile_total{controller="pipelines",result="forget"} 2)", R"(weirkeeper_reconcile_duration_seconds_count{controller="pipelines"} 2)",
        R"(weirkeeper_reconcile_errors_total{controller="pipelines",reason="Timeout"} 1)", R"(weirkeeper_workqueue_depth{controller="pipelines"} 3)",
        R"(weirkeeper_workqueue_adds_total{controller="pipelines"} 1)", R"(weirkeeper_workqueue_retries_total{controller="pipelines"} 1)",
        R"(weirkeeper_workqueue_latency_seconds_count{controller="pipelines"} 1)", R"(weirkeeper_api_requests_total{code="404",resource="pods",verb="get"} 1)",
        R"(weirkeeper_watch_events_total{resource="pods",type="ADDED"} 1)", R"(weirkeeper_watch_restarts_total{reason="Expired",resource="pods"} 1)",
        R"(weirkeeper_pipeline_runs_total{namespace="data",pipeline="flights",result="Succeeded",team="ops"} 1)",
        R"(weirkeeper_pipeline_run_duration_seconds_sum{namespace="data",pipeline="flights",team="ops"} 42)",
        R"(weirkeeper_stage_attempts_total{reason="OutOfMemory"} 1)",
        R"(weirkeeper_stage_rows_quarantined_total{namespace="data",pipeline="flights",stage="decode",team="ops"} 11)",
        R"(weirkeeper_stage_warnings_total{namespace="data",pipeline="flights",stage="decode",team="ops"} 2)", "weirkeeper_leader 0"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Metrics, FreshnessSaysTheDatasTimeAndTheLimit) {
  Metrics metrics;
  metrics.Freshness({"View", "data", "delays"}, Time{1'700'000'000'500'000}, Duration::Hours(1));
  metrics.Freshness({"Dataset", "data", "flights"}, Time::FromSeconds(1'700'000'000), std::nullopt);
  const std::string text = metrics.Render();
  EXPECT_TRUE(std::regex_search(text, std::regex(R"(weirkeeper_view_data_timestamp_seconds\{name="delays",namespace="data"\} 1700000000\.5)"))) << text;
  EXPECT_THAT(text, HasSubstr(R"(weirkeeper_view_max_lag_seconds{name="delays",namespace="data"} 3600)"));
  EXPECT_THAT(text, HasSubstr(R"(weirkeeper_dataset_data_timestamp_seconds{name="flights",namespace="data"} 1700000000)"));
  EXPECT_THAT(text, Not(HasSubstr("weirkeeper_dataset_max_lag_seconds{")));
  metrics.Freshness({"View", "data", "delays"}, std::nullopt, std::nullopt);
  EXPECT_THAT(metrics.Render(), Not(HasSubstr("delays")));
}

TEST(Metrics, QuarantinedRowsAndWarningsAreThoseOfTheNewestVersion) {
  Metrics metrics;
  metrics.Quality({"Dataset", "data", "flights", "ops"}, 11, 2);
  EXPECT_THAT(metrics.Render(), AllOf(HasSubstr(R"(weirkeeper_rows_quarantined{kind="Dataset",name="flights",namespace="data",team="ops"} 11)"),
                                      HasSubstr(R"(weirkeeper_data_warnings{kind="Dataset",name="flights",namespace="data",team="ops"} 2)")));
  metrics.Quality({"Dataset", "data", "flights", "ops"}, 0, 0);
  EXPECT_THAT(metrics.Render(), HasSubstr(R"(weirkeeper_rows_quarantined{kind="Dataset",name="flights",namespace="data",team="ops"} 0)"));
  metrics.Quality({"Dataset", "data", "flights", "ops"}, std::nullopt, std::nullopt);
  EXPECT_THAT(metrics.Render(), Not(HasSubstr("flights")));
}

TEST(Metrics, OtherKindsHaveNoFreshness) {
  Metrics metrics;
  metrics.Freshness({"Pipeline", "data", "flights"}, Time{}, Duration{});
  EXPECT_THAT(metrics.Render(), Not(HasSubstr("flights")));
}

TEST(Metrics, ConditionsAreNumbers) {
  Metrics metrics;
  const Subject view{"View", "data", "delays"};
  metrics.Conditions(view, {{"Fresh", "True"}});
  metrics.Conditions(view, {{"Ready", "True"}, {"SLAMet", "Unknown"}, {"Fresh", "False"}});
  EXPECT_THAT(metrics.Render(), AllOf(HasSubstr(R"(weirkeeper_condition{kind="View",name="delays",namespace="data",type="Ready"} 1)"),
                                      HasSubstr(R"(type="SLAMet"} -1)"), HasSubstr(R"(type="Fresh"} 0)")));
}

TEST(Metrics, AForgottenObjectLeavesNoSeries) {
  Metrics metrics;
  const Subject gone{"View", "data", "gone"}, stays{"View", "data", "stays"};
  for (const Subject& subject : {gone, stays}) {
    metrics.Conditions(subject, {{"Ready", "True"}});
    metrics.Freshness(subject, Time{}, Duration{});
    metrics.Quality(subject, 1, 1);
    const Subject pipeline{"Pipeline", "data", subject.name};
    metrics.RunFinished(pipeline, "Failed", 3);
    metrics.StageSucceeded(pipeline, "decode", 1, 1);
  }
  for (int i = 0; i < 2; ++i) {
    metrics.Forget(gone);
    metrics.Forget({"Pipeline", "data", "gone"});
  }
  EXPECT_THAT(metrics.Render(), AllOf(Not(HasSubstr("gone")), HasSubstr("stays")));
}

TEST(Metrics, WhatAnObjectNoLongerHasHasNoSeries) {
  Metrics metrics;
  metrics.Conditions({"View", "data", "delays"}, {{"Ready", "True"}, {"Fresh", "True"}});
  metrics.Conditions({"View", "data", "delays"}, {{"Ready", "True"}});
  EXPECT_THAT(metrics.Render(), AllOf(HasSubstr("type=\"Ready\""), Not(HasSubstr("type=\"Fresh\""))));
  const Subject pipeline{"Pipeline", "data", "flights"};
  metrics.StageSucceeded(pipeline, "decode", 1, 1);
  metrics.StageSucceeded(pipeline, "publish", 1, 1);
  metrics.Stages(pipeline, {"publish"});
  EXPECT_THAT(metrics.Render(), AllOf(HasSubstr("stage=\"publish\""), Not(HasSubstr("stage=\"decode\""))));
}

TEST(Metrics, TeamsOfObjectsThatAreGoneMakeRoom) {
  Metrics metrics;
  for (std::size_t i = 0; i < 3 * kMostTeams; ++i) {
    const std::string team = "team-" + std::to_string(i);
    metrics.Conditions({"View", "data", "delays", team}, {{"Ready", "True"}});
    EXPECT_THAT(metrics.Render(), HasSubstr("team=\"" + team + "\""));
    metrics.RunFinished({"Pipeline", "data", "flights", team}, "Succeeded", 1);
    metrics.Forget({"View", "data", "delays"});
  }
}

TEST(Metrics, AnObjectWhoseTeamChangesHasSeriesOfTheNewTeamOnly) {
  Metrics metrics;
  for (const char* team : {"old-team", "new-team"}) {
    metrics.Conditions({"View", "data", "delays", team}, {{"Ready", "True"}});
    metrics.Freshness({"View", "data", "delays", team}, Time{}, Duration{});
    metrics.Quality({"View", "data", "delays", team}, 1, 1);
  }
  EXPECT_THAT(metrics.Render(),
              AllOf(Not(HasSubstr("old-team")), HasSubstr(R"(weirkeeper_view_max_lag_seconds{name="delays",namespace="data",team="new-team"} 0)"),
                    Not(HasSubstr("data_timestamp_seconds{name=\"delays\",namespace=\"data\"}"))));
}

TEST(Metrics, TeamsThatAreMadeUpAreBounded) {
  Metrics metrics;
  for (std::size_t i = 0; i < kMostTeams + 50; ++i) metrics.Conditions({"View", "data", std::to_string(i), "team-" + std::to_string(i)}, {{"Ready", "True"}});
  metrics.RunFinished({"Pipeline", "data", "p", "team-of-a-run"}, "Succeeded", 1);
  const std::string text = metrics.Render();
  std::set<std::string> teams;
  static const std::regex label("team=\"([^\"]*)\"");
  for (std::sregex_iterator at(text.begin(), text.end(), label), end; at != end; ++at) teams.insert((*at)[1]);
  EXPECT_EQ(teams.size(), kMostTeams + 1);
  EXPECT_THAT(text, HasSubstr(R"(weirkeeper_pipeline_runs_total{namespace="data",pipeline="p",result="Succeeded",team="other"} 1)"));
}

TEST(Metrics, ATeamThatLeavesMakesRoomForOneOtherThoughSeveralHadNone) {
  Metrics metrics;
  const auto show = [&metrics](std::size_t i) { metrics.Conditions({"View", "data", std::to_string(i), "team-" + std::to_string(i)}, {{"Ready", "True"}}); };
  for (std::size_t i = 0; i < kMostTeams + 2; ++i) show(i);
  metrics.Forget({"View", "data", "0", "team-0"});
  show(kMostTeams + 7);
  EXPECT_THAT(metrics.Render(), HasSubstr("team=\"team-" + std::to_string(kMostTeams + 7) + "\""));
}

TEST(Metrics, TheLeaderIsSeen) {
  Metrics metrics;
  metrics.Leads(true);
  EXPECT_THAT(metrics.Render(), HasSubstr("weirkeeper_leader 1"));
}

TEST(Metrics, ALabelCannotForgeALine) {
  Metrics metrics;
  metrics.StageAttempted("a\"} 1\nforged 1");
  EXPECT_THAT(metrics.Render(), Not(HasSubstr("\nforged")));
}

// A row for each family of a page: | name | type | labels | help |.
std::set<std::string> RowsOf(const std::string& page) {
  static const std::regex about("# (HELP|TYPE) (\\S+) (.*)"), sample("([a-z_]+?)(?:_bucket|_sum|_count)?(?:\\{(.*)\\})? \\S+"), label("([a-z]+)=\"");
  std::map<std::string, std::map<std::string, std::string>> families;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, about)) families[match[2]][match[1]] = match[3];
    if (!std::regex_match(line, match, sample) || !families.contains(match[1])) continue;
    const std::string labels = match[2];
    std::set<std::string> names;
    for (std::sregex_iterator at(labels.begin(), labels.end(), label), end; at != end; ++at)
      if ((*at)[1] != "le") names.insert("`" + (*at)[1].str() + "`");
    std::string& all = families[match[1]]["labels"];
    all.clear();
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  }
  std::set<std::string> rows;
  for (auto& [name, family] : families) rows.insert("| `" + name + "` | " + family["TYPE"] + " | " + family["labels"] + " | " + family["HELP"] + " |");
  return rows;
}

TEST(Metrics, TheReferencePageHasARowForEach) {
  Metrics metrics;
  CountOneOfEach(metrics);
  metrics.DefinitionOutdated("views.weirkeeper.io", false);
  for (const char* kind : {"Dataset", "View"}) {
    metrics.Conditions({kind, "data", "delays", "ops"}, {{"Ready", "True"}});
    metrics.Freshness({kind, "data", "delays", "ops"}, Time{}, Duration{});
    metrics.Quality({kind, "data", "delays", "ops"}, 1, 1);
  }
  std::ifstream page(test::SourceFolder() + "/docs/reference/metrics.md");
  std::set<std::string> documented;
  for (std::string line; std::getline(page, line);)
    if (line.starts_with("| `")) documented.insert(line);
  EXPECT_THAT(documented, testing::ContainerEq(RowsOf(metrics.Render())));
}

}  // namespace
}  // namespace weir::telemetry
