#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plan/world.h"

// Pods that the API server does not create: what is said of them, how long they are tried, and how it ends.
namespace weir::test {
namespace {

using local::Moment;
using local::Verb;
using testing::AllOf;
using testing::HasSubstr;

const Error kUnavailable{Fault::Transient, "ServerError", "create Pod: etcdserver: leader changed (HTTP 503)"};
const Error kHookIsDown{Fault::Denied, "WebhookFailed", "create Pod: failed calling webhook \"mesh.example.com\" (HTTP 500)"};
const Error kPolicy{Fault::Denied, "Forbidden", "create Pod: violates PodSecurity \"restricted:latest\" (HTTP 403)"};
const Error kQuota{Fault::Denied, "QuotaExceeded", "create Pod: exceeded quota: compute (HTTP 403)"};
const Error kNoClass{Fault::Denied, "ClassMissing", "create Pod: no PriorityClass with name gold was found (HTTP 403)"};
const Error kInvalid{Fault::Invalid, "Invalid", "create Pod: spec.priority: Invalid value (HTTP 422)"};

class PodRejection : public testing::Test {
 protected:
  // From now on, for pods whose names have `part`.
  void Refuse(const Error& why, const std::string& part) {
    tries_ = 0;
    world_.fault = [this, why, part](Verb verb, const kube::ObjectRef& ref, Moment moment) -> std::optional<Error> {
      if (verb != Verb::Create || !(ref.resource == api::kPods) || moment != Moment::Before || ref.name.find(part) == std::string::npos) return std::nullopt;
      ++tries_;
      return why;
    };
  }
  void RefuseTheFirstStage(const Error& why) {
    Refuse(why, "-land-");
    world_.Apply(kFlights);
    Work();
    run_ = world_.RunNames().front();
  }
  // Validated, and made; the node has not said anything of it.
  kube::ObjectRef StartTheFirstPod() {
    world_.Apply(kFlights);
    world_.Settle();
    world_.RunPods();
    world_.Settle();
    run_ = world_.RunNames().front();
    return {api::kPods, "default", run_ + "-land-1"};
  }
  void Work() {
    while (world_.Settle(), world_.RunPods() > 0) {
    }
  }
  void Pass(Duration time, Duration step = Duration::Seconds(1)) {
    for (const Time end = world_.clock.now + time; world_.clock.now < end;) world_.Advance(step);
    Work();
  }
  std::string RunIs(const std::string& type) { return world_.Condition(api::kPipelineRuns, run_, type); }
  std::string RunSays(const std::string& type) { return world_.Message(api::kPipelineRuns, run_, type); }
  api::StageStatus Stage(std::size_t at) { return world_.RunStatusOf(run_).stages.at(at); }
  int Warnings(const std::string& reason) {
    int count = 0;
    for (const Json& event : world_.List(api::kEvents)) count += Text(event, "type") == "Warning" && Text(event, "reason") == reason ? 1 : 0;
    return count;
  }
  void ExpectThatItEndsWell() {
    world_.fault = nullptr;
    world_.Converge();
    EXPECT_EQ(RunIs("Succeeded"), "True Completed");
  }

