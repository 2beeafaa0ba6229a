#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plan/world.h"

// An operator that may not do what it has to: somebody has to be told what, and it goes on once it may.
namespace weir::test {
namespace {

using local::Moment;
using local::Verb;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// Refuses what the operator asks, as the API server's RBAC does, until the right is given.
struct MissingRight {
  Verb verb;
  api::Resource resource;
  bool given = false;
  std::optional<Error> operator()(Verb asked, const kube::ObjectRef& ref, Moment moment) const {
    if (given || asked != verb || !(ref.resource == resource) || moment != Moment::Before) return std::nullopt;
    return Error{Fault::Denied, "MissingRight",
                 "User \"operator\" cannot do this to resource \"" + std::string(resource.plural) + "\"; grant this account the right"};
  }
};

class Refusal : public testing::Test {
 protected:
  void Withhold(Verb verb, const api::Resource& resource) {
    right_ = {verb, resource};
    world_.fault = [this](Verb asked, const kube::ObjectRef& ref, Moment moment) { return right_(asked, ref, moment); };
  }
  // What Converge would do, but for the back-offs, which have no end here.
  void Live() {
    while (world_.Settle(), world_.RunPods() > 0) {
    }
  }
  // Name of a run whose first pod has ended and is counted.
  std::string RunThatHasLanded() {
    world_.Apply(kFlights);
    world_.Settle();
    world_.RunPods();
    world_.Settle();
    return world_.RunNames().front();
  }
  void ExpectThatItEndsWellOnceItMay() {
    right_.given = true;
    world_.Converge();
    EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
    EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "LastRunSucceeded"), "True RunSucceeded");
    EXPECT_EQ(world_.RunNames().size(), 1U);
  }
  // The notes of the warnings about an object, given as "Pod/name".
  std::vector<std::string> Warnings(const std::string& about, const std::string& reason) {
    std::vector<std::string> notes;
    for (const Json& event : world_.List(api::kEvents)) {
      const Json& regarding = At(event, "regarding");
      if (Text(event, "type") == "Warning" && Text(event, "reason") == reason && Text(regarding, "kind") + "/" + Text(regarding, "name") == about)
        notes.push_back(Text(event, "note"));
    }
    return notes;
  }
  std::string Message(const std::string& type) { return world_.Message(api::kPipelines, "delays", type); }

  World world_;
  MissingRight right_{};
};

struct RefusedCreate {
  const char* name;
  api::Resource resource;
  const char* condition;
};
class RefusalOfACreate : public Refusal, public testing::WithParamInterface<RefusedCreate> {};

TEST_P(RefusalOfACreate, IsAConditionAndAnEventOfThePipeline) {
  const RefusedCreate& refused = GetParam();
  Withhold(Verb::Create, refused.resource);
  world_.Apply(kFlights);
  Live();
  const std::string words = "cannot do this to resource \"" + std::string(refused.resource.plural) + "\"; grant";
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Reconciling"), "True " + std::string(refused.condition));
  EXPECT_THAT(Message("Reconciling"), HasSubstr(words));
  EXPECT_THAT(Warnings("Pipeline/delays", refused.condition), ElementsAre(HasSubstr(words)));
  ExpectThatItEndsWellOnceItMay();
}

