#include <thread>

#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Answer : public EngineTest {
 protected:
  Error Refused(const std::string& sql) { return engine_->Query(sql, 10).error(); }
};

TEST_F(Answer, LosesNoDigit) {
  EXPECT_THAT(Rows("SELECT 9007199254740993::BIGINT AS a, 12345678901234567890123::HUGEINT AS b, -7::HUGEINT AS c, 18446744073709551615::HUGEINT AS d"),
              ElementsAre(R"({"a":9007199254740993,"b":"12345678901234567890123","c":-7,"d":18446744073709551615})"));
  EXPECT_THAT(Rows("SELECT 1.50::DECIMAL(9,2) AS a, 12345678901234567890.123::DECIMAL(38,3) AS b"), ElementsAre(R"({"a":1.5,"b":"12345678901234567890.123"})"));
}

TEST_F(Answer, IsNoLargerThanItsShareOfTheMemory) {
  const auto answer = [this](const std::string& sql) { return engine_->Answer(sql, 1'000'000); };
  EXPECT_TRUE(answer("SELECT repeat('x', 1000000) AS a FROM range(100)").ok());
  for (const char* large : {"SELECT repeat('x', 1000000) AS a FROM range(200)", "SELECT repeat('x', 200000000) AS a", "SELECT range AS a FROM range(6000000)",
                            "SELECT [repeat('x', 1000000)] AS a FROM range(200)"}) {
    const auto refused = engine_->Answer(large, 10'000'000);
    ASSERT_FALSE(refused.ok()) << large;
    EXPECT_EQ(refused.error().reason, "TooLarge") << large;
    EXPECT_THAT(refused.error().message, HasSubstr("the answer is larger than the 146 MiB"));
  }
}

TEST_F(Answer, HoldsWhatJsonHasNoNumberFor) {
  EXPECT_THAT(Rows("SELECT 'NaN'::DOUBLE AS a, '-inf'::FLOAT AS b, NULL::DOUBLE AS c, 0.5::DOUBLE AS d"),
              ElementsAre(R"({"a":"nan","b":"-inf","c":null,"d":0.5})"));
  EXPECT_THAT(Rows("SELECT ['NaN'::DOUBLE, 1] AS a"), ElementsAre(R"({"a":["nan",1.0]})"));
}

TEST_F(Answer, KeepsListsAndStructs) {
  EXPECT_THAT(Rows("SELECT [1, 2] AS l, {'a': 'x', 'b': NULL} AS s"), ElementsAre(R"({"l":[1,2],"s":{"a":"x","b":null}})"));
}

TEST_F(Answer, KeepsTheOrderOfColumnsAndDecimalsAsWritten) {
  const auto cells = engine_->Answer(
      "SELECT 1.50::DECIMAL(9,2) AS z, [0.10::DECIMAL(4,2)] AS a, {'y': 2.0::DECIMAL(3,1), 'b': 'q\"'} AS m, -0.00::DECIMAL(5,2) AS k, NULL AS n", 10);
  ASSERT_TRUE(cells.ok()) << cells.error().message;
  EXPECT_THAT(*cells, ElementsAre(ElementsAre("1.50", "[0.10]", R"({"y":2.0,"b":"q\""})", "0.00", "null")));
}

TEST_F(Answer, DecimalsWithoutWholeDigitsAreJsonNumbers) {
  const auto cells =
      engine_->Answer("SELECT '-0.5'::DECIMAL(2,2) AS d, [0.5::DECIMAL(1,1)] AS l, {'a': 0.25::DECIMAL(2,2)} AS s, 0.1::DECIMAL(38,38) AS w", 10);
  ASSERT_TRUE(cells.ok()) << cells.error().message;
  EXPECT_THAT(*cells, ElementsAre(ElementsAre("-0.50", "[0.5]", R"({"a":0.25})", "\"0.10000000000000000000000000000000000000\"")));
}

TEST_F(Answer, EndsWhenItIsCancelled) {
  std::thread([this] { engine_->Cancel(); }).join();
  EXPECT_EQ(Refused("SELECT count(*) AS n FROM range(100000000000)").reason, "Cancelled");
}

TEST_F(Answer, RefusesTwoColumnsOfOneName) { EXPECT_THAT(Refused("SELECT 1 AS a, 2 AS a").message, HasSubstr("two columns are named a")); }

}  // namespace
}  // namespace weir::engine
