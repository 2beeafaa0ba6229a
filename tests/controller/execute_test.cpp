#include "operator/execute/execute.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operator/plan/run/rejection.h"

// What admission webhooks and people do to the objects that the operator makes, and what it makes of that.
namespace weir::execute {
namespace {

using testing::HasSubstr;

Json OwnerNamed(const std::string& uid, bool controller = true) {
  return {{"apiVersion", "v1"}, {"kind", "Some"}, {"name", "name-of-" + uid}, {"uid", uid}, {"controller", controller}};
}

Json ObjectFor(const api::Resource& resource, const std::string& owner) {
  return {{"kind", resource.kind},
          {"metadata",
           {{"namespace", "n"},
            {"name", "a"},
            {"labels", {{"weirkeeper.io/pipeline", "p"}, {"weirkeeper.io/attempt", "1"}, {"team", "x"}}},
            {"annotations", Json::object()},
            {"ownerReferences", Json::array({OwnerNamed(owner)})}}}};
}

Json PodFor(const std::string& run_uid, const std::string& tables = "") {
  Json pod = ObjectFor(api::kPods, "ours");
  pod["metadata"]["annotations"]["weirkeeper.io/task"] =
      Dump({{"run", "r"}, {"runUid", run_uid}, {"stage", "s"}, {"attempt", 1}, {"epoch", 7}, {"tables", tables}});
  return pod;
}

// One object, and webhooks that change what comes.
class HookedCluster final : public kube::ClusterApi {
 public:
  using Webhook = std::function<void(Json& metadata)>;
  Result<Json> Get(const kube::ObjectRef&) override {
    ++calls["get"];
    return object.is_null() ? Result<Json>(Error{Fault::Missing, "NotFound", "none"}) : Result<Json>(object);
  }
  Result<std::string> ListInto(const kube::Selection&, const kube::ListSink&) override { return Unused(); }
  Result<Json> Create(const kube::ObjectRef&, const Json& made) override {
    ++calls["create"];
    if (!object.is_null()) return Error{Fault::Conflict, "AlreadyExists", "exists"};
    object = made;
    object["metadata"]["uid"] = "uid-1";
    return Pass(onCreate);
  }
  Result<Json> Patch(const kube::ObjectRef&, kube::PatchType, kube::Subresource, const Json& patch) override {
    ++calls["patch"];
    if (refusal) return *refusal;
    object.merge_patch(patch);
    return Pass(onUpdate);
  }
  Status Delete(const kube::ObjectRef&, const std::string&) override { return Unused(); }
  Result<kube::WatchEnd> Watch(const kube::Selection&, const std::string&, const std::function<void(kube::WatchEvent&&)>&, const kube::StopToken&) override {
    return Unused();
  }
  const Json& Meta() const { return At(object, "metadata"); }

  Json object;
  Webhook onCreate, onUpdate;
  std::optional<Error> refusal;  // of patches
  std::map<std::string, int> calls;

 private:
  static Error Unused() { return {Fault::Bug, "", "not scripted"}; }
  Result<Json> Pass(const Webhook& webhook) {
    if (webhook) webhook(object["metadata"]);
    object["metadata"]["resourceVersion"] = std::to_string(++version_);
    return object;
  }
  int version_ = 10;
};

class ExecuteTest : public testing::Test {
 protected:
  Status Do(const plan::Action& action) { return Execute({action}, cluster_, stores_).status; }
  Status Make(const Json& pod) { return Do(plan::CreatePod{"s", pod}); }
  Status GiveBack(const Json& pod) { return Do(plan::CreatePod{"s", pod, true}); }
  void Stands(Json object, const Json& owners) {
    object["metadata"]["uid"] = "uid-1";
    object["metadata"]["resourceVersion"] = "5";
    object["metadata"]["ownerReferences"] = owners;
    cluster_.object = std::move(object);
  }
  std::string OwnerInTheStore() const {
    const auto item = stores_.pods.Get("n", "a");
    return item ? item->meta.ownerUid : "absent";
  }

