#include <gtest/gtest.h>

#include "crds/api/describe/read.h"
#include "crds/api/protocol/stage_task.h"
#include "crds/api/run.h"
#include "tests/api/arbitrary.h"

namespace weir::api {
namespace {

template <typename T>
class RoundTrip : public testing::Test {};

using Types = testing::Types<LakeSpec, LakeStatus, DatasetSpec, DatasetStatus, ViewSpec, ViewStatus, PipelineSpec, PipelineStatus, RunSpec, RunStatus,
                             StageTask, StageOutcome>;
TYPED_TEST_SUITE(RoundTrip, Types);

TYPED_TEST(RoundTrip, WhatIsWrittenIsReadAsTheSame) {
  std::mt19937_64 random(20260102);
  for (int i = 0; i < 200; ++i) {
    const TypeParam before = Any<TypeParam>(random);
    const Json written = Write(before);
    const auto text = ParseJson(Dump(written));
    ASSERT_TRUE(text.ok());
    const auto after = ReadStrict<TypeParam>(*text);
    ASSERT_TRUE(after.ok()) << after.error().message << "\n" << DumpPretty(written);
    ASSERT_TRUE(*after == before) << DumpPretty(written) << "\n" << DumpPretty(Write(*after));
    ASSERT_EQ(Write(*after), written);
  }
}

TYPED_TEST(RoundTrip, WhatIsWrittenHoldsNothingEmpty) {
  std::mt19937_64 random(7);
  const std::function<bool(const Json&)> holds_null = [&](const Json& value) {
    if (value.is_null()) return true;
    if (!value.is_structured()) return false;
    return std::any_of(value.begin(), value.end(), holds_null);
  };
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(holds_null(Write(Any<TypeParam>(random))));
}

// Any damage to a document is told, never thrown about.
TYPED_TEST(RoundTrip, DamagedDocumentsAreReadWithoutHarm) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 100; ++i) {
    Json damaged = Write(Any<TypeParam>(random)).flatten();
    const Json values = Json::parse(R"([null, true, -1, 1.5, "", "x", 18446744073709551615])");
    for (auto& [path, value] : damaged.items())
      if (random() % 4 == 0) value = values[random() % values.size()];
    std::vector<Problem> problems;
    Read<TypeParam>(damaged.is_null() ? Json::object() : damaged.unflatten(), "", problems);
  }
}

}  // namespace
}  // namespace weir::api
