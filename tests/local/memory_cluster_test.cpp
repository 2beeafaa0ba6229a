#include "operator/local/memory_cluster.h"

#include <fstream>
#include <set>
#include <stdexcept>

#include "tests/local/fixture.h"

namespace weir::local {
namespace {

const Json kSpec{{"spec", {{"stages", Json::array()}}}};

TEST_F(MemoryClusterTest, CreateFillsInWhatTheServerOwns) {
  const Json made = Make(Pipeline("a"), {{"metadata", {{"uid", "mine"}, {"generation", 9}, {"labels", {{"x", "y"}}}}}, {"spec", {{"suspend", true}}}});
  EXPECT_EQ(Text(made, "apiVersion"), "weirkeeper.io/v1alpha1");
  EXPECT_EQ(Text(made, "kind"), "Pipeline");
  EXPECT_EQ(MetaText(made, "name"), "a");
  EXPECT_EQ(MetaText(made, "namespace"), "default");
  EXPECT_EQ(MetaText(made, "uid").size(), 36U);
  EXPECT_EQ(MetaText(made, "resourceVersion"), "1");
  EXPECT_EQ(MetaText(made, "creationTimestamp"), "2026-01-02T03:04:05Z");
  EXPECT_EQ(Integer(At(made, "metadata"), "generation"), 1);
  EXPECT_EQ(At(made, "spec"), Json({{"suspend", true}}));
  EXPECT_EQ(*cluster_.Get(Pipeline("a")), made);
}

TEST_F(MemoryClusterTest, CreateOfATakenNameIsAConflictWithReasonAlreadyExists) {
  Make(Pipeline("a"), kSpec);
  const auto again = cluster_.Create(Pipeline("a"), kSpec);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().fault, Fault::Conflict);
  EXPECT_EQ(again.error().reason, "AlreadyExists");
  EXPECT_NE(again.error().message.find("pipelines \"a\""), std::string::npos);
}

TEST_F(MemoryClusterTest, UidsDifferOverObjectsAndOverClusters) {
  std::set<std::string> uids;
  MemoryCluster other(clock_), third(clock_);
  for (int i = 0; i < 10; ++i) {
    const auto ref = Pipeline("p" + std::to_string(i));
    uids.insert(MetaText(Make(ref, kSpec), "uid"));
    for (MemoryCluster* cluster : {&other, &third}) uids.insert(MetaText(*cluster->Create(ref, kSpec), "uid"));
  }
  EXPECT_EQ(uids.size(), 30U);
}

TEST_F(MemoryClusterTest, WhatDoesNotExistIsMissing) {
  EXPECT_EQ(cluster_.Get(Pipeline("no")).error().fault, Fault::Missing);
  EXPECT_EQ(cluster_.Patch(Pipeline("no"), kube::PatchType::Merge, kube::Subresource::None, Json::object()).error().fault, Fault::Missing);
  EXPECT_EQ(cluster_.Delete(Pipeline("no"), "").error().fault, Fault::Missing);
}

TEST_F(MemoryClusterTest, GenerationGoesUpWithTheSpecAlone) {
  Make(Pipeline("a"), {{"spec", {{"suspend", false}}}});
  const auto generation = [](const Json& object) { return Integer(At(object, "metadata"), "generation"); };
  EXPECT_EQ(generation(Merge(Pipeline("a"), {{"metadata", {{"labels", {{"a", "b"}}}}}})), 1);
  EXPECT_EQ(generation(Merge(Pipeline("a"), {{"status", {{"observedGeneration", 1}}}}, kube::Subresource::Status)), 1);
  EXPECT_EQ(generation(Merge(Pipeline("a"), {{"spec", {{"suspend", true}}}})), 2);
}

TEST_F(MemoryClusterTest, APatchThatChangesNothingWritesNothing) {
  const Json made = Make(Pipeline("a"), kSpec);
  const std::string before = cluster_.Version();
  EXPECT_EQ(Merge(Pipeline("a"), kSpec), made);
  EXPECT_EQ(Merge(Pipeline("a"), {{"metadata", {{"resourceVersion", "1"}}}}), made);
  EXPECT_EQ(cluster_.Version(), before);
}

TEST_F(MemoryClusterTest, StatusAndSpecArePatchedApart) {
  Make(Pipeline("a"), {{"spec", {{"suspend", false}}}});
  const Json both{{"spec", {{"suspend", true}}}, {"status", {{"observedGeneration", 5}}}, {"metadata", {{"labels", {{"l", "1"}}}}}};
  const Json status = Merge(Pipeline("a"), both, kube::Subresource::Status);
  EXPECT_EQ(At(At(status, "spec"), "suspend"), false);
  EXPECT_EQ(Integer(At(status, "status"), "observedGeneration"), 5);
  EXPECT_TRUE(At(At(status, "metadata"), "labels").is_null());
  const Json spec = Merge(Pipeline("a"), {{"spec", {{"suspend", true}}}, {"status", {{"observedGeneration", 9}}}});
  EXPECT_EQ(At(At(spec, "spec"), "suspend"), true);
  EXPECT_EQ(Integer(At(spec, "status"), "observedGeneration"), 5);
}

TEST_F(MemoryClusterTest, AStaleResourceVersionInAPatchIsAConflict) {
  const Json made = Make(Pipeline("a"), kSpec);
  Merge(Pipeline("a"), {{"spec", {{"suspend", true}}}});
  const Json stale{{"metadata", {{"resourceVersion", MetaText(made, "resourceVersion")}}}, {"status", {{"lastRun", "x"}}}};
  const auto refused = cluster_.Patch(Pipeline("a"), kube::PatchType::Merge, kube::Subresource::Status, stale);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::Conflict);
  EXPECT_EQ(Text(At(*cluster_.Get(Pipeline("a")), "status"), "lastRun"), "");
}

