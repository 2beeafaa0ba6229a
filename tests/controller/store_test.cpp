#include "operator/observe/store.h"

#include <gtest/gtest.h>

namespace weir::observe {
namespace {

Json Object(const std::string& name, const std::string& version, const std::string& uid = "u", const Json& labels = nullptr) {
  return {{"metadata", {{"namespace", "n"}, {"name", name}, {"uid", uid}, {"resourceVersion", version}, {"labels", labels}}}};
}

std::vector<ItemPtr> Read(const Store& store, const std::vector<Json>& objects) {
  std::vector<ItemPtr> items;
  for (const Json& object : objects) items.push_back(store.Read(object));
  return items;
}

std::string Versions(const std::vector<ItemPtr>& items) {
  std::string text;
  for (const ItemPtr& item : items) text += item->meta.name + item->meta.resourceVersion + " ";
  return text;
}

// Whether the store holds another object, or none, afterwards.
bool Upserts(Store& store, const Json& object) {
  const std::string name = api::ReadMeta(object).name;
  const ItemPtr before = store.Get("n", name);
  store.Upsert(object);
  return store.Get("n", name) != before;
}
bool Removes(Store& store, const std::string& ns, const std::string& name, const std::string& uid, const std::string& resource_version) {
  const ItemPtr before = store.Get(ns, name);
  store.Remove(ns, name, uid, resource_version);
  return store.Get(ns, name) != before;
}

TEST(Store, TheNewerVersionStaysWhateverComesLast) {
  Store store{api::kPods};
  EXPECT_TRUE(Upserts(store, Object("a", "9")));
  EXPECT_TRUE(Upserts(store, Object("a", "10"))) << "versions compare as numbers";
  EXPECT_FALSE(Upserts(store, Object("a", "9")));
  EXPECT_FALSE(Upserts(store, Object("a", "10")));
  EXPECT_EQ(store.Get("n", "a")->meta.resourceVersion, "10");
}

TEST(Store, VersionsLongerThanAnyIntegerAreCompared) {
  Store store{api::kPods};
  store.Upsert(Object("a", "99999999999999999999999"));
  EXPECT_TRUE(Upserts(store, Object("a", "100000000000000000000000")));
  EXPECT_FALSE(Upserts(store, Object("a", "99999999999999999999999")));
}

TEST(Store, ARemovedObjectIsNotBroughtBackByALateWriteThrough) {
  Store store{api::kPods};
  store.Upsert(Object("a", "5"));
  EXPECT_TRUE(Removes(store, "n", "a", "u", "7"));
  EXPECT_FALSE(Upserts(store, Object("a", "6")));
  EXPECT_EQ(store.Get("n", "a"), nullptr);
  EXPECT_TRUE(Upserts(store, Object("a", "8", "v"))) << "a new object of that name";
}

TEST(Store, ARemovalSeenBeforeItsObjectIsRemembered) {
  Store store{api::kPods};
  EXPECT_FALSE(Removes(store, "n", "a", "u", "7"));
  EXPECT_FALSE(Upserts(store, Object("a", "6")));
}

TEST(Store, TheRemovalOfAnEarlierObjectOfThatNameIsIgnored) {
  Store store{api::kPods};
  store.Upsert(Object("a", "8", "new"));
  EXPECT_FALSE(Removes(store, "n", "a", "old", "9"));
  EXPECT_FALSE(Removes(store, "n", "a", "", "7"));
  EXPECT_NE(store.Get("n", "a"), nullptr);
  EXPECT_TRUE(Removes(store, "n", "a", "new", "")) << "an own delete has no version";
}

TEST(Store, ReplaceTellsWhatChangedAndWhatVanished) {
  Store store{api::kPods};
  EXPECT_FALSE(store.Synced());
  store.Replace(Read(store, {Object("a", "1"), Object("b", "2"), Object("c", "3")}), "3");
  EXPECT_TRUE(store.Synced());
  EXPECT_EQ(Versions(store.Replace(Read(store, {Object("a", "1"), Object("c", "5"), Object("d", "6")}), "6")), "c5 d6 c3 b2 ");
  EXPECT_EQ(Versions(store.List("")), "a1 c5 d6 ");
  EXPECT_FALSE(Upserts(store, Object("b", "2"))) << "what vanished stays away";
}

TEST(Store, AListNewerThanARemovalBringsTheObjectBack) {
  Store store{api::kPods};
  store.Upsert(Object("a", "5"));
  store.Remove("n", "a", "u", "7");
  EXPECT_EQ(Versions(store.Replace(Read(store, {Object("a", "5")}), "6")), "") << "an older list does not";
  EXPECT_EQ(Versions(store.Replace(Read(store, {Object("a", "5")}), "9")), "a5 ");
}

TEST(Store, AListOlderThanAnOwnWriteTakesNothingBack) {
  Store store{api::kPods};
  store.Upsert(Object("mine", "20"));
  store.Upsert(Object("a", "21"));
  store.Replace(Read(store, {Object("a", "5")}), "15");
  EXPECT_EQ(Versions(store.List("")), "a21 mine20 ");
}

TEST(Store, OwnersAndLabelsAreIndexedAndFollowTheObject) {
  Store store{api::kPods};
  Json owned = Object("a", "1", "u", {{"weirkeeper.io/run", "r"}, {"plain", "p"}});
  owned["metadata"]["ownerReferences"] = Json::array({{{"uid", "o"}, {"controller", true}}});
  store.Upsert(owned);
  store.Upsert(Object("b", "2"));
  EXPECT_EQ(Versions(store.OwnedBy("o")), "a1 ");
  EXPECT_EQ(Versions(store.Labelled("n", "weirkeeper.io/run", "r")), "a1 ");
  EXPECT_EQ(Versions(store.Labelled("", "plain", "p")), "a1 ");
  EXPECT_TRUE(store.Labelled("other", "weirkeeper.io/run", "r").empty());
  store.Upsert(Object("a", "3"));
  EXPECT_TRUE(store.OwnedBy("o").empty());
  EXPECT_TRUE(store.Labelled("n", "weirkeeper.io/run", "r").empty());
  EXPECT_TRUE(store.Labelled("n", "plain", "p").empty());
}

TEST(Store, LongAnnotationsThatNobodyReadsAreDropped) {
  Store store{api::kPods};
  Json object = Object("a", "1");
  object["metadata"]["annotations"] = {{"kubectl.kubernetes.io/last-applied-configuration", "{}"}, {"weirkeeper.io/task", "{}"}, {"mine", "1"}};
  store.Upsert(object);
  EXPECT_EQ(store.Get("n", "a")->meta.annotations, (std::map<std::string, std::string>{{"mine", "1"}}));
}

TEST(Store, RemovedObjectsDoNotFillTheMemory) {
  Store store{api::kPods};
  for (int i = 0; i < 10'000; ++i) store.Remove("n", "a" + std::to_string(i), "u", "50");
  EXPECT_FALSE(Upserts(store, Object("a9999", "6")));
  EXPECT_TRUE(Upserts(store, Object("a0", "6"))) << "the oldest are forgotten";
}

TEST(Store, EachResourceHasItsStore) {
  Stores stores;
  stores.Of(api::kPods).Upsert(Object("a", "1"));
  EXPECT_EQ(stores.pods.Size(), 1U);
  EXPECT_EQ(stores.Of(api::kPipelineRuns).Size(), 0U);
}

}  // namespace
}  // namespace weir::observe
