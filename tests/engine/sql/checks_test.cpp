#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;

class Checks : public EngineTest {
 protected:
  Checks() { Table("t", columns_, "SELECT * FROM (VALUES (1, 'a'), (1, 'b'), (2, NULL), (NULL, 'it''s'), (50, 'a')) t(n, s)"); }
  std::int64_t Failures(const api::Check& check) {
    const auto count = engine_->CountFailures("t", {check});
    EXPECT_TRUE(count.ok()) << (count.ok() ? "" : count.error().message);
    return count.ok() ? count->front() : -1;
  }
  const std::vector<api::Column> columns_{Optional("n", "INTEGER"), Optional("s", "VARCHAR")};
};

TEST_F(Checks, CountTheRowsThatFail) {
  EXPECT_EQ(Failures({.name = "c", .rule = api::NotNullCheck{{"n", "s"}}}), 2);
  EXPECT_EQ(Failures({.name = "c", .rule = api::UniqueCheck{{"n"}}}), 1);
  EXPECT_EQ(Failures({.name = "c", .rule = api::UniqueCheck{{"n", "s"}}}), 0);
  EXPECT_EQ(Failures({.name = "c", .rule = api::AcceptedValuesCheck{"s", {"a", "it's"}}}), 1);
  EXPECT_EQ(Failures({.name = "c", .rule = api::RangeCheck{"n", "1", "10"}}), 1);
  EXPECT_EQ(Failures({.name = "c", .rule = api::RangeCheck{"n", "2", ""}}), 2);
  EXPECT_EQ(Failures({.name = "c", .rule = api::RegexCheck{"s", "a|b"}}), 1);
  EXPECT_EQ(Failures({.name = "c", .rule = api::RowCountCheck{5, 5}}), 0);
  EXPECT_EQ(Failures({.name = "c", .rule = api::RowCountCheck{6, {}}}), 1);
  EXPECT_EQ(Failures({.name = "c", .rule = api::RowCountCheck{{}, 4}}), 1);
}

TEST_F(Checks, ABoundThatIsNoValueOfTheColumnIsTheDeclarationsMistake) {
  const auto count = engine_->CountFailures("t", {{.name = "small", .rule = api::RangeCheck{"n", "", "ten"}}});
  ASSERT_FALSE(count.ok());
  EXPECT_EQ(count.error().fault, Fault::Invalid);
  EXPECT_THAT(count.error().message, testing::HasSubstr("check small (range: n from any to ten)"));
}

TEST_F(Checks, ValuesThatLookLikeSqlStayValues) { EXPECT_EQ(Failures({.name = "c", .rule = api::AcceptedValuesCheck{"s", {"x') OR TRUE --"}}}), 4); }

TEST_F(Checks, AColumnThatIsNotThereIsTheDeclarationsMistake) {
  const auto count = engine_->CountFailures("t", {{.name = "named", .rule = api::NotNullCheck{{"n", "m"}}}});
  ASSERT_FALSE(count.ok());
  EXPECT_EQ(count.error().fault, Fault::Invalid);
  EXPECT_THAT(count.error().message, testing::HasSubstr("there is no column m"));
}

// Checks while a relation is written.
class ChecksOfAWrite : public EngineTest {
 protected:
  Result<WrittenFile> WriteWith(const std::vector<api::Check>& checks, const std::string& sql = "SELECT * FROM t", const std::string& path = "r.parquet") {
    Table("t", columns_, "SELECT * FROM (VALUES (1, 'a'), (1, 'b'), (2, NULL), (NULL, 'it''s'), (50, 'a')) t(n, s)");
    EXPECT_TRUE(engine_->Select(sql, columns_, "r").ok());
    return engine_->WriteParquet(
        {.relation = "r", .store = store_, .path = path, .checks = checks, .quarantine = [this](RejectedRow&& row) { apart_.push_back(std::move(row)); }});
  }
  std::vector<std::string> RowsInFile() {
    EXPECT_TRUE(engine_->Attach("back", {{store_, "r.parquet"}}, columns_).ok());
    return Rows("SELECT * FROM back ORDER BY ALL");
  }

  const std::vector<api::Column> columns_{Optional("n", "INTEGER"), Optional("s", "VARCHAR")};
  const api::Check small_{.name = "small", .rule = api::RangeCheck{"n", "", "10"}, .onFailure = api::OnFailure::Quarantine};
  const api::Check named_{.name = "named", .rule = api::NotNullCheck{{"s"}}, .onFailure = api::OnFailure::Quarantine};
  std::vector<RejectedRow> apart_;
};

