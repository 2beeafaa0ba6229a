#include "crds/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using testing::HasSubstr;

std::string ErrorOf(std::string_view text) {
  const auto parsed = ParseJson(text);
  EXPECT_FALSE(parsed.ok()) << text;
  if (parsed.ok()) return "";
  EXPECT_EQ(parsed.error().fault, Fault::Invalid);
  return parsed.error().message;
}

std::string Nested(int depth) { return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']'); }

TEST(ParseJson, ReadsWhatIsJson) {
  const auto parsed = ParseJson(R"({"a": [1, true, null, "\u00e4", {"b": 1}], "c": {"b": 2}})");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(At(*parsed, "a")[3], "ä");
}

TEST(ParseJson, RefusesADuplicateKeyAndNamesIt) {
  EXPECT_THAT(ErrorOf(R"({"a": 1, "a": 2})"), HasSubstr("\"a\" twice"));
  EXPECT_THAT(ErrorOf(R"({"x": [{"b": 1, "b": 1}]})"), HasSubstr("\"b\" twice"));
}

TEST(ParseJson, RefusesWhatIsNestedDeeperThan64) {
  EXPECT_TRUE(ParseJson(Nested(64)).ok());
  EXPECT_THAT(ErrorOf(Nested(66)), HasSubstr("deeper than 64"));
  EXPECT_THAT(ErrorOf(Nested(100'000)), HasSubstr("deeper than 64"));
}

TEST(ParseJson, PassesOverMembersOfOneNameAndNothingElse) {
  const auto parsed = ParseJson(R"({"skip": {"a": [{"skip": 1}, 2]}, "b": {"c": 1, "skip": "x", "d": 2}, "e": [{"skip": [[]], "f": 3}, 4]})", "skip");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed, Json::parse(R"({"b": {"c": 1, "d": 2}, "e": [{"f": 3}, 4]})"));
  EXPECT_EQ(ParseJson(R"({"": 1})").value(), Json({{"", 1}})) << "by default nothing is passed over";
}

TEST(ParseJson, WhatIsPassedOverMustBeJsonAllTheSame) {
  EXPECT_FALSE(ParseJson(R"({"skip": [1, })", "skip").ok());
  EXPECT_FALSE(ParseJson(R"({"skip": "\q"})", "skip").ok());
  EXPECT_FALSE(ParseJson("{\"skip\": " + Nested(66) + "}", "skip").ok());
}

TEST(ParseJson, RefusesTrailingTextAndBytesThatAreNotUtf8) {
  ErrorOf("{} {}");
  ErrorOf("");
  ErrorOf("{\"a\": \"\xff\"}");
  ErrorOf("{'a': 1}");
}

TEST(Dump, NeverThrowsAboutBytesThatAreNotUtf8) { EXPECT_THAT(Dump(Json{{"a", "x\xffy"}}), HasSubstr("x\xEF\xBF\xBDy")); }

TEST(JsonReads, AnswerNothingWhenAStepIsAbsentOrOfAnotherType) {
  const Json value = Json::parse(R"({"a": {"b": "text", "n": 7}, "list": [1]})");
  EXPECT_EQ(Text(At(value, "a"), "b"), "text");
  EXPECT_EQ(Text(At(value, "a"), "n"), "");
  EXPECT_EQ(Integer(At(value, "a"), "n"), 7);
  EXPECT_EQ(Integer(At(value, "a"), "b", 3), 3);
  EXPECT_TRUE(At(At(value, "list"), "x").is_null());
  EXPECT_TRUE(At(At(At(value, "no"), "no"), "no").is_null());
}

TEST(SameJson, AbsentNullAndEmptyAreTheSame) {
  const auto same = [](const char* a, const char* b) { return SameJson(Json::parse(a), Json::parse(b)) && SameJson(Json::parse(b), Json::parse(a)); };
  EXPECT_TRUE(same(R"({"a": 1})", R"({"a": 1, "b": null, "c": {}, "d": []})"));
  EXPECT_TRUE(same(R"({"a": {"b": null}})", R"({"a": {}})"));
  EXPECT_FALSE(same(R"({"a": 1})", R"({"a": 2})"));
  EXPECT_FALSE(same(R"({"a": [1, 2]})", R"({"a": [2, 1]})"));
  EXPECT_FALSE(same(R"({"a": ""})", R"({})"));
  EXPECT_FALSE(same(R"({"a": false})", R"({})"));
}

}  // namespace
}  // namespace weir
