#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "crds/api/protocol/attempt.h"
#include "crds/base/name.h"
#include "operator/plan/pod/pod_outcome.h"
#include "operator/plan/pod/pod_template.h"
#include "operator/plan/run/retry.h"

// Laws of the policies that hold for every input, tried on random ones; see tests/base/laws_test.cpp.
namespace weir::plan {
namespace {

std::string Joined(const std::vector<std::string>& words, std::size_t from, std::size_t to) {
  std::string text = words[from];
  for (std::size_t i = from + 1; i < to; ++i) text += "-" + words[i];
  return text;
}

TEST(NameLaws, AttemptsOfDifferentRunsAndStagesHaveDifferentNames) {
  EXPECT_TRUE(rc::check([] {
    const auto words = *rc::gen::container<std::vector<std::string>>(5, rc::gen::element<std::string>("a", "b", "2", "7t9"));
    const auto one = *rc::gen::inRange<std::size_t>(1, 5), other = *rc::gen::inRange<std::size_t>(1, 5);
    const auto name = [&words](std::size_t cut) { return api::PodName("r" + Joined(words, 0, cut), Joined(words, cut, 5), 1); };
    RC_ASSERT((name(one) == name(other)) == (one == other));
    RC_ASSERT(IsDnsLabel(name(one)));
  }));
}

TEST(NameLaws, AttemptsOfTheOperatorsRunsAreNamedPlainly) {
  EXPECT_TRUE(rc::check([] {
    const auto stage = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("a", "b", "ab2")));
    RC_PRE(stage.size() < 8U);
    const std::string run = "delays-20260105t000000-" + std::to_string(*rc::gen::inRange(1, 1000));
    const std::string name = Joined(stage, 0, stage.size());
    RC_ASSERT(api::PodName(run, name, 3) == run + "-" + name + "-3");
  }));
}

// Meshes, agents and log shippers, in any state.
Json AnyState() {
  const auto exit_code = *rc::gen::element(0, 1, 137);
  const Json terminated{{"exitCode", exit_code}, {"reason", "Error"}, {"message", R"({"result":"Bug","reason":"InternalError"})"}};
  return *rc::gen::element(Json{{"running", Json::object()}}, Json{{"terminated", terminated}}, Json{{"waiting", {{"reason", "ImagePullBackOff"}}}});
}

Json ListOf(const Json& ours, std::size_t place, const std::vector<Json>& others) {
  Json list = Json::array();
  for (std::size_t i = 0; i <= others.size(); ++i) {
    if (i == place) list.push_back(ours);
    if (i < others.size()) list.push_back(others[i]);
  }
  return list;
}

TEST(PodLaws, ContainersBesideTheRunnerChangeNoOutcome) {
  EXPECT_TRUE(rc::check([] {
    const auto count = *rc::gen::inRange<std::size_t>(0, 4);
    std::vector<Json> containers, statuses;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = *rc::gen::element<std::string>("aaa", "istio-proxy", "zzz") + std::to_string(i);
      containers.push_back({{"name", name}, {"image", "mesh:1"}, {"resources", {{"limits", {{"memory", "1Mi"}}}}}});
      statuses.push_back({{"name", name}, {"state", AnyState()}});
    }
    const Json runner{{"name", "runner"}, {"image", "runner:1"}, {"resources", {{"limits", {{"memory", "2Gi"}}}}}};
    const Json ended{
        {"exitCode", *rc::gen::element(0, 13, 137)}, {"reason", "OOMKilled"}, {"message", *rc::gen::element<std::string>("", R"({"result":"Data"})")}};
    const Json state = *rc::gen::element(Json{{"terminated", ended}}, Json{{"running", Json::object()}}, Json{{"waiting", {{"reason", "ErrImagePull"}}}});
    const Json status{{"name", "runner"}, {"state", state}};
    const auto outcome = [&](const Json& specs, const Json& all, const std::string& phase) {
      const Pod pod = ReadPod({}, {{"spec", {{"containers", specs}}}, {"status", {{"phase", phase}, {"containerStatuses", all}}}});
      return std::pair(OutcomeOf(pod, Time{} + kImagePatience), ObstacleOf(pod, Time{} + kImagePatience).has_value());
    };
    const auto place = *rc::gen::inRange<std::size_t>(0, count + 1), status_place = *rc::gen::inRange<std::size_t>(0, count + 1);
    const auto alone = outcome(Json::array({runner}), Json::array({status}), "Running");
    RC_ASSERT(alone ==
              outcome(ListOf(runner, place, containers), ListOf(status, status_place, statuses), *rc::gen::element<std::string>("Running", "Pending")));
  }));
}

api::RetryPolicy AnyPolicy() {
  return {.maxAttempts = *rc::gen::inRange(1, 21),
          .backoff = Duration{*rc::gen::inRange<std::int64_t>(100, 3'600'001)},
          .maxBackoff = Duration{*rc::gen::inRange<std::int64_t>(100, 86'400'001)}};
}

TEST(RetryLaws, WaitsNeverShrinkAndStayWithinTheirBound) {
  EXPECT_TRUE(rc::check([] {
    const api::RetryPolicy policy = AnyPolicy();
    const int failures = *rc::gen::inRange(1, 2000);
    RC_ASSERT(Backoff(policy, failures) <= Backoff(policy, failures + 1));
    RC_ASSERT(Backoff(policy, failures) <= policy.maxBackoff);
    RC_ASSERT(Backoff(policy, failures) > Duration{});
  }));
}

TEST(RetryLaws, EveryStreakOfFailuresEnds) {
  EXPECT_TRUE(rc::check([] {
    const api::RetryPolicy policy = AnyPolicy();
    Failures failures;
    int attempts = 1;
    for (;; ++attempts) {
      const auto result = static_cast<api::OutcomeClass>(*rc::gen::inRange(1, static_cast<int>(api::Words<api::OutcomeClass>::kAll.size())));
      const RetryDecision decision = AfterFailure(result, failures, policy);
      RC_ASSERT(decision.failures.own + decision.failures.infrastructure == attempts);
      failures = decision.failures;
      if (!decision.retries) break;
    }
    RC_ASSERT(attempts <= policy.maxAttempts + kInfrastructureLimit);
  }));
}

}  // namespace
}  // namespace weir::plan