INSTANTIATE_TEST_SUITE_P(Each, RefusalOfACreate,
                         testing::Values(RefusedCreate{"Revision", api::kRevisions, "Refused"},
                                         RefusedCreate{"ServiceAccount", api::kServiceAccounts, "Refused"}, RefusedCreate{"Pod", api::kPods, "PodRejected"}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(Refusal, OfARunLeavesTheRevisionInForceAndTheRequestOpen) {
  Withhold(Verb::Create, api::kPipelineRuns);
  world_.Apply(kFlights);
  world_.PatchSpec(api::kPipelines, "delays", {{"request", "now"}});
  Live();
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "LastRunSucceeded"), "Unknown Refused");
  EXPECT_THAT(Message("LastRunSucceeded"), HasSubstr("cannot do this to resource \"pipelineruns\"; grant"));
  EXPECT_THAT(Warnings("Pipeline/delays", "Refused"), ElementsAre(HasSubstr("A run is due, but cannot be made.")));
  EXPECT_EQ(Text(At(world_.Get(api::kPipelines, "delays"), "status"), "lastHandledRequest"), "");
  world_.calls.clear();
  world_.Advance(Duration::Seconds(5));
  EXPECT_EQ(world_.calls["Patch Pipeline"], 0) << "the same refusal is not written again";
  ExpectThatItEndsWellOnceItMay();
  EXPECT_EQ(Text(At(world_.Get(api::kPipelines, "delays"), "status"), "lastHandledRequest"), "now");
}

TEST_F(Refusal, OfStatusIsAnEventForStatusCannotTellIt) {
  Withhold(Verb::Patch, api::kPipelines);
  world_.Apply(kFlights);
  Live();
  EXPECT_THAT(world_.lastError, HasSubstr("cannot do this to resource \"pipelines\"; grant"));
  EXPECT_THAT(Warnings("Pipeline/delays", "Refused"), ElementsAre(HasSubstr("Its status cannot be written.")));
  ExpectThatItEndsWellOnceItMay();
}

TEST_F(Refusal, ToLetAPodGoIsAnEventOfThePod) {
  Withhold(Verb::Patch, api::kPods);
  world_.Apply(kFlights);
  Live();
  const std::string pod = "Pod/" + world_.RunNames().front() + "-land-1";
  EXPECT_THAT(Warnings(pod, "Refused"), ElementsAre(AllOf(HasSubstr("weirkeeper.io/outcome cannot be taken away"), HasSubstr("resource \"pods\"; grant"))));
  world_.Advance(Duration::Hours(1));
  EXPECT_EQ(Warnings(pod, "Refused").size(), 1U) << "the same refusal is one event";
  ExpectThatItEndsWellOnceItMay();
}

TEST_F(Refusal, ToDeleteAPodIsAnEventOfThePod) {
  const std::string run = RunThatHasLanded();
  Withhold(Verb::Delete, api::kPods);
  world_.PatchSpec(api::kPipelineRuns, run, {{"state", "Cancelled"}});
  world_.Settle();
  EXPECT_THAT(Warnings("Pod/" + run + "-land-1", "Refused"), ElementsAre(HasSubstr("cannot be deleted")));
  right_.given = true;
  world_.Converge();
  EXPECT_EQ(world_.Condition(api::kPipelineRuns, run, "Succeeded"), "False Cancelled");
}

TEST_F(Refusal, ToLetThePodOfARunGoThatIsGoneIsAnEventOfThePod) {
  const std::string run = RunThatHasLanded();
  Withhold(Verb::Patch, api::kPods);
  world_.Delete(api::kPipelineRuns, run);
  world_.Settle();
  EXPECT_THAT(Warnings("Pod/" + run + "-land-1", "Refused"), ElementsAre(HasSubstr("cannot be taken away")));
  right_.given = true;
  world_.Converge();
  EXPECT_TRUE(world_.Get(api::kPods, run + "-land-1").is_null());
}

TEST_F(Refusal, ToDeleteAnOldRunIsAnEventOfTheRun) {
  world_.Apply(kFlights);
  world_.PatchSpec(api::kPipelines, "delays", {{"runHistory", {{"succeeded", 1}}}});
  world_.Converge();
  const std::string old = world_.RunNames().front();
  Withhold(Verb::Delete, api::kPipelineRuns);
  world_.PatchSpec(api::kPipelines, "delays", {{"request", "again"}});
  Live();
  EXPECT_THAT(Warnings("PipelineRun/" + old, "Refused"), ElementsAre(HasSubstr("spec.runHistory")));
  right_.given = true;
  world_.Converge();
  EXPECT_TRUE(world_.Get(api::kPipelineRuns, old).is_null());
}

