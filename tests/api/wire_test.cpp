#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crds/api/describe/read.h"
#include "crds/api/protocol/stage_task.h"
#include "tests/api/arbitrary.h"

// What releases send each other: docs/compatibility.md.
namespace weir::api {

// The next release's T: one field more, with a default.
template <typename T>
struct Next {
  T now;
  int added = 7;
};
template <typename T>
void Describe(auto&& field, const Next<T>& self) {
  Describe(field, self.now);
  field("added", self.added, Rules{.doc = "Came with the next release."});
}

namespace {

using testing::HasSubstr;

template <typename T>
class Wire : public testing::Test {};

using Types = testing::Types<StageTask, StageOutcome, TaskTable, Stage, Store, RunnerSettings, RetryPolicy, PublishedContract, Format, Check>;
TYPED_TEST_SUITE(Wire, Types);

// A field that nobody knows, in each object of the document but those whose keys may be a person's: all their values are texts.
Json WithAFieldMoreEverywhere(const Json& value) {
  Json more = value;
  if (value.is_structured())
    for (auto& [key, inner] : more.items()) inner = WithAFieldMoreEverywhere(inner);
  const bool of_texts = std::all_of(value.begin(), value.end(), [](const Json& inner) { return inner.is_string(); });
  if (value.is_object() && !of_texts) more["aFieldOfTheNextRelease"] = {{"nested", {1, 2}}};
  return more;
}

TYPED_TEST(Wire, TheCanonicalFormIsReadAsTheSame) {
  std::mt19937_64 random(20261201);
  for (int i = 0; i < 300; ++i) {
    const TypeParam before = Any<TypeParam>(random);
    const auto text = ParseJson(Dump(WriteCanonical(before)));
    ASSERT_TRUE(text.ok());
    const auto after = ReadStrict<TypeParam>(*text);
    ASSERT_TRUE(after.ok()) << after.error().message << "\n" << DumpPretty(*text);
    ASSERT_TRUE(*after == before) << DumpPretty(*text) << "\n" << DumpPretty(Write(before));
    ASSERT_EQ(WriteCanonical(*after), *text);
  }
}

TYPED_TEST(Wire, AFieldThatTheNextReleaseAddsChangesNoTextThatIsWrittenWithoutIt) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 100; ++i) {
    Next<TypeParam> next{.now = Any<TypeParam>(random)};
    ASSERT_EQ(Dump(WriteCanonical(next)), Dump(WriteCanonical(next.now)));
    next.added = 8;
    ASSERT_NE(Dump(WriteCanonical(next)), Dump(WriteCanonical(next.now)));
  }
}

TYPED_TEST(Wire, WhatALaterReleaseAddsIsPassedOver) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 100; ++i) {
    const TypeParam now = Any<TypeParam>(random);
    std::vector<Problem> problems;
    const auto read = Read<TypeParam>(WithAFieldMoreEverywhere(WriteCanonical(now)), "", problems, Unknown::IsLaterRelease);
    ASSERT_TRUE(problems.empty()) << Join(problems);
    ASSERT_TRUE(read == now) << DumpPretty(Write(now));
  }
}

TEST(WireFormat, ThatIsHigherThanKnownIsRefusedWithTheWayOut) {
  Json task = WriteCanonical(StageTask{.run = "r"});
  EXPECT_EQ(Integer(task, "format"), StageTask::kFormat);
  EXPECT_TRUE(ReadWire<StageTask>(task).ok());
  task["format"] = StageTask::kFormat + 1;
  const auto read = ReadWire<StageTask>(task);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().reason, "NewerFormat");
  EXPECT_THAT(read.error().message, HasSubstr("the format 2 of a later release"));
  EXPECT_THAT(read.error().message, HasSubstr("Use one release"));
}

TEST(WireFormat, ThatIsAbsentIsTheFirst) {
  Json outcome = WriteCanonical(StageOutcome{.result = OutcomeClass::Succeeded});
  outcome.erase("format");
  ASSERT_TRUE(ReadWire<StageOutcome>(outcome).ok());
  EXPECT_EQ(ReadWire<StageOutcome>(outcome)->format, 1);
}

TEST(WireFormat, PassesOverNoMistake) {
  for (const char* text : {R"({"kind": "Fly"})", R"({})", R"({"kind": "Land", "attempt": "1"})", R"([])", R"({"kind": "Land", "format": 0})"})
    EXPECT_FALSE(ReadWire<StageTask>(Json::parse(text)).ok()) << text;
}

TEST(Canonical, LeavesOutWhatEqualsItsDefaultAndNothingElse) {
  EXPECT_EQ(Dump(WriteCanonical(RetryPolicy{})), "{}");
  EXPECT_EQ(Dump(WriteCanonical(RetryPolicy{.maxAttempts = 5})), R"({"maxAttempts":5})");
  EXPECT_EQ(Dump(Write(RetryPolicy{.maxAttempts = 5})), R"({"backoff":"10s","maxAttempts":5,"maxBackoff":"10m"})");
  EXPECT_EQ(Dump(WriteCanonical(StageOutcome{})), R"({"format":1,"result":"Bug"})") << "what is required stands there always";
}

}  // namespace
}  // namespace weir::api
