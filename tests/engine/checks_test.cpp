#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;

class Checks : public EngineTest {
 protected:
  Checks() { Table("t", columns_, "SELECT * FROM (VALUES (1, 'a'), (1, 'b'), (2, NULL), (NULL, 'it''s'), (50, 'a')) t(n, s)"); }
  std::int64_t Failures(const api::Check& check) {
    const auto count = engine_->CountFailures("t", check);
    EXPECT_TRUE(count.ok()) << (count.ok() ? "" : count.error().message);
    return count.ok() ? *count : -1;
  }
  const std::vector<api::Column> columns_{Optional("n", "INTEGER"), Optional("s", "VARCHAR")};
};

TEST_F(Checks, CountTheRowsThatFail) {
  EXPECT_EQ(Failures({.name = "c", .notNull = api::NotNullCheck{{"n", "s"}}}), 2);
  EXPECT_EQ(Failures({.name = "c", .unique = api::UniqueCheck{{"n"}}}), 1);
  EXPECT_EQ(Failures({.name = "c", .unique = api::UniqueCheck{{"n", "s"}}}), 0);
  EXPECT_EQ(Failures({.name = "c", .acceptedValues = api::AcceptedValuesCheck{"s", {"a", "it's"}}}), 1);
  EXPECT_EQ(Failures({.name = "c", .range = api::RangeCheck{"n", "1", "10"}}), 1);
  EXPECT_EQ(Failures({.name = "c", .range = api::RangeCheck{"n", "2", ""}}), 2);
  EXPECT_EQ(Failures({.name = "c", .rowCount = api::RowCountCheck{5, 5}}), 0);
  EXPECT_EQ(Failures({.name = "c", .rowCount = api::RowCountCheck{6, {}}}), 1);
  EXPECT_EQ(Failures({.name = "c", .rowCount = api::RowCountCheck{{}, 4}}), 1);
}

TEST_F(Checks, ABoundThatIsNoValueOfTheColumnIsTheDeclarationsMistake) {
  const auto count = engine_->CountFailures("t", {.name = "small", .range = api::RangeCheck{"n", "", "ten"}});
  ASSERT_FALSE(count.ok());
  EXPECT_EQ(count.error().fault, Fault::Invalid);
  EXPECT_THAT(count.error().message, testing::HasSubstr("check small (range: n from any to ten)"));
}

TEST_F(Checks, ValuesThatLookLikeSqlStayValues) { EXPECT_EQ(Failures({.name = "c", .acceptedValues = api::AcceptedValuesCheck{"s", {"x') OR TRUE --"}}}), 4); }

TEST_F(Checks, QuarantineMovesTheFailingRowsOut) {
  ASSERT_TRUE(engine_->Select("SELECT * FROM t", columns_, "r").ok());
  std::vector<RejectedRow> rows;
  const auto count =
      engine_->Quarantine("r", {.name = "small", .range = api::RangeCheck{"n", "", "10"}}, [&](RejectedRow&& row) { rows.push_back(std::move(row)); });
  ASSERT_TRUE(count.ok()) << count.error().message;
  EXPECT_EQ(*count, 1);
  EXPECT_THAT(rows, ElementsAre(RejectedRow{"", 0, "n", "fails check small (range: n from any to 10)", R"({"n":50,"s":"a"})"}));
  const auto more =
      engine_->Quarantine("r", {.name = "named", .notNull = api::NotNullCheck{{"s"}}}, [&](RejectedRow&& row) { rows.push_back(std::move(row)); });
  EXPECT_EQ(*more, 1);
  EXPECT_EQ(engine_->Measure("r", "")->rows, 3);
}

TEST_F(Checks, QuarantineOfAQueryThatAnswersDifferentlyEachTimeStillAddsUp) {
  ASSERT_TRUE(engine_->Select("SELECT (random() * 10)::INTEGER AS n, 'x' AS s FROM range(1000)", columns_, "r").ok());
  std::int64_t given = 0;
  ASSERT_TRUE(engine_->Quarantine("r", {.name = "small", .range = api::RangeCheck{"n", "", "5"}}, [&](RejectedRow&&) { ++given; }).ok());
  EXPECT_EQ(engine_->Measure("r", "")->rows + given, 1000);
}

TEST_F(Checks, OnlyRowChecksQuarantine) {
  ASSERT_TRUE(engine_->Select("SELECT * FROM t", columns_, "r").ok());
  const auto count = engine_->Quarantine("r", {.name = "u", .unique = api::UniqueCheck{{"n"}}}, [](RejectedRow&&) {});
  ASSERT_FALSE(count.ok());
  EXPECT_EQ(count.error().fault, Fault::Invalid);
}

}  // namespace
}  // namespace weir::engine
