#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crds/api/protocol/attempt.h"
#include "crds/contract/contract.h"
#include "operator/plan/notice.h"
#include "operator/plan/pipeline/history.h"
#include "operator/plan/pod/pod_outcome.h"
#include "operator/plan/pod/pod_template.h"
#include "operator/plan/resolve/dag.h"
#include "operator/plan/resolve/resolve.h"
#include "operator/plan/run/retry.h"
#include "operator/plan/run/task.h"
#include "operator/plan/table/freshness.h"
#include "operator/plan/validate/validate.h"
#include "operator/report/report.h"

namespace weir::plan {
namespace {

using api::OutcomeClass;
using api::Reason;

constexpr Time kNow = Time::FromSeconds(1'767'323'045);

// ---- retry
TEST(Retry, DataFailuresAreNotRetried) {
  EXPECT_FALSE(AfterFailure(OutcomeClass::Data, {}, {}).retries);
  EXPECT_FALSE(AfterFailure(OutcomeClass::User, {}, {}).retries);
  EXPECT_FALSE(AfterFailure(OutcomeClass::Fenced, {}, {}).retries);
}

TEST(Retry, TransientFailuresAreRetriedWithinTheUsersBudget) {
  const api::RetryPolicy policy{.maxAttempts = 3};
  EXPECT_TRUE(AfterFailure(OutcomeClass::Transient, {.own = 1}, policy).retries);
  EXPECT_FALSE(AfterFailure(OutcomeClass::Transient, {.own = 2}, policy).retries);
  EXPECT_TRUE(AfterFailure(OutcomeClass::Resource, {.own = 1}, policy).retries);
}

TEST(Retry, LostNodesDoNotSpendTheUsersBudgetAndAreBoundedToo) {
  const api::RetryPolicy policy{.maxAttempts = 1};
  EXPECT_TRUE(AfterFailure(OutcomeClass::Infrastructure, {.infrastructure = 8}, policy).retries);
  EXPECT_FALSE(AfterFailure(OutcomeClass::Infrastructure, {.infrastructure = 9}, policy).retries);
  EXPECT_EQ(AfterFailure(OutcomeClass::Infrastructure, {}, policy).failures.own, 0);
}

TEST(Retry, BugsAreTriedOnceMore) {
  EXPECT_TRUE(AfterFailure(OutcomeClass::Bug, {}, {}).retries);
  EXPECT_FALSE(AfterFailure(OutcomeClass::Bug, {.own = 1}, {}).retries);
}

TEST(Retry, WaitsDoubleUpToTheLongest) {
  const api::RetryPolicy policy{.backoff = Duration::Seconds(10), .maxBackoff = Duration::Seconds(60)};
  EXPECT_EQ(Backoff(policy, 1), Duration::Seconds(10));
  EXPECT_EQ(Backoff(policy, 3), Duration::Seconds(40));
  EXPECT_EQ(Backoff(policy, 4), Duration::Seconds(60));
  EXPECT_EQ(Backoff(policy, 1000), Duration::Seconds(60));
}

// ---- dag
TEST(Dag, AbsentNeedsMeanTheStageAboveAndEmptyOnesNothing) {
  std::vector<api::Stage> stages{{.name = "a"}, {.name = "b"}, {.name = "c", .needs = std::vector<std::string>{}}};
  EXPECT_TRUE(NeedsOf(stages, 0).empty());
  EXPECT_EQ(NeedsOf(stages, 1), std::vector<std::string>{"a"});
  EXPECT_TRUE(NeedsOf(stages, 2).empty());
}

// ---- freshness
TEST(Freshness, FailsAtExactlyTheLimit) {
  const api::Freshness limit{Duration::Hours(2)};
  const Time data = kNow - Duration::Hours(2);
  EXPECT_EQ(JudgeFreshness(data, limit, kNow).status, api::ConditionStatus::False);
  EXPECT_EQ(JudgeFreshness(data, limit, kNow - Duration::Millis(1)).status, api::ConditionStatus::True);
  EXPECT_EQ(JudgeFreshness(data, limit, kNow - Duration::Millis(1)).changesAt, kNow);
}

TEST(Freshness, IsUnknownWithoutDataAndNeverAPass) {
  EXPECT_EQ(JudgeFreshness({}, api::Freshness{Duration::Hours(2)}, kNow).reason, Reason::NoData);
  // A clock that was wrong makes nothing fresh for longer than the limit.
  const api::Freshness limit{Duration::Hours(2)};
  const Time ahead = kNow + Duration::Hours(30);
  EXPECT_EQ(JudgeFreshness(ahead, limit, kNow).status, api::ConditionStatus::Unknown);
  EXPECT_EQ(JudgeFreshness(ahead, limit, kNow).changesAt, ahead - Duration::Minutes(5));
  EXPECT_EQ(JudgeFreshness(ahead, limit, ahead - Duration::Minutes(5)).status, api::ConditionStatus::True);
  EXPECT_EQ(JudgeFreshness(ahead, limit, kNow, Duration::Hours(30)).status, api::ConditionStatus::True) << "declared so";
  EXPECT_EQ(JudgeFreshness(kNow, {}, kNow).reason, Reason::NoLimit);
}

// ---- contract
api::ViewSpec Spec() {
  api::ViewSpec spec;
  spec.columns = {
      {.name = "day", .type = "DATE", .nullable = false}, {.name = "delay", .type = "INTEGER", .unit = "minutes"}, {.name = "price", .type = "DECIMAL(10,2)"}};
  spec.keys = {{{"day"}}};
  spec.freshness = api::Freshness{Duration::Hours(2)};
  return spec;
}
api::PublishedContract Published() {
  const api::ViewSpec spec = Spec();
  return {.columns = contract::ContractOf(spec).columns, .keys = spec.keys, .freshness = spec.freshness};
}
std::vector<std::string> Rules(const api::ViewSpec& spec) {
  std::vector<std::string> rules;
  for (const contract::Finding& finding : contract::Compare(Published(), contract::ContractOf(spec), kNow))
    rules.push_back(std::string(api::Word(finding.rule)) + " " + finding.path);
  return rules;
}

TEST(Contract, TheSameOrMoreIsNoBreak) {
  api::ViewSpec spec = Spec();
  spec.columns.push_back({.name = "extra", .type = "VARCHAR"});
  spec.columns[1].nullable = false;
  spec.columns[0].description = "another text";
  EXPECT_TRUE(Rules(spec).empty());
}

TEST(Contract, NamesEveryBrokenRuleAtOnceWithItsPath) {
  api::ViewSpec spec = Spec();
  spec.columns[0].nullable = true;
  spec.columns[1].type = "BIGINT";
  spec.columns[1].unit = "hours";
  spec.columns[2].type = "DOUBLE";
  spec.keys = {{{"day", "delay"}}};
  spec.freshness->maxLag = Duration::Hours(4);
  EXPECT_THAT(Rules(spec),
              testing::ElementsAre("NullabilityLoosen spec.columns[0].nullable", "TypeWiden spec.columns[1].type", "MeaningUnit spec.columns[1].unit",
                                   "TypeWidenLossy spec.columns[2].type", "KeyChange spec.keys", "SlaFreshness spec.freshness.maxLag"));
}

TEST(Contract, TellsARenameFromADrop) {
  api::ViewSpec spec = Spec();
  spec.columns[1].name = "lateness";
  EXPECT_THAT(Rules(spec), testing::ElementsAre("ColumnNoDelete spec.columns[1].name"));
  spec = Spec();
  spec.columns.pop_back();
  EXPECT_THAT(Rules(spec), testing::ElementsAre("ColumnNoDelete spec.columns"));
}

TEST(Contract, FreshnessMayBeLoosenedByHalf) {
  api::ViewSpec spec = Spec();
  spec.freshness->maxLag = Duration::Hours(3);
  EXPECT_TRUE(Rules(spec).empty());
  spec.freshness.reset();
  EXPECT_THAT(Rules(spec), testing::ElementsAre("SlaFreshness spec.freshness.maxLag"));
}

TEST(Contract, AlphaOnlyWarns) {
  api::ViewSpec spec = Spec();
  spec.columns.pop_back();
  spec.stability = api::Stability::Alpha;
  const auto findings = contract::Compare(Published(), contract::ContractOf(spec), kNow);
  EXPECT_EQ(findings.size(), 1U);
  EXPECT_TRUE(contract::Breaking(findings).empty());
}

// ---- ends of pods
Pod EndedPod(int exit_code, const std::string& reason, const std::string& message = "") {
  Pod pod;
  pod.meta.name = "run-land-1";
  pod.phase = PodPhase::Ended;
  pod.started = true;
  pod.exitCode = exit_code;
  pod.exitReason = reason;
  pod.exitMessage = message;
  pod.memoryLimit = "1Gi";
  return pod;
}
std::pair<OutcomeClass, Reason> EndOf(const Pod& pod) {
  const auto outcome = OutcomeOf(pod, kNow);
  return {outcome.value().result, outcome.value().reason.value()};
}

TEST(PodOutcome, TellsTheReasonsOfAnEndApart) {
  using Expected = std::pair<OutcomeClass, Reason>;
  EXPECT_EQ(EndOf(EndedPod(137, "OOMKilled")), (Expected{OutcomeClass::Resource, Reason::OutOfMemory}));
  EXPECT_EQ(EndOf(EndedPod(137, "Error")), (Expected{OutcomeClass::Infrastructure, Reason::RunnerKilled}));
  EXPECT_EQ(EndOf(EndedPod(139, "Error")), (Expected{OutcomeClass::Bug, Reason::InternalError}));
  EXPECT_EQ(EndOf(EndedPod(128, "StartError", "exec: no such file")), (Expected{OutcomeClass::Infrastructure, Reason::StartFailed}));
  EXPECT_EQ(EndOf(EndedPod(14, "Error")), (Expected{OutcomeClass::User, Reason::InternalError})) << "exit code of the class, but no words";
  EXPECT_EQ(EndOf(EndedPod(0, "Completed")), (Expected{OutcomeClass::Bug, Reason::InternalError}));
  Pod pod = EndedPod(137, "Error");
  pod.reason = "Evicted";
  EXPECT_EQ(EndOf(pod), (Expected{OutcomeClass::Infrastructure, Reason::Evicted}));
  pod.reason = "DeadlineExceeded";
  EXPECT_EQ(EndOf(pod), (Expected{OutcomeClass::Resource, Reason::DeadlineExceeded}));
  pod = EndedPod(137, "Error");
  pod.meta.deleted = kNow;
  EXPECT_EQ(EndOf(pod), (Expected{OutcomeClass::Infrastructure, Reason::PodDeleted}));
  pod.disruption = "DeletionByTaintManager";
  EXPECT_EQ(EndOf(pod), (Expected{OutcomeClass::Infrastructure, Reason::NodeLost}));
}

TEST(PodOutcome, BelievesTheRunnerWhateverKilledItAfterwards) {
  Pod pod = EndedPod(137, "OOMKilled", R"({"result": "Succeeded", "reason": "Committed"})");
  pod.meta.deleted = kNow;
  EXPECT_EQ(OutcomeOf(pod, kNow)->result, OutcomeClass::Succeeded);
}

TEST(PodOutcome, SaysWhoStoppedARunnerThatOnlyKnowsThatItWasStopped) {
  const std::string stopped = R"({"result": "Infrastructure", "reason": "RunnerKilled"})";
  using Expected = std::pair<OutcomeClass, Reason>;
  Pod pod = EndedPod(10, "Error", stopped);
  EXPECT_EQ(EndOf(pod), (Expected{OutcomeClass::Infrastructure, Reason::RunnerKilled}));
  pod.reason = "DeadlineExceeded";
  EXPECT_EQ(EndOf(pod), (Expected{OutcomeClass::Resource, Reason::DeadlineExceeded}));
  pod = EndedPod(10, "Error", stopped);
  pod.meta.deleted = kNow;
  EXPECT_EQ(EndOf(pod), (Expected{OutcomeClass::Infrastructure, Reason::PodDeleted}));
}

TEST(PodOutcome, TakesNoWordsThatAreNotOfTheRunner) {
  EXPECT_EQ(EndOf(EndedPod(1, "Error", "panic: something")).first, OutcomeClass::Bug);
  EXPECT_EQ(EndOf(EndedPod(1, "Error", R"({"result": "Splendid"})")).first, OutcomeClass::Bug);
  EXPECT_EQ(EndOf(EndedPod(1, "Error", R"({"result": "Succeeded", "result": "Bug"})")).first, OutcomeClass::Bug);
}

TEST(PodOutcome, WaitsForAnImageOnlySoLongAndNamesIt) {
  Pod pod;
  pod.meta.created = kNow;
  pod.waitingContainer = kRunnerContainer;
  pod.waitingImage = "registry.example.com/runner:gone";
  pod.waitingReason = "ImagePullBackOff";
  EXPECT_FALSE(OutcomeOf(pod, kNow + kImagePatience - Duration::Millis(1)));
  EXPECT_EQ(OutcomeChangesAt(pod), kNow + kImagePatience);
  const auto outcome = OutcomeOf(pod, kNow + kImagePatience);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->reason, Reason::ImageUnavailable);
  EXPECT_NE(outcome->message.find("registry.example.com/runner:gone"), std::string::npos);
}

TEST(PodOutcome, BlamesNoStageForAPodThatDidNotStartInTime) {
  Pod pod;
  pod.phase = PodPhase::Ended;
  pod.reason = "DeadlineExceeded";
  pod.waitingReason = "CreateContainerConfigError";
  pod.waitingMessage = "secret \"keys\" not found";
  EXPECT_EQ(EndOf(pod), (std::pair{OutcomeClass::Infrastructure, Reason::StartFailed}));
  EXPECT_NE(OutcomeOf(pod, kNow)->message.find("secret \"keys\" not found"), std::string::npos);
}

// ---- conditions become events
TEST(Notice, TellsTroubleAndItsEndButNoSteps) {
  const api::Condition running{api::ConditionType::Reconciling, api::ConditionStatus::True, Reason::Running, "1/6", 1, kNow};
  api::Condition retrying = running;
  retrying.reason = Reason::ProgressingWithRetry;
  EXPECT_TRUE(NoticesOf({}, {running}).empty());
  ASSERT_EQ(NoticesOf({running}, {retrying}).size(), 1U);
  EXPECT_EQ(NoticesOf({running}, {retrying})[0].type, NoticeType::Warning);
  EXPECT_TRUE(NoticesOf({retrying}, {retrying}).empty());
}

TEST(Notice, TellsEachWarningOnce) {
  const Json before{{"warnings", {"a"}}};
  const Json after{{"warnings", {"a", "b"}}, {"stages", {{{"name", "decode"}, {"warnings", {"c"}}}}}};
  const auto notices = WarningsOf(before, after);
  ASSERT_EQ(notices.size(), 2U);
  EXPECT_EQ(notices[0].reason, "Warned");
  EXPECT_EQ(notices[0].message, "b");
  EXPECT_EQ(notices[1].message, "Stage \"decode\": c");
  EXPECT_TRUE(WarningsOf(after, after).empty());
}

// ---- names and SQL
TEST(Bundle, FindsTableNamesAsWholeWordsWhateverTheirCase) {
  EXPECT_TRUE(MayName("SELECT * FROM Flights_Daily d", "flights_daily"));
  EXPECT_TRUE(MayName("SELECT * FROM \"flights\"", "flights"));
  EXPECT_FALSE(MayName("SELECT * FROM flights_daily", "flights"));
  EXPECT_FALSE(MayName("SELECT * FROM my_flights", "flights"));
  EXPECT_TRUE(MayName("SELECT * FROM flights-with-plane", "flights_with_plane")) << "so that it can be told what to write";
}

TEST(Task, EpochsGrowOverAttemptsStagesAndRuns) {
  EXPECT_LT(api::EpochOf(7, 0, 1), api::EpochOf(7, 0, 2));
  EXPECT_LT(api::EpochOf(7, 0, 999), api::EpochOf(7, 1, 1)) << "accept commits to the table that a second attempt of land had claimed";
  EXPECT_LT(api::EpochOf(7, 49, 999), api::EpochOf(8, 0, 1));
}

// ---- status patches
TEST(Report, PatchesOnlyWhatDiffersAndRemovesWhatIsGone) {
  const Json from{{"a", 1}, {"b", {{"c", 2}, {"d", 3}}}, {"gone", "x"}, {"list", Json::array({1, 2})}};
  const Json to{{"a", 1}, {"b", {{"c", 2}, {"d", 4}}}, {"list", Json::array({1})}};
  EXPECT_EQ(report::MergePatch(from, to), (Json{{"b", {{"d", 4}}}, {"gone", nullptr}, {"list", Json::array({1})}}));
  EXPECT_TRUE(report::MergePatch(to, to).empty());
}

}  // namespace
}  // namespace weir::plan
