#include "operator/local/object_rules.h"

#include "tests/local/fixture.h"

namespace weir::local {
namespace {

const Json kNothing;

Result<Json> Apply(const Json& old, const Json& patch, const Json& applied) {
  return PreparePatch(Pipeline("a"), old, kube::PatchType::Apply, kube::Subresource::None, patch, applied);
}

Json Held(const Json& spec) {
  return {{"apiVersion", "weirkeeper.io/v1alpha1"},
          {"kind", "Pipeline"},
          {"metadata", {{"name", "a"}, {"namespace", "default"}, {"uid", "u"}, {"resourceVersion", "3"}}},
          {"spec", spec}};
}

Json Applied(const Json& spec) { return {{"apiVersion", "weirkeeper.io/v1alpha1"}, {"kind", "Pipeline"}, {"metadata", {{"name", "a"}}}, {"spec", spec}}; }

TEST(CreateRules, StatusOfOurKindsStartsUnobserved) {
  const auto made = PrepareCreate(Pipeline("a"), {{"status", {{"observedGeneration", 4}}}});
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(Integer(At(*made, "status"), "observedGeneration"), -1);
  EXPECT_EQ(Text(At(*made, "status").at("conditions").at(0), "status"), "Unknown");
}

TEST(CreateRules, APodStartsPending) {
  EXPECT_EQ(At(*PrepareCreate(PodRef("p"), {{"status", {{"phase", "Running"}}}}), "status"), Json({{"phase", "Pending"}}));
}

TEST(CreateRules, KindsWithoutTheSubresourceKeepWhatTheyGot) {
  const auto made = PrepareCreate({api::kRevisions, "default", "r"}, {{"data", {{"x", 1}}}, {"revision", 1}});
  EXPECT_FALSE(made->contains("status"));
  EXPECT_EQ(At(*made, "revision"), 1);
}

TEST(CreateRules, AnObjectThatContradictsItsReferenceIsRefused) {
  const std::vector<Json> bad{Json::array(),
                              {{"kind", "View"}},
                              {{"apiVersion", "v1"}},
                              {{"metadata", {{"name", "b"}}}},
                              {{"metadata", {{"namespace", "b"}}}},
                              {{"metadata", {{"resourceVersion", "1"}}}}};
  for (const Json& object : bad) EXPECT_EQ(PrepareCreate(Pipeline("a"), object).error().fault, Fault::Invalid) << object;
  EXPECT_EQ(PrepareCreate(Pipeline("A_b"), Json::object()).error().fault, Fault::Invalid);
  EXPECT_EQ(PrepareCreate({api::kPipelines, "", "a"}, Json::object()).error().fault, Fault::Invalid);
}

TEST(PatchRules, WhatTheServerOwnsCannotBePatched) {
  Json old = Held({});
  old["metadata"]["generation"] = 2;
  old["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z";
  const Json patch{{"metadata", {{"generation", 7}, {"creationTimestamp", nullptr}, {"deletionTimestamp", "2026-01-01T00:00:00Z"}, {"namespace", "x"}}}};
  const auto patched = PreparePatch(Pipeline("a"), old, kube::PatchType::Merge, kube::Subresource::None, patch, kNothing);
  ASSERT_TRUE(patched.ok());
  EXPECT_EQ(*patched, old);
}

TEST(PatchRules, NullInAMergePatchRemovesTheMember) {
  const auto patched =
      PreparePatch(Pipeline("a"), Held({{"x", 1}, {"y", 2}}), kube::PatchType::Merge, kube::Subresource::None, {{"spec", {{"x", nullptr}}}}, kNothing);
  EXPECT_EQ(At(*patched, "spec"), Json({{"y", 2}}));
}

TEST(PatchRules, ARenamedObjectOrAnotherUidIsRefused) {
  const auto patch = [](const Json& meta) {
    return PreparePatch(Pipeline("a"), Held({}), kube::PatchType::Merge, kube::Subresource::None, {{"metadata", meta}}, kNothing);
  };
  EXPECT_EQ(patch({{"name", "b"}}).error().fault, Fault::Invalid);
  EXPECT_EQ(patch({{"uid", "v"}}).error().fault, Fault::Conflict);
  EXPECT_TRUE(patch({{"uid", "u"}}).ok());
}

TEST(PatchRules, TheDataOfARevisionCannotChange) {
  const kube::ObjectRef ref{api::kRevisions, "default", "a"};
  Json old = Held({});
  old["data"] = {{"x", 1}};
  EXPECT_EQ(PreparePatch(ref, old, kube::PatchType::Merge, kube::Subresource::None, {{"data", {{"x", 2}}}}, kNothing).error().fault, Fault::Invalid);
  EXPECT_TRUE(PreparePatch(ref, old, kube::PatchType::Merge, kube::Subresource::None, {{"revision", 2}}, kNothing).ok());
}

TEST(ApplyRules, FieldsThatAreNoLongerAppliedGoAndOthersStay) {
  const Json first = Applied({{"mine", 1}, {"nested", {{"a", 1}, {"b", 2}}}});
  Json held = Held({{"mine", 1}, {"theirs", 2}, {"nested", {{"a", 1}, {"b", 2}, {"c", 3}}}});
  const auto applied = Apply(held, Applied({{"nested", {{"a", 5}}}}), first);
  ASSERT_TRUE(applied.ok());
  EXPECT_EQ(At(*applied, "spec"), Json({{"theirs", 2}, {"nested", {{"a", 5}, {"c", 3}}}}));
}

TEST(ApplyRules, ListsAreReplacedAsAWhole) {
  EXPECT_EQ(At(*Apply(Held({{"l", {1, 2}}}), Applied({{"l", {3}}}), Applied({{"l", {1, 2}}})), "spec"), Json({{"l", {3}}}));
}

TEST(ApplyRules, FinalizersOfOthersStay) {
  Json held = Held({});
  held["metadata"]["finalizers"] = {"other", "mine"};
  Json before = Applied({});
  before["metadata"]["finalizers"] = {"mine"};
  EXPECT_EQ(At(At(*Apply(held, Applied({}), before), "metadata"), "finalizers"), Json({"other"}));
}

TEST(ApplyRules, WithoutKindAndVersionNothingIsApplied) { EXPECT_EQ(Apply(Held({}), {{"spec", Json::object()}}, kNothing).error().fault, Fault::Invalid); }

}  // namespace
}  // namespace weir::local