TEST_F(MemoryClusterTest, DeleteWithAnotherUidIsAConflictAndDeletesNothing) {
  Make(Pipeline("a"), kSpec);
  EXPECT_EQ(cluster_.Delete(Pipeline("a"), "other").error().fault, Fault::Conflict);
  EXPECT_TRUE(Exists(Pipeline("a")));
  EXPECT_TRUE(cluster_.Delete(Pipeline("a"), MetaText(*cluster_.Get(Pipeline("a")), "uid")).ok());
  EXPECT_FALSE(Exists(Pipeline("a")));
}

TEST_F(MemoryClusterTest, AFinalizerHoldsAnObjectUntilItIsRemoved) {
  Make(Pipeline("a"), {{"metadata", {{"finalizers", {"x/y"}}}}});
  ASSERT_TRUE(cluster_.Delete(Pipeline("a"), "").ok());
  const Json marked = *cluster_.Get(Pipeline("a"));
  EXPECT_EQ(MetaText(marked, "deletionTimestamp"), "2026-01-02T03:04:05Z");
  clock_.Advance(Duration::Seconds(5));
  ASSERT_TRUE(cluster_.Delete(Pipeline("a"), "").ok());
  EXPECT_EQ(*cluster_.Get(Pipeline("a")), marked) << "a second delete changes nothing";
  const auto added = cluster_.Patch(Pipeline("a"), kube::PatchType::Merge, kube::Subresource::None, {{"metadata", {{"finalizers", {"x/y", "z"}}}}});
  EXPECT_EQ(added.error().fault, Fault::Invalid);
  Merge(Pipeline("a"), {{"metadata", {{"finalizers", nullptr}}}});
  EXPECT_FALSE(Exists(Pipeline("a")));
}

TEST_F(MemoryClusterTest, JsonPatchTestGuardsTheFinalizerThatIsRemoved) {
  Make(PodRef("p"), {{"metadata", {{"finalizers", {"other", "weirkeeper.io/outcome"}}}}});
  const auto remove = [](int at) {
    const std::string path = "/metadata/finalizers/" + std::to_string(at);
    return Json::array({{{"op", "test"}, {"path", path}, {"value", "weirkeeper.io/outcome"}}, {{"op", "remove"}, {"path", path}}});
  };
  EXPECT_EQ(cluster_.Patch(PodRef("p"), kube::PatchType::JsonPatch, kube::Subresource::None, remove(0)).error().fault, Fault::Invalid);
  const auto removed = cluster_.Patch(PodRef("p"), kube::PatchType::JsonPatch, kube::Subresource::None, remove(1));
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(At(At(*removed, "metadata"), "finalizers"), Json({"other"}));
  EXPECT_EQ(cluster_.Patch(PodRef("p"), kube::PatchType::JsonPatch, kube::Subresource::None, Json::object()).error().fault, Fault::Invalid);
}