TEST_F(ChecksOfAWrite, AnswerAsTheyWouldOfTheFile) {
  const std::vector<api::Check> checks{{.name = "a", .rule = api::NotNullCheck{{"n", "s"}}},
                                       {.name = "b", .rule = api::UniqueCheck{{"n"}}},
                                       {.name = "c", .rule = api::AcceptedValuesCheck{"s", {"a", "it's"}}},
                                       {.name = "d", .rule = api::RowCountCheck{6, {}}},
                                       {.name = "e", .rule = api::RangeCheck{"n", "2", ""}},
                                       {.name = "f", .rule = api::RegexCheck{"s", "[a-z]"}}};
  const auto written = WriteWith(checks);
  ASSERT_TRUE(written.ok()) << written.error().message;
  EXPECT_THAT(written->failures, ElementsAre(2, 1, 1, 1, 2, 1));
  EXPECT_EQ(*engine_->CountFailures("t", checks), written->failures);
  EXPECT_THAT(apart_, testing::IsEmpty());
}

TEST_F(ChecksOfAWrite, ThatQuarantineRowsLeaveTheRest) {
  const auto written = WriteWith({small_, {.name = "one", .rule = api::UniqueCheck{{"n"}}}, named_, {.name = "four", .rule = api::RowCountCheck{4, {}}}});
  ASSERT_TRUE(written.ok()) << written.error().message;
  EXPECT_EQ(written->rows, 3);
  EXPECT_THAT(written->failures, ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(apart_, testing::UnorderedElementsAre(RejectedRow{"", 0, "n", "fails check small (range: n from any to 10)", R"({"n":50,"s":"a"})"},
                                                    RejectedRow{"", 0, "s", "fails check named (notNull: s)", R"({"n":2,"s":null})"}));
  EXPECT_THAT(RowsInFile(), ElementsAre(R"({"n":1,"s":"a"})", R"({"n":1,"s":"b"})", R"({"n":null,"s":"it's"})"));
}

TEST_F(ChecksOfAWrite, GiveARowThatFailsSeveralToTheFirst) {
  const auto written = WriteWith({named_, small_, {.name = "low", .rule = api::RangeCheck{"n", "", "0"}}}, "SELECT 50 AS n, NULL::VARCHAR AS s");
  ASSERT_TRUE(written.ok()) << written.error().message;
  EXPECT_THAT(written->failures, ElementsAre(1, 0, 0));
  ASSERT_EQ(apart_.size(), 1U);
  EXPECT_EQ(apart_[0].column, "s");
  EXPECT_EQ(written->rows, 0);
  EXPECT_EQ(written->contentHash, EmptyContentHash());
}

TEST_F(ChecksOfAWrite, AddUpOverManyRows) {
  const auto written = WriteWith({small_}, "SELECT (hash(range) % 20)::INTEGER AS n, 'x' AS s FROM range(200000)");
  ASSERT_TRUE(written.ok()) << written.error().message;
  EXPECT_GT(written->failures[0], 0);
  EXPECT_EQ(written->failures[0], static_cast<std::int64_t>(apart_.size()));
  EXPECT_EQ(written->rows + written->failures[0], 200'000);
  EXPECT_TRUE(engine_->Attach("back", {{store_, "r.parquet"}}, columns_).ok());
  EXPECT_THAT(Rows("SELECT max(n) AS n, count(*) = " + std::to_string(written->rows) + " AS all FROM back"), ElementsAre(R"({"all":true,"n":10})"));
}

TEST_F(ChecksOfAWrite, AColumnNamedLikeAnythingOfOursDoesNotDisturbThem) {
  const std::vector<api::Column> columns{Optional("r", "INTEGER"), Optional("row", "INTEGER"), Optional("text", "INTEGER")};
  ASSERT_TRUE(engine_->Select("SELECT 1 AS r, 2 AS \"row\", 3 AS text", columns, "named").ok());
  const auto written = engine_->WriteParquet({.relation = "named",
                                              .store = store_,
                                              .path = "named.parquet",
                                              .checks = {{.name = "no", .rule = api::RangeCheck{"r", "2", ""}, .onFailure = api::OnFailure::Quarantine}},
                                              .quarantine = [this](RejectedRow&& row) { apart_.push_back(std::move(row)); }});
  ASSERT_TRUE(written.ok()) << written.error().message;
  ASSERT_EQ(apart_.size(), 1U);
  EXPECT_EQ(apart_[0].text, R"({"r":1,"row":2,"text":3})");
}

TEST_F(ChecksOfAWrite, OfSeveralRowsCannotQuarantine) {
  const auto written = WriteWith({{.name = "u", .rule = api::UniqueCheck{{"n"}}, .onFailure = api::OnFailure::Quarantine}});
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().fault, Fault::Invalid);
  EXPECT_FALSE(store_->Stat("r.parquet").ok());
}

}  // namespace
}  // namespace weir::engine
