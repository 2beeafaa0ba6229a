#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plan/world.h"

// An operator that may not do what it has to: somebody has to be told what, and it goes on once it may.
namespace weir::test {
namespace {

using local::Moment;
using local::Verb;
using testing::HasSubstr;

// Refuses what the operator asks, as the API server's RBAC does, until the right is given.
struct MissingRight {
  Verb verb;
  api::Resource resource;
  bool given = false;
  std::optional<Error> operator()(Verb asked, const kube::ObjectRef& ref, Moment moment) const {
    if (given || asked != verb || !(ref.resource == resource) || moment != Moment::Before) return std::nullopt;
    return Error{Fault::Denied, "Forbidden",
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
  void ExpectThatItEndsWellOnceItMay() {
    right_.given = true;
    world_.Converge();
    EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
    EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "LastRunSucceeded"), "True RunSucceeded");
    EXPECT_EQ(world_.RunNames().size(), 1U);
  }
  std::string Message(const std::string& type) { return world_.Message(api::kPipelines, "delays", type); }

  World world_;
  MissingRight right_{};
};

TEST_F(Refusal, OfARevisionIsAConditionOfThePipeline) {
  Withhold(Verb::Create, api::kRevisions);
  world_.Apply(kFlights);
  Live();
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Reconciling"), "True Refused");
  EXPECT_THAT(Message("Reconciling"), HasSubstr("cannot do this to resource \"controllerrevisions\"; grant"));
  ExpectThatItEndsWellOnceItMay();
}

TEST_F(Refusal, OfAServiceAccountIsAConditionOfThePipeline) {
  Withhold(Verb::Create, api::kServiceAccounts);
  world_.Apply(kFlights);
  Live();
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Reconciling"), "True Refused");
  ExpectThatItEndsWellOnceItMay();
}

TEST_F(Refusal, OfAValidatorsPodIsAConditionOfThePipeline) {
  Withhold(Verb::Create, api::kPods);
  world_.Apply(kFlights);
  Live();
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Reconciling"), "True PodRejected");
  EXPECT_THAT(Message("Reconciling"), HasSubstr("cannot do this to resource \"pods\"; grant"));
  ExpectThatItEndsWellOnceItMay();
}

TEST_F(Refusal, OfARunLeavesTheRevisionInForceAndTheRequestOpen) {
  Withhold(Verb::Create, api::kPipelineRuns);
  world_.Apply(kFlights);
  world_.PatchSpec(api::kPipelines, "delays", {{"request", "now"}});
  Live();
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  EXPECT_EQ(world_.Condition(api::kPipelines, "delays", "LastRunSucceeded"), "Unknown Refused");
  EXPECT_THAT(Message("LastRunSucceeded"), HasSubstr("cannot do this to resource \"pipelineruns\"; grant"));
  EXPECT_EQ(Text(At(world_.Get(api::kPipelines, "delays"), "status"), "lastHandledRequest"), "");
  world_.calls.clear();
  world_.Advance(Duration::Seconds(5));
  EXPECT_EQ(world_.calls["Patch Pipeline"], 0) << "the same refusal is not written again";
  ExpectThatItEndsWellOnceItMay();
  EXPECT_EQ(Text(At(world_.Get(api::kPipelines, "delays"), "status"), "lastHandledRequest"), "now");
}

TEST_F(Refusal, OfStatusIsLoggedForStatusCannotTellIt) {
  Withhold(Verb::Patch, api::kPipelines);
  world_.Apply(kFlights);
  Live();
  EXPECT_THAT(world_.lastError, HasSubstr("cannot do this to resource \"pipelines\"; grant"));
  ExpectThatItEndsWellOnceItMay();
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
}

}  // namespace
}  // namespace weir::test