TEST_F(MemoryClusterTest, WhatLostItsLastOwnerGoesToo) {
  const Json pipeline = Make(Pipeline("a"), kSpec);
  const Json run = Make(RunRef("r"), OwnedBy(pipeline));
  Make(PodRef("free"), OwnedBy(run));
  Json held = OwnedBy(run);
  held["metadata"]["finalizers"] = {"weirkeeper.io/outcome"};
  Make(PodRef("held"), held);
  Json shared = OwnedBy(pipeline);
  shared["metadata"]["ownerReferences"].push_back(api::OwnerReference(api::kPipelines, api::ReadMeta(Make(Pipeline("b"), kSpec))));
  Make(RunRef("shared"), shared);

  ASSERT_TRUE(cluster_.Delete(Pipeline("a"), "").ok());
  EXPECT_FALSE(Exists(RunRef("r")));
  EXPECT_FALSE(Exists(PodRef("free")));
  EXPECT_FALSE(MetaText(*cluster_.Get(PodRef("held")), "deletionTimestamp").empty());
  EXPECT_TRUE(Exists(RunRef("shared"))) << "its other owner lives";
}

TEST_F(MemoryClusterTest, WhatIsMadeForAnOwnerThatIsGoneGoesAtOnce) {
  const Json pipeline = Make(Pipeline("a"), kSpec);
  ASSERT_TRUE(cluster_.Delete(Pipeline("a"), "").ok());
  EXPECT_TRUE(cluster_.Create(RunRef("late"), OwnedBy(pipeline)).ok());
  EXPECT_FALSE(Exists(RunRef("late")));
}

TEST_F(MemoryClusterTest, AScheduledPodIsDeletedOnlyWhenItsContainersHaveEnded) {
  Make(PodRef("waiting"), Json::object());
  Make(PodRef("running"), {{"spec", {{"nodeName", "n"}, {"terminationGracePeriodSeconds", 7}}}});
  ASSERT_TRUE(cluster_.Delete(PodRef("waiting"), "").ok());
  ASSERT_TRUE(cluster_.Delete(PodRef("running"), "").ok());
  EXPECT_FALSE(Exists(PodRef("waiting")));
  EXPECT_EQ(Integer(At(*cluster_.Get(PodRef("running")), "metadata"), "deletionGracePeriodSeconds"), 7);
  Merge(PodRef("running"), {{"status", {{"phase", "Failed"}}}}, kube::Subresource::Status);
  EXPECT_FALSE(Exists(PodRef("running")));
}

TEST_F(MemoryClusterTest, ListSelectsByNamespaceAndLabel) {
  Make(PodRef("a"), {{"metadata", {{"labels", {{"weirkeeper.io/pipeline", "x"}, {"tier", "1"}}}}}});
  Make(PodRef("b"), {{"metadata", {{"labels", {{"weirkeeper.io/pipeline", "y"}}}}}});
  Make(PodRef("c"), Json::object());
  Make({api::kPods, "other", "d"}, {{"metadata", {{"labels", {{"weirkeeper.io/pipeline", "x"}}}}}});
  const auto names = [this](const std::string& ns, const std::string& selector) {
    std::string all;
    const auto listing = cluster_.List({api::kPods, ns, selector});
    for (const Json& item : listing->items) all += MetaText(item, "name");
    return all;
  };
  EXPECT_EQ(names("", ""), "abcd");
  EXPECT_EQ(names("default", ""), "abc");
  EXPECT_EQ(names("", "weirkeeper.io/pipeline"), "abd");
  EXPECT_EQ(names("", "weirkeeper.io/pipeline=x"), "ad");
  EXPECT_EQ(names("", "weirkeeper.io/pipeline==x, tier=1"), "a");
  EXPECT_EQ(names("", "weirkeeper.io/pipeline!=x"), "bc");
  EXPECT_EQ(names("", "!weirkeeper.io/pipeline"), "c");
  EXPECT_EQ(cluster_.List({api::kPods, "", "a in (b)"}).error().fault, Fault::Invalid);
  EXPECT_EQ(cluster_.List({api::kPods, "", "=x"}).error().fault, Fault::Invalid);
}

TEST_F(MemoryClusterTest, TheHookFailsACallBeforeItTookEffect) {
  cluster_.SetFaultHook([](Verb verb, const kube::ObjectRef& ref, Moment moment) -> std::optional<Error> {
    if (verb == Verb::Create && ref.name == "a" && moment == Moment::Before) return Error{Fault::Transient, "Timeout", "lost"};
    return std::nullopt;
  });
  EXPECT_EQ(cluster_.Create(Pipeline("a"), kSpec).error().reason, "Timeout");
  EXPECT_FALSE(Exists(Pipeline("a")));
}