  World world_;
  std::string run_;
  int tries_ = 0;
};

TEST_F(PodRejection, ThatIsOverInAMomentIsNotTold) {
  for (const Error& why : {kUnavailable, kHookIsDown, Error{Fault::Conflict, "Conflict", "create Pod: the quota was changed (HTTP 409)"}}) {
    World world;
    int left = 2;
    world.fault = [&](Verb verb, const kube::ObjectRef& ref, Moment moment) -> std::optional<Error> {
      if (verb == Verb::Create && ref.resource == api::kPods && moment == Moment::Before && left-- > 0) return why;
      return std::nullopt;
    };
    world.Apply(kFlights);
    world.Converge();
    const std::string run = world.RunNames().front();
    EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Succeeded"), "True Completed");
    for (const Json& event : world.List(api::kEvents)) EXPECT_NE(Text(event, "reason"), "PodRejected") << why.message;
  }
}

TEST_F(PodRejection, ThatLastsIsToldInSecondsAndSpendsNoAttempt) {
  RefuseTheFirstStage(kUnavailable);
  EXPECT_EQ(RunIs("Reconciling"), "True Running");
  Pass(Duration::Seconds(5));
  EXPECT_EQ(RunIs("Reconciling"), "True PodRejected");
  EXPECT_THAT(RunSays("Reconciling"), AllOf(HasSubstr("tried again until 2026-"), HasSubstr("etcdserver: leader changed")));
  EXPECT_EQ(Warnings("PodRejected"), 1);
  Pass(Duration::Minutes(30), Duration::Minutes(1));
  EXPECT_EQ(RunIs("Reconciling"), "True PodRejected");
  EXPECT_EQ(Warnings("PodRejected"), 1);
  ExpectThatItEndsWell();
  EXPECT_EQ(Stage(0).attempt, 1);
  EXPECT_EQ(Stage(0).infrastructureFailures, 0);
}

TEST_F(PodRejection, IsTriedAgainUntilTheTimeoutOfTheAttempt) {
  for (const Error& why : {kUnavailable, kHookIsDown, kQuota, kNoClass}) {
    world_.Restart();
    RefuseTheFirstStage(why);
    Pass(Duration::Minutes(59), Duration::Minutes(1));
    EXPECT_EQ(RunIs("Reconciling"), "True PodRejected") << why.message;
    Pass(Duration::Minutes(1), Duration::Minutes(1));
    EXPECT_EQ(Stage(0).state, api::StageState::Retrying) << why.message;
    EXPECT_EQ(Stage(0).infrastructureFailures, 1);
    EXPECT_EQ(Stage(0).ownFailures, 0) << "it is nobody's fault";
    EXPECT_EQ(RunIs("Reconciling"), "True ProgressingWithRetry");
    EXPECT_THAT(RunSays("Reconciling"), AllOf(HasSubstr("refused the pod for 1h, the timeout of the attempt"), HasSubstr(why.message)));
    ExpectThatItEndsWell();
    EXPECT_EQ(Stage(0).attempt, 2);
    world_.Delete(api::kPipelineRuns, run_);
    world_.Delete(api::kPipelines, "delays");
    world_.Converge();
  }
}

TEST_F(PodRejection, ByAPolicyIsCountedFromItsOwnBeginning) {
  RefuseTheFirstStage(kQuota);
  Pass(Duration::Minutes(5), Duration::Minutes(1));
  EXPECT_EQ(RunIs("Succeeded"), "Unknown PodRejected");
  Refuse(kPolicy, "-land-");
  for (int seconds = 0; seconds < 61 && !Stage(0).refusedSince; ++seconds) Pass(Duration::Seconds(1));  // the next try is a minute away at most
  ASSERT_TRUE(Stage(0).refusedSince);
  Pass(Duration::Seconds(20));
  EXPECT_EQ(RunIs("Succeeded"), "Unknown PodRejected") << "a quota is no policy: its time does not count";
  Refuse(kQuota, "-land-");
  Pass(Duration::Minutes(2));
  EXPECT_FALSE(Stage(0).refusedSince) << "the policy is gone";
  Refuse(kPolicy, "-land-");
  Pass(Duration::Minutes(2));
  EXPECT_EQ(RunIs("Succeeded"), "False StageFailed");
}

TEST_F(PodRejection, ByAPolicyFailsTheStageAfterAFewTries) {
  for (const Error& why : {kPolicy, kInvalid}) {
    RefuseTheFirstStage(why);
    EXPECT_EQ(RunIs("Reconciling"), "True PodRejected") << "at once: it will not pass by itself";
    EXPECT_THAT(RunSays("Reconciling"), AllOf(HasSubstr("tried again until 2026-"), HasSubstr(why.message)));
    Pass(Duration::Seconds(25));
    EXPECT_EQ(RunIs("Succeeded"), "Unknown PodRejected");
    EXPECT_GT(tries_, 3);
    Pass(Duration::Seconds(10));
    EXPECT_EQ(RunIs("Succeeded"), "False StageFailed");
    EXPECT_EQ(RunIs("Stalled"), "True StageFailed");
    EXPECT_THAT(RunSays("Stalled"), AllOf(HasSubstr("refused the pod for 30s and would refuse it again"), HasSubstr(why.message)));
    EXPECT_EQ(Stage(0).reason, api::Reason::PodRejected);
    EXPECT_EQ(Stage(0).attempt, 1);
    EXPECT_EQ(Stage(1).state, api::StageState::Skipped);
    const int tries = tries_;
    Pass(Duration::Hours(2), Duration::Minutes(10));
    EXPECT_EQ(tries_, tries) << "it is over";
    world_.Delete(api::kPipelineRuns, run_);
    world_.Delete(api::kPipelines, "delays");
    world_.fault = nullptr;
    world_.Converge();
  }
}

TEST_F(PodRejection, ByAPolicyThatIsCorrectedInTimeCostsNothing) {
  RefuseTheFirstStage(kPolicy);
  Pass(Duration::Seconds(20));
  ExpectThatItEndsWell();
  EXPECT_EQ(Stage(0).attempt, 1);
}

// The operator was away while the attempt grew old.
TEST_F(PodRejection, DoesNotEndAnOldAttemptTheFirstTimeThatItIsMet) {
  RefuseTheFirstStage(kUnavailable);
  ASSERT_EQ(RunIs("Reconciling"), "True Running");
  int left = 1;
  world_.fault = [&left](Verb verb, const kube::ObjectRef& ref, Moment moment) -> std::optional<Error> {
    if (verb == Verb::Create && ref.resource == api::kPods && moment == Moment::Before && left-- > 0) return kUnavailable;
    return std::nullopt;
  };
  world_.clock.now = world_.clock.now + Duration::Hours(5);
  world_.Restart();
  world_.Converge();
  EXPECT_EQ(RunIs("Succeeded"), "True Completed");
  EXPECT_EQ(Stage(0).attempt, 1);
}

TEST_F(PodRejection, OfAValidatorByAPolicyIsStalledAndTriedWhenSomebodyAsks) {
  Refuse(kPolicy, "-validate-");
  world_.Apply(kFlights);
  Work();
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Reconciling"), "True PodRejected");
  Pass(Duration::Seconds(35));
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Stalled"), "True PodRejected");
  EXPECT_THAT(world_.Message(api::kPipelines, "delays", "Stalled"), AllOf(HasSubstr(kPolicy.message), HasSubstr("weirkeeper.io/requested-at")));
  world_.fault = nullptr;
  world_.Converge();
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Stalled"), "True PodRejected") << "nobody has asked";
  world_.Annotate(api::kPipelines, "delays", "weirkeeper.io/requested-at", "2026-01-05T00:00:00Z");
  world_.Converge();
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  EXPECT_EQ(world_.RunNames().size(), 1U);
}

// ---- reasons go with their causes

struct Hindrance {
  const char* name;
  const char* reason;
  Json status;
};
class WaitingPod : public PodRejection, public testing::WithParamInterface<Hindrance> {};

Json Waiting(const std::string& reason) {
  return {{"containerStatuses", Json::array({{{"name", "runner"}, {"state", {{"waiting", {{"reason", reason}, {"message", "not found"}}}}}}})}};
}
Json NotScheduled(const std::string& reason) {
  return {{"conditions", Json::array({{{"type", "PodScheduled"}, {"status", "False"}, {"reason", reason}, {"message", "0/1 nodes are available"}}})}};
}

TEST_P(WaitingPod, HasItsReasonAsLongAsItsCauseAndNotUntilItStarts) {
  const kube::ObjectRef pod = StartTheFirstPod();
  const auto kubelet = [&](const Json& status) {
    ASSERT_TRUE(world_.cluster.Patch(pod, kube::PatchType::Merge, kube::Subresource::Status, {{"status", status}}));
  };
  kubelet(GetParam().status);
  world_.Settle();
  EXPECT_EQ(RunIs("Reconciling"), "True " + std::string(GetParam().reason));
  EXPECT_EQ(Warnings(GetParam().reason), 1);
  // Scheduled, and its containers are being made: the runner has not started.
  kubelet({{"containerStatuses", Json::array({{{"name", "runner"}, {"state", {{"waiting", {{"reason", "ContainerCreating"}}}}}}})},
           {"conditions", Json::array({{{"type", "PodScheduled"}, {"status", "True"}}})}});
  world_.Settle();
  EXPECT_EQ(RunIs("Reconciling"), "True Running");
  EXPECT_EQ(Stage(0).reason, std::nullopt);
  EXPECT_EQ(Stage(0).message, "");
}

INSTANTIATE_TEST_SUITE_P(Each, WaitingPod,
                         testing::Values(Hindrance{"Unschedulable", "Unschedulable", NotScheduled("Unschedulable")},
                                         Hindrance{"MissingSecret", "StartFailed", Waiting("CreateContainerConfigError")},
                                         Hindrance{"ImagePull", "ImageUnavailable", Waiting("ImagePullBackOff")}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(PodRejection, OfTheAttemptBeforeIsNotTheReasonOfTheNext) {
  const kube::ObjectRef pod = StartTheFirstPod();
  ASSERT_TRUE(world_.cluster.Patch(pod, kube::PatchType::Merge, kube::Subresource::Status, {{"status", Waiting("ImagePullBackOff")}}));
  world_.Settle();
  world_.Advance(Duration::Minutes(3));
  ASSERT_EQ(Stage(0).state, api::StageState::Retrying);
  EXPECT_EQ(Stage(0).reason, api::Reason::ImageUnavailable);
  for (int seconds = 0; Stage(0).attempt == 1 && seconds < 100; ++seconds) world_.Advance(Duration::Seconds(1));
  EXPECT_EQ(RunIs("Reconciling"), "True Running");
  EXPECT_EQ(Stage(0).reason, std::nullopt);
}

}  // namespace
}  // namespace weir::test
