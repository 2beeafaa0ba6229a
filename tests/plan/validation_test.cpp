#include <gtest/gtest.h>

#include <algorithm>

#include "tests/plan/world.h"

// What becomes of a revision whose validator pod does not end well.
namespace weir::test {
namespace {

using api::OutcomeClass;
using api::Reason;

constexpr const char* kRequest = "weirkeeper.io/requested-at";

Ending OutOfMemory() { return {{}, 137, "OOMKilled"}; }
Ending Killed() { return {{}, 137, "Error"}; }
Ending Finding() {
  return {api::StageOutcome{.result = OutcomeClass::User,
                            .reason = Reason::SqlInvalid,
                            .findings = {{"spec.stages[3].transform.sql", "there is no column dealy; did you mean delay?"}}},
          15, "Error"};
}

// Validators end as told, by attempt; stages succeed.
std::function<Ending(const api::StageTask&)> Validators(const std::function<Ending(int)>& ending) {
  return [ending](const api::StageTask& task) { return task.kind == api::TaskKind::Validate ? ending(task.attempt) : Succeeds(); };
}

long ValidatorsMade(const World& world) {
  return std::count_if(world.podsMade.begin(), world.podsMade.end(), [](const std::string& pod) { return pod.find("-validate-") != std::string::npos; });
}

std::string Status(World& world, const std::string& field) { return Text(At(world.Get(api::kPipelines, "delays"), "status"), field); }

// An edit that gives another revision.
void Edit(World& world) { world.PatchSpec(api::kPipelines, "delays", {{"retry", {{"maxAttempts", 2}}}}); }

TEST(Validation, IsTriedAgainWhenItsPodWasLostAndSaysSoMeanwhile) {
  World world;
  world.runner = Validators([](int attempt) { return attempt == 1 ? OutOfMemory() : attempt < 4 ? Killed() : Succeeds(); });
  world.Apply(kFlights);
  world.Settle();
  world.RunPods();
  world.Settle();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Reconciling"), "True ProgressingWithRetry");
  EXPECT_NE(world.Message(api::kPipelines, "delays", "Reconciling").find("256Mi of memory that validators have"), std::string::npos);
  EXPECT_EQ(world.RunPods(), 0) << "not before its back-off";
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  EXPECT_EQ(ValidatorsMade(world), 4);
  EXPECT_EQ(world.RunNames().size(), 1U);
}

TEST(Validation, ThatNeedsTooMuchNamesTheFieldOfTheLakeAndNoneOfAStage) {
  const Ending says{api::StageOutcome{.result = OutcomeClass::Resource, .reason = Reason::OutOfMemory, .message = "raise resources.memory of stage validate"},
                    12, "Error"};
  const Ending late{.exitCode = 143, .reason = "Error", .podReason = "DeadlineExceeded"};
  for (const Ending& ending : {OutOfMemory(), says, late}) {
    World world;
    world.runner = Validators([&ending](int) { return ending; });
    world.Apply(kFlights);
    world.Converge();
    const std::string message = world.Message(api::kPipelines, "delays", "Stalled");
    EXPECT_EQ(message.find("of stage"), std::string::npos) << message;
    EXPECT_NE(message.find("spec.runner.validator.resources."), std::string::npos) << message;
    EXPECT_EQ(message.find("attemptTimeout"), std::string::npos) << message;
    EXPECT_NE(message.find("split the pipeline"), std::string::npos) << message;
  }
}

TEST(Validation, IsGivenUpWithItsOwnReasonAndTriedAgainWhenSomebodyAsks) {
  World world;
  bool mended = false;
  world.runner = Validators([&mended](int) { return mended ? Succeeds() : OutOfMemory(); });
  world.Apply(kFlights);
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Stalled"), "True OutOfMemory");
  EXPECT_NE(world.Message(api::kPipelines, "delays", "Stalled").find("in 3 attempts"), std::string::npos);
  EXPECT_NE(world.Message(api::kPipelines, "delays", "Stalled").find(kRequest), std::string::npos) << "says how to ask again";
  EXPECT_EQ(ValidatorsMade(world), 3);
  world.Advance(Duration::Hours(24));
  world.Converge();
  EXPECT_EQ(ValidatorsMade(world), 3);

  mended = true;
  world.Annotate(api::kPipelines, "delays", kRequest, "2026-01-05T00:00:00Z");
  world.Settle();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Reconciling"), "True Validating");
  EXPECT_EQ(Status(world, "lastHandledRequest"), "") << "it has not got its run yet";
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  EXPECT_EQ(ValidatorsMade(world), 4);
  EXPECT_EQ(world.RunNames().size(), 1U) << "one run for the revision and the request";
  EXPECT_EQ(Status(world, "lastHandledRequest"), "2026-01-05T00:00:00Z");
}

TEST(Validation, HasItsWholeBudgetForEachTimeSomebodyAsks) {
  World world;
  world.Apply(kFlights);
  world.Converge();
  world.runner = Validators([](int) { return OutOfMemory(); });
  Edit(world);
  world.Converge();
  EXPECT_EQ(ValidatorsMade(world), 1 + 2);
  world.Annotate(api::kPipelines, "delays", kRequest, "2026-01-05T00:00:00Z");
  world.Converge();
  EXPECT_EQ(ValidatorsMade(world), 1 + 2 + 2);
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Stalled"), "True OutOfMemory");
  EXPECT_EQ(world.RunNames().size(), 2U) << "what is in force runs for the request";
  EXPECT_EQ(Status(world, "lastHandledRequest"), "2026-01-05T00:00:00Z");
}

TEST(Validation, LeavesAFindingAloneUntilTheBundleChanges) {
  World world;
  world.runner = Validators([](int) { return Finding(); });
  world.Apply(kFlights);
  world.Converge();
  world.Annotate(api::kPipelines, "delays", kRequest, "2026-01-05T00:00:00Z");
  world.Advance(Duration::Hours(24));
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Stalled"), "True ValidationFailed");
  EXPECT_EQ(ValidatorsMade(world), 1);
  world.runner = nullptr;
  Edit(world);
  world.Converge();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  EXPECT_EQ(ValidatorsMade(world), 2);
}

TEST(Validation, HoldsNoRunBackWhileItCannotGoOn) {
  World world;
  world.Apply(kFlights);
  world.Converge();
  world.runner = Validators([](int) { return Killed(); });
  Edit(world);
  world.Annotate(api::kPipelines, "delays", kRequest, "2026-01-05T00:00:00Z");
  world.Settle();
  EXPECT_EQ(world.RunNames().size(), 1U) << "the new revision may be in force in a moment";
  world.RunPods();
  world.Settle();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Reconciling"), "True ProgressingWithRetry");
  EXPECT_EQ(world.RunNames().size(), 2U) << "it is not, and what is in force runs";
}

TEST(Validation, SaysThatItsContainerCannotBeSetUp) {
  World world;
  world.Apply(kFlights);
  world.Settle();
  const Json waiting{{"reason", "CreateContainerConfigError"}, {"message", "secret \"pull\" not found"}};
  const Json status{{"phase", "Pending"}, {"containerStatuses", Json::array({{{"name", "runner"}, {"state", {{"waiting", waiting}}}}})}};
  ASSERT_TRUE(
      world.cluster.Patch({api::kPods, "default", world.podsMade.back()}, kube::PatchType::Merge, kube::Subresource::Status, {{"status", status}}).ok());
  world.Settle();
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Reconciling"), "True StartFailed");
  EXPECT_NE(world.Message(api::kPipelines, "delays", "Reconciling").find("secret \"pull\" not found"), std::string::npos);
}

}  // namespace
}  // namespace weir::test