TEST_F(MemoryClusterTest, TheHookLosesTheReplyOfACallThatTookEffect) {
  cluster_.SetFaultHook([](Verb verb, const kube::ObjectRef&, Moment moment) -> std::optional<Error> {
    if (verb == Verb::Create && moment == Moment::After) return Error{Fault::Transient, "Timeout", "lost"};
    return std::nullopt;
  });
  EXPECT_EQ(cluster_.Create(Pipeline("a"), kSpec).error().reason, "Timeout");
  EXPECT_TRUE(Exists(Pipeline("a")));
}

TEST_F(MemoryClusterTest, AHookThatThrowsLeavesTheClusterUsable) {
  cluster_.SetFaultHook([](Verb verb, const kube::ObjectRef&, Moment moment) -> std::optional<Error> {
    if (verb == Verb::Patch && moment == Moment::After) throw std::runtime_error("the caller died");
    return std::nullopt;
  });
  Make(Pipeline("a"), kSpec);
  EXPECT_THROW((void)cluster_.Patch(Pipeline("a"), kube::PatchType::Merge, kube::Subresource::None, {{"spec", {{"suspend", true}}}}), std::runtime_error);
  EXPECT_EQ(At(At(*cluster_.Get(Pipeline("a")), "spec"), "suspend"), true);
}

TEST_F(MemoryClusterTest, ASavedStateIsLoadedAsItWas) {
  const test::TemporaryFolder folder;
  const auto file = folder / "state.json";
  const Json pipeline = Make(Pipeline("a"), kSpec);
  const Json run = Make(RunRef("r"), OwnedBy(pipeline));
  ASSERT_TRUE(cluster_.Save(file).ok());

  MemoryCluster later(clock_);
  ASSERT_TRUE(later.Load(file).ok());
  EXPECT_EQ(*later.Get(Pipeline("a")), pipeline);
  EXPECT_EQ(*later.Get(RunRef("r")), run);
  const Json fresh = *later.Create(Pipeline("b"), kSpec);
  EXPECT_NE(MetaText(fresh, "uid"), MetaText(run, "uid"));
  EXPECT_GT(std::stoi(MetaText(fresh, "resourceVersion")), std::stoi(MetaText(run, "resourceVersion")));
  ASSERT_TRUE(later.Delete(Pipeline("a"), "").ok());
  EXPECT_FALSE(later.Get(RunRef("r")).ok()) << "owners are known after a load";
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++files;
  EXPECT_EQ(files, 1U) << "nothing half written stays";
}

TEST_F(MemoryClusterTest, AStateThatCannotBeReadChangesNothing) {
  const test::TemporaryFolder folder;
  Make(Pipeline("a"), kSpec);
  EXPECT_EQ(cluster_.Load(folder / "none").error().fault, Fault::Missing);
  for (const char* text : {"{", "[]", R"({"format":2,"objects":[]})", R"({"format":1,"objects":[{}]})"}) {
    std::ofstream(folder / "bad") << text;
    const Error error = cluster_.Load(folder / "bad").error();
    EXPECT_EQ(error.fault, Fault::Data) << text;
    EXPECT_NE(error.message.find((folder / "bad")), std::string::npos) << error.message;
  }
  EXPECT_TRUE(Exists(Pipeline("a")));
  EXPECT_EQ(cluster_.Save(folder / "no/folder").error().fault, Fault::Exhausted);
}

// Each of them hides a state, though no byte of it can be read: rights do the same, which a test as root cannot show.
TEST_F(MemoryClusterTest, AStateThatIsThereAndCannotBeReadIsNotOneThatWasNeverSaved) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "folder");
  std::filesystem::create_symlink("nowhere", folder / "dangling");
  std::filesystem::create_symlink("loop", folder / "loop");
  for (const char* name : {"folder", "dangling", "loop"}) {
    const Status loaded = cluster_.Load(folder / name);
    ASSERT_FALSE(loaded.ok()) << name;
    EXPECT_EQ(loaded.error().fault, Fault::Denied) << name;
    EXPECT_NE(loaded.error().message.find((folder / name)), std::string::npos) << loaded.error().message;
  }
}

}  // namespace
}  // namespace weir::local
