#include "operator/controller/instruments/definitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crds/schema/definition_hashes.h"

namespace weir::controller {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Json Definition(const std::string& hash, const std::string& release) {
  return {{"metadata", {{"annotations", {{"weirkeeper.io/schema-hash", hash}, {"weirkeeper.io/release", release}}}}}};
}

// Holds one answer, and counts who asks.
class OneDefinition final : public kube::ClusterApi {
 public:
  Result<Json> Get(const kube::ObjectRef& ref) override {
    asked += ref.name + " ";
    return answer;
  }
  Result<std::string> ListInto(const kube::Selection&, const kube::ListSink&) override { return Unused(); }
  Result<Json> Create(const kube::ObjectRef&, const Json&) override { return Unused(); }
  Result<Json> Patch(const kube::ObjectRef&, kube::PatchType, kube::Subresource, const Json&) override { return Unused(); }
  Status Delete(const kube::ObjectRef&, const std::string&) override { return Unused(); }
  Result<kube::WatchEnd> Watch(const kube::Selection&, const std::string&, const std::function<void(kube::WatchEvent&&)>&, const kube::StopToken&) override {
    return Unused();
  }

  Result<Json> answer = Json();
  std::string asked;

 private:
  static Error Unused() { return {Fault::Bug, "", "not scripted"}; }
};

class DefinitionsTest : public testing::Test {
 protected:
  Json Good() const { return Definition(std::string(schema::HashOfDefinition("lakes")), "0.1.0"); }

  OneDefinition cluster_;
  telemetry::Metrics metrics_;
  telemetry::Health health_;
  Definitions definitions_{cluster_, "0.2.0", metrics_, health_};
};

TEST(CompareDefinition, TheSameSchemaIsTheSameWhateverItsRelease) {
  EXPECT_EQ(CompareDefinition(Definition("h", "0.1.0"), "h", "0.2.0"), DefinitionState::Same);
  EXPECT_EQ(CompareDefinition(Definition("h", ""), "h", "0.2.0"), DefinitionState::Same);
}

TEST(CompareDefinition, AnotherSchemaIsNewerOnlyWhenItCameWithANewerRelease) {
  EXPECT_EQ(CompareDefinition(Definition("x", "0.10.0"), "h", "0.9.0"), DefinitionState::Newer) << "releases compare as numbers";
  EXPECT_EQ(CompareDefinition(Definition("x", "0.9.9"), "h", "0.10.0"), DefinitionState::Older);
  EXPECT_EQ(CompareDefinition(Definition("x", "0.9.0"), "h", "0.9.0"), DefinitionState::Older) << "another schema of one release is not this operator's";
}

TEST(CompareDefinition, OneThatSaysNothingIsOlder) {
  EXPECT_EQ(CompareDefinition(Json(), "h", "0.1.0"), DefinitionState::Older);
  EXPECT_EQ(CompareDefinition(Definition("x", "newest"), "h", "0.1.0"), DefinitionState::Older);
  EXPECT_EQ(CompareDefinition(Definition("", ""), "h", "0.1.0"), DefinitionState::Older);
}

TEST_F(DefinitionsTest, AGoodDefinitionOfOursIsReady) {
  cluster_.answer = Good();
  definitions_.Look(api::kLakes);
  definitions_.Look(api::kPods);
  EXPECT_EQ(cluster_.asked, "lakes.weirkeeper.io ");
  EXPECT_THAT(health_.Awaited(), IsEmpty());
  EXPECT_THAT(metrics_.Render(), HasSubstr("weirkeeper_definition_outdated{definition=\"lakes.weirkeeper.io\"} 0"));
}

TEST_F(DefinitionsTest, AnOlderOneMakesTheOperatorNotReadyUntilItIsMended) {
  cluster_.answer = Definition("other", "0.1.0");
  definitions_.Look(api::kLakes);
  EXPECT_THAT(health_.Awaited(), ElementsAre(AllOf(HasSubstr("lakes.weirkeeper.io is older"), HasSubstr("release 0.2.0"), HasSubstr("kubectl apply"))));
  EXPECT_THAT(metrics_.Render(), HasSubstr("weirkeeper_definition_outdated{definition=\"lakes.weirkeeper.io\"} 1"));
  cluster_.answer = Good();
  definitions_.Look(api::kLakes);
  EXPECT_THAT(health_.Awaited(), IsEmpty());
  EXPECT_THAT(metrics_.Render(), HasSubstr("weirkeeper_definition_outdated{definition=\"lakes.weirkeeper.io\"} 0"));
}

TEST_F(DefinitionsTest, OneThatIsDeletedOrDowngradedLaterIsNotReadyUntilItIsBack) {
  const std::string outdated = "weirkeeper_definition_outdated{definition=\"lakes.weirkeeper.io\"} ";
  Json going = Good();
  going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
  for (const Result<Json>& bad : {Result<Json>(Error{Fault::Missing, "NotFound", ""}), Result<Json>(going), Result<Json>(Definition("other", "0.1.0"))}) {
    cluster_.answer = Good();
    definitions_.Look(api::kLakes);
    EXPECT_THAT(health_.Awaited(), IsEmpty());
    EXPECT_THAT(metrics_.Render(), HasSubstr(outdated + "0"));
    cluster_.answer = bad;
    definitions_.Look(api::kLakes);
    EXPECT_EQ(health_.Awaited().size(), 1U);
    EXPECT_THAT(metrics_.Render(), HasSubstr(outdated + "1"));
  }
  cluster_.answer = Good();
  definitions_.Look(api::kLakes);
  EXPECT_THAT(health_.Awaited(), IsEmpty());
}

TEST_F(DefinitionsTest, AMissingOneIsToldAsMissing) {
  cluster_.answer = Error{Fault::Missing, "NotFound", ""};
  definitions_.Look(api::kLakes);
  EXPECT_THAT(health_.Awaited(), ElementsAre(HasSubstr("lakes.weirkeeper.io is not installed")));
}

TEST_F(DefinitionsTest, ANewerOneIsGood) {
  cluster_.answer = Definition("other", "0.3.0");
  definitions_.Look(api::kLakes);
  EXPECT_THAT(health_.Awaited(), IsEmpty());
}

TEST_F(DefinitionsTest, WithoutTheRightNothingIsSaidAndNobodyIsAskedAgain) {
  cluster_.answer = Error{Fault::Denied, "Forbidden", ""};
  definitions_.Look(api::kLakes);
  definitions_.Look(api::kLakes);
  EXPECT_EQ(cluster_.asked, "lakes.weirkeeper.io ");
  EXPECT_THAT(health_.Awaited(), IsEmpty());
  EXPECT_THAT(metrics_.Render(), Not(HasSubstr("weirkeeper_definition_outdated{")));
}

TEST_F(DefinitionsTest, WithoutAnAnswerItIsAskedForAgain) {
  cluster_.answer = Error{Fault::Transient, "Timeout", ""};
  definitions_.Look(api::kLakes);
  EXPECT_THAT(health_.Awaited(), IsEmpty());
  cluster_.answer = Definition("other", "0.1.0");
  definitions_.Look(api::kLakes);
  EXPECT_EQ(health_.Awaited().size(), 1U);
}

}  // namespace
}  // namespace weir::controller