  HookedCluster cluster_;
  observe::Stores stores_;
};

const auto kStripOwners = [](Json& meta) { meta.erase("ownerReferences"); };

TEST_F(ExecuteTest, APodWhoseOwnerAWebhookTookAwayGetsItBack) {
  cluster_.onCreate = [](Json& meta) { kStripOwners(meta), meta["labels"]["weirkeeper.io/attempt"] = "7", meta["labels"]["team"] = "y"; };
  EXPECT_TRUE(Make(PodFor("u")));
  EXPECT_EQ(OwnerInTheStore(), "ours");
  EXPECT_EQ(At(cluster_.Meta(), "labels"), (Json{{"weirkeeper.io/pipeline", "p"}, {"weirkeeper.io/attempt", "1"}, {"team", "y"}}));
  EXPECT_EQ(cluster_.calls, (std::map<std::string, int>{{"create", 1}, {"patch", 1}}));
}

TEST_F(ExecuteTest, WhereTheOwnerGoesAgainTheMessageSaysSo) {
  cluster_.onCreate = cluster_.onUpdate = kStripOwners;
  const Status made = Make(PodFor("u"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::Denied);
  EXPECT_EQ(made.error().message,
            "An admission webhook or another program changes metadata.ownerReferences of pod \"a\" each time. Exempt pods with the label "
            "weirkeeper.io/pipeline from it.");
  EXPECT_EQ(plan::RejectionOf(made.error()), plan::Rejection::Final);
  EXPECT_EQ(OwnerInTheStore(), "");
}

// Some refusals last until somebody acts, and are waited for.
TEST_F(ExecuteTest, AnOwnerThatCannotBeRestoredKeepsTheReasonOfTheRefusal) {
  for (const char* reason : {"MissingRight", "QuotaExceeded", "WebhookFailed", "Forbidden"}) {
    cluster_.object = nullptr;
    cluster_.onCreate = kStripOwners;
    cluster_.refusal = Error{Fault::Denied, reason, "patch Pod: no"};
    const Status made = Make(PodFor("u"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().reason, reason);
    EXPECT_EQ(plan::RejectionOf(made.error()), plan::RejectionOf(*cluster_.refusal));
    EXPECT_THAT(made.error().message, HasSubstr("ownerReferences of pod \"a\" cannot be restored: patch Pod: no"));
  }
}

TEST_F(ExecuteTest, LabelsThatCannotBeRestoredAreNoErrorOfThePodThatWasMade) {
  cluster_.onCreate = [](Json& meta) { meta["labels"].erase("weirkeeper.io/attempt"); };
  cluster_.refusal = Error{Fault::Denied, "Forbidden", "no"};
  EXPECT_TRUE(Make(PodFor("u")));
  EXPECT_EQ(OwnerInTheStore(), "ours");
}

TEST_F(ExecuteTest, OwnersThatOthersNameStayBesideOurs) {
  const Json owners = Json::array({OwnerNamed("theirs"), OwnerNamed("third", false)});
  const Json both = Json::array({OwnerNamed("theirs", false), OwnerNamed("third", false), OwnerNamed("ours")});
  cluster_.onCreate = [&](Json& meta) { meta["ownerReferences"] = owners; };
  EXPECT_TRUE(Make(PodFor("u")));
  EXPECT_EQ(At(cluster_.Meta(), "ownerReferences"), both);
  Stands(PodFor("u"), owners);
  EXPECT_TRUE(Make(PodFor("u"))) << "the next visit does not call it another's";
  EXPECT_EQ(At(cluster_.Meta(), "ownerReferences"), both);

  Json account = ObjectFor(api::kServiceAccounts, "ours"), revision = ObjectFor(api::kRevisions, "ours");
  const Json third = Json::array({OwnerNamed("third", false)}), with_third = Json::array({OwnerNamed("third", false), OwnerNamed("ours")});
  Stands(account, third);
  EXPECT_TRUE(Do(plan::EnsureServiceAccount{account}));
  EXPECT_EQ(At(cluster_.Meta(), "ownerReferences"), with_third);
  Stands(revision, third);
  EXPECT_TRUE(Do(plan::CreateRevision{revision}));
  EXPECT_EQ(At(cluster_.Meta(), "ownerReferences"), with_third);
}

TEST_F(ExecuteTest, APodThatHasLostItsOwnerGetsItBackWithoutBeingCreated) {
  Stands(PodFor("u", "as they were"), nullptr);
  EXPECT_TRUE(GiveBack(PodFor("u", "as they are by now")));
  EXPECT_EQ(OwnerInTheStore(), "ours");
  EXPECT_EQ(cluster_.calls, (std::map<std::string, int>{{"get", 1}, {"patch", 1}}));
}

TEST_F(ExecuteTest, APodOfAFormerRunOfTheNameIsNotTaken) {
  Stands(PodFor("former"), nullptr);
  for (const Status& done : {Make(PodFor("u")), GiveBack(PodFor("u"))}) {
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, "NameTaken");
  }
  EXPECT_EQ(cluster_.calls["patch"], 0);
}

// No watch tells of one that has no label of ours any more.
TEST_F(ExecuteTest, APodThatIsGoneLeavesTheStoreAndIsLookedAtAgain) {
  Json pod = PodFor("u");
  Stands(pod, nullptr);
  for (const plan::Action& action : {plan::Action(plan::CreatePod{"s", pod, true}), plan::Action(plan::RelabelPod{"n", "a", "uid-1", Json::object()})}) {
    Stands(pod, nullptr);
    stores_.pods.Upsert(cluster_.object);
    cluster_.object = nullptr;
    cluster_.refusal = Error{Fault::Missing, "NotFound", "none"};
    const Status done = Do(action);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().fault, Fault::Conflict);
    EXPECT_EQ(OwnerInTheStore(), "absent");
    stores_.pods.Remove("n", "a", "uid-1", "5");
  }
}

TEST_F(ExecuteTest, LabelsThatChangeAgainAreDeniedAndNotTriedAtOnce) {
  Stands(PodFor("u"), Json::array({OwnerNamed("ours")}));
  cluster_.onUpdate = [](Json& meta) { meta["labels"]["weirkeeper.io/attempt"] = "7"; };
  const Status done = Do(plan::RelabelPod{"n", "a", "uid-1", {{"weirkeeper.io/attempt", "1"}}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().fault, Fault::Denied);
  EXPECT_THAT(done.error().message, HasSubstr("changes the label weirkeeper.io/attempt of pod \"a\" each time"));
  cluster_.onUpdate = nullptr;
  EXPECT_TRUE(Do(plan::RelabelPod{"n", "a", "uid-1", {{"weirkeeper.io/attempt", "1"}}}));
}

TEST_F(ExecuteTest, APodWhoseLabelsCannotBeRestoredIsReadInPlaceOfTheWatch) {
  Stands(PodFor("u"), Json::array({OwnerNamed("ours")}));
  stores_.pods.Upsert(cluster_.object);
  cluster_.object["metadata"]["resourceVersion"] = "9";
  cluster_.object["status"] = {{"phase", "Succeeded"}};
  cluster_.refusal = Error{Fault::Denied, "Forbidden", "no"};
  const Status done = Do(plan::RelabelPod{"n", "a", "uid-1", {{"weirkeeper.io/attempt", "1"}}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "Forbidden");
  EXPECT_EQ(Text(At(stores_.pods.Get("n", "a")->Whole(), "status"), "phase"), "Succeeded");
}

TEST_F(ExecuteTest, WhatTakesTooLongEndsAfterAnActionAndNoActionHasFailed) {
  const plan::Action relabel = plan::RelabelPod{"n", "a", "uid-1", Json::object()};
  Stands(PodFor("u"), Json::array({OwnerNamed("ours")}));
  int asked = 0;
  const Execution done = Execute({relabel, relabel, relabel, relabel}, cluster_, stores_, [&asked] { return ++asked < 2; });
  ASSERT_FALSE(done.status);
  EXPECT_EQ(done.status.error().fault, Fault::Conflict);
  EXPECT_FALSE(done.failed);
  EXPECT_EQ(cluster_.calls["patch"], 2);
  EXPECT_TRUE(Execute({relabel}, cluster_, stores_, [] { return false; }).status) << "each visit does something";
}

}  // namespace
}  // namespace weir::execute
