#include "operator/observe/kept.h"

#include <gtest/gtest.h>

#include "operator/observe/observe.h"

namespace weir::observe {
namespace {

Json Picked(const char* object, const Paths& paths) { return Pick(ParseJson(object).value(), paths); }

TEST(Kept, MembersArePickedWithEverythingBelow) {
  EXPECT_EQ(Picked(R"({"a": {"b": {"c": 1, "d": [2]}, "e": 3}, "f": 4})", {"a.b", "f"}), Json({{"a", {{"b", {{"c", 1}, {"d", {2}}}}}}, {"f", 4}}));
}

TEST(Kept, OfAListEachItemIsPickedAndKeepsItsPlace) {
  EXPECT_EQ(Picked(R"({"a": [{"b": 1, "x": 0}, {"x": 0}, {"b": 2, "c": 3}]})", {"a.b", "a.c"}),
            ParseJson(R"({"a": [{"b": 1}, {}, {"b": 2, "c": 3}]})").value());
}

TEST(Kept, WhatIsAbsentOrNoObjectGivesNothing) {
  EXPECT_EQ(Picked(R"({"a": "text", "b": 1})", {"x", "x.y"}), Json::object());
  EXPECT_TRUE(At(Pick(Json{{"a", "text"}}, {"a.b"}), "a").is_null());
  EXPECT_EQ(Pick(Json(), {"a"}), Json::object());
}

TEST(Kept, AnObjectIsParsedAgainAsItWasSent) {
  const Json spec{{"pipeline", "p"}, {"state", "Running"}}, status{{"attempts", 3}, {"stages", Json::array({{{"name", "\u00e4 \"land\""}}})}};
  const ItemPtr run = Store(api::kPipelineRuns).Read({{"metadata", {{"name", "r"}}}, {"spec", spec}, {"status", status}});
  EXPECT_EQ(run->Whole(), Json({{"spec", spec}, {"status", status}}));
  EXPECT_EQ(run->brief, Json({{"spec", {{"pipeline", "p"}}}, {"status", {{"attempts", 3}}}}));
}

// Hundreds of finished runs are usual, and each of their stages is of interest to nobody but themselves.
TEST(Kept, ALookAtAPipelineParsesNoneOfItsRuns) {
  Stores stores;
  stores.pipelines.Upsert(Json{{"metadata", {{"namespace", "n"}, {"name", "p"}, {"uid", "u"}}}, {"spec", {{"stages", Json::array()}}}});
  Item run = *stores.runs.Read({{"metadata", {{"namespace", "n"}, {"name", "r"}}}, {"spec", {{"pipeline", "p"}}}, {"status", {{"epoch", 7}}}});
  run.text = "cannot be parsed";
  stores.runs.Upsert(std::make_shared<const Item>(run));
  EXPECT_ANY_THROW(stores.runs.Get("n", "r")->Whole());
  const auto seen = ObservePipeline(stores, "n", "p", {});
  ASSERT_TRUE(seen.ok());
  ASSERT_EQ(seen->observed.runs.size(), 1U);
  EXPECT_EQ(seen->observed.runs[0].status.epoch, 7);
}

}  // namespace
}  // namespace weir::observe
