#include "crds/api/kubernetes/meta.h"

#include <gtest/gtest.h>

#include "crds/api/condition.h"

namespace weir::api {
namespace {

TEST(ReadMeta, TakesWhatIsThere) {
  const Meta meta = ReadMeta(Json::parse(R"({"metadata": {"name": "n", "namespace": "s", "uid": "u", "resourceVersion": "12", "generation": 3,
    "creationTimestamp": "2026-01-02T03:04:05Z", "labels": {"a": "b"}, "finalizers": ["f"],
    "ownerReferences": [{"uid": "no", "name": "other", "kind": "X"}, {"uid": "o", "name": "owner", "kind": "PipelineRun", "controller": true}]}})"));
  EXPECT_EQ(meta.name + meta.ns + meta.uid + meta.resourceVersion, "nsu12");
  EXPECT_EQ(meta.generation, 3);
  EXPECT_EQ(Format(meta.created), "2026-01-02T03:04:05Z");
  EXPECT_FALSE(meta.deleted.has_value());
  EXPECT_EQ(meta.labels.at("a"), "b");
  EXPECT_EQ(meta.finalizers, std::vector<std::string>{"f"});
  EXPECT_EQ(meta.ownerUid + meta.ownerName + meta.ownerKind, "oownerPipelineRun");
}

TEST(ReadMeta, SurvivesWhateverItIsGiven) {
  for (const char* text : {"null", "[]", "{}", R"({"metadata": 5})",
                           R"({"metadata": {"name": 5, "labels": [1], "creationTimestamp": "soon", "finalizers": {}, "ownerReferences": [3]}})"})
    EXPECT_EQ(ReadMeta(Json::parse(text)), Meta{}) << text;
}

TEST(OwnerReferences, NameTheirControllerByUid) {
  Meta owner;
  owner.name = "daily-1", owner.uid = "u-1";
  EXPECT_EQ(
      OwnerReference(kPipelineRuns, owner),
      Json::parse(
          R"({"apiVersion": "weirkeeper.io/v1alpha1", "kind": "PipelineRun", "name": "daily-1", "uid": "u-1", "controller": true, "blockOwnerDeletion": true})"));
}

TEST(Conditions, AreFoundByType) {
  const Conditions conditions{{.type = ConditionType::Ready, .status = ConditionStatus::True},
                              {.type = ConditionType::Fresh, .status = ConditionStatus::False}};
  EXPECT_TRUE(IsTrue(conditions, ConditionType::Ready));
  EXPECT_FALSE(IsTrue(conditions, ConditionType::Fresh));
  EXPECT_FALSE(IsTrue(conditions, ConditionType::Stalled));
  EXPECT_EQ(Find(conditions, ConditionType::Stalled), nullptr);
}

}  // namespace
}  // namespace weir::api