TEST_F(Refusal, OfEventsIsLoggedAndHoldsNothingUp) {
  Withhold(Verb::Create, api::kEvents);
  world_.Apply(kFlights);
  world_.Converge();
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "LastRunSucceeded"), "True RunSucceeded");
  EXPECT_THAT(world_.lastError, HasSubstr("cannot do this to resource \"events\"; grant"));
}

TEST_F(Refusal, OfANameThatSomebodyElseHasSaysSo) {
  world_.fault = [](Verb verb, const kube::ObjectRef& ref, Moment moment) -> std::optional<Error> {
    if (verb == Verb::Create && ref.resource == api::kRevisions && moment == Moment::Before)
      return Error{Fault::Invalid, "NameTaken", "ControllerRevision \"theirs\" exists already and is not ours"};
    return std::nullopt;
  };
  world_.Apply(kFlights);
  Live();
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Reconciling"), "True NameTaken");
  EXPECT_EQ(Warnings("Pipeline/delays", "NameTaken").size(), 1U);
}

// Six stages that need nothing of each other.
const char* const kSixAtOnce = R"(
kind: Pipeline
metadata: {name: delays}
spec:
  purpose: Six tables.
  owner: {team: t}
  stages:
  - {name: s0, needs: [], transform: {sql: SELECT 1 AS n, into: d0}}
  - {name: s1, needs: [], transform: {sql: SELECT 1 AS n, into: d1}}
  - {name: s2, needs: [], transform: {sql: SELECT 1 AS n, into: d2}}
  - {name: s3, needs: [], transform: {sql: SELECT 1 AS n, into: d3}}
  - {name: s4, needs: [], transform: {sql: SELECT 1 AS n, into: d4}}
  - {name: s5, needs: [], transform: {sql: SELECT 1 AS n, into: d5}}
)";

// A webhook may hold each call that writes for 30 seconds.
TEST(SlowWrites, AVisitEndsAfterAMinuteOfThemAndTheNextOnesGoOn) {
  World world;
  for (const char* name : {"d0", "d1", "d2", "d3", "d4", "d5"})
    world.Apply(std::string("kind: Dataset\nmetadata: {name: ") + name +
                "}\nspec: {zone: Processed, owner: {team: t}, schema: {columns: [{name: n, type: INTEGER}]}}\n");
  world.Apply(kSixAtOnce);
  world.Settle();
  const std::size_t validators = world.podsMade.size();
  const auto slowly = [&world](Verb verb, const kube::ObjectRef& ref, Moment moment) -> std::optional<Error> {
    if (verb == Verb::Create && ref.resource == api::kPods && moment == Moment::After) world.clock.now = world.clock.now + Duration::Seconds(25);
    return std::nullopt;
  };
  world.fault = slowly;
  world.RunPods();
  for (int visits = 0; world.RunNames().empty(); ++visits) {
    ASSERT_LT(visits, 10) << world.Message(api::kPipelines, "delays", "Ready");
    world.LookAt(api::kPipelines, "delays");
  }
  const std::string run = world.RunNames().front();
  const Time begun = world.clock.now;
  world.LookAt(api::kPipelineRuns, run);
  EXPECT_EQ(world.podsMade.size() - validators, 3U);
  EXPECT_EQ(world.clock.now - begun, Duration::Seconds(75));
  EXPECT_EQ(world.RunStatusOf(run).attempts, 6) << "what it will continue with is in status";
  EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Reconciling"), "True Running") << "nothing was refused";
  world.LookAt(api::kPipelineRuns, run);
  EXPECT_EQ(world.podsMade.size() - validators, 6U);
  world.Converge();
  EXPECT_EQ(world.podsMade.size() - validators, 6U);
  EXPECT_EQ(world.Condition(api::kPipelineRuns, run, "Succeeded"), "True Completed");
}

}  // namespace
}  // namespace weir::test
