#include "runner/engine/sql_binder.h"
#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

class Repeatable : public EngineTest {
 protected:
  Repeatable() {
    const std::vector<api::Column> columns{Optional("a", "INTEGER"), Optional("l", "VARCHAR")};
    EXPECT_TRUE(engine_->Attach("t", {}, columns).ok());
    binder_ = std::move(MakeSqlBinder({.memoryBytes = 1LL << 30, .threads = 1, .scratch = folder_ / "scratch-of-binder"})).value();
    EXPECT_TRUE(binder_->Declare("t", columns).ok());
  }
  std::string Answer(const std::string& sql) {
    const auto checked = binder_->Check(sql, {Optional("x", "VARCHAR")});
    if (!checked.ok()) return "does not bind: " + checked.error().message;
    return checked->fits.ok() ? "" : checked->fits.error().message;
  }
  std::unique_ptr<SqlBinder> binder_;
};

TEST_F(Repeatable, WhatGivesOtherRowsEachTimeIsRefusedForStagesAndAllowedForQuestions) {
  const std::vector<std::string> texts{
      "SELECT CAST(random() AS VARCHAR) AS x FROM t",
      "SELECT CAST(now() AS VARCHAR) AS x FROM t",
      "SELECT CAST(current_timestamp AS VARCHAR) AS x FROM t",
      "SELECT CAST(current_date AS VARCHAR) AS x FROM t",
      "SELECT CAST(today() AS VARCHAR) AS x FROM t",
      "SELECT CAST(uuid() AS VARCHAR) AS x FROM t",
      "SELECT CAST(gen_random_uuid() AS VARCHAR) AS x FROM t",
      "SELECT l AS x FROM t WHERE random() < 0.5",
      "SELECT l AS x FROM t ORDER BY random() LIMIT 3",
      "SELECT l AS x FROM t JOIN (SELECT a FROM t WHERE a > epoch(now())) u USING (a)",
      "SELECT (SELECT CAST(max(now()) AS VARCHAR)) AS x FROM t",
      "WITH c AS (SELECT CAST(random() AS VARCHAR) AS x FROM t) SELECT x FROM c UNION ALL SELECT l FROM t",
      "SELECT CAST(list_transform([1], i -> i + random()) AS VARCHAR) AS x FROM t",
      "SELECT l AS x FROM t USING SAMPLE 10%",
      "SELECT l AS x FROM t TABLESAMPLE 10%",
  };
  for (const std::string& sql : texts) {
    EXPECT_THAT(Answer(sql), testing::HasSubstr("gives other rows each time")) << sql;
    EXPECT_FALSE(engine_->Select(sql, {Optional("x", "VARCHAR")}, "out").ok()) << sql;
    EXPECT_TRUE(engine_->Query(sql, 1).ok()) << sql;
  }
}

TEST_F(Repeatable, WhatIsComputedFromTheRowsIsNot) {
  for (const std::string sql :
       {"SELECT md5(concat_ws('|', a, l)) AS x FROM t", "SELECT CAST(date_trunc('day', TIMESTAMP '2026-01-01') AS VARCHAR) AS x FROM t",
        "SELECT CAST(hash(l) % 7 AS VARCHAR) AS x FROM t", "SELECT l AS x FROM t WHERE l = 'now()'", "SELECT l AS x FROM t ORDER BY a LIMIT 1"})
    EXPECT_EQ(Answer(sql), "") << sql;
}

TEST_F(Repeatable, TheNameOfAnObjectIsAnsweredWithItsNameInSql) {
  ASSERT_TRUE(binder_->Declare("flights_with_plane", {Optional("x", "VARCHAR")}).ok());
  ASSERT_TRUE(binder_->Declare("flights", {Optional("x", "VARCHAR")}).ok());
  EXPECT_THAT(Answer("SELECT x FROM flights-with-plane"), testing::HasSubstr("write flights_with_plane for flights-with-plane"));
  EXPECT_THAT(Answer("SELECT x FROM \"flights-with-plane\""), testing::HasSubstr("in SQL it is flights_with_plane"));
}

TEST_F(Repeatable, WhatWasForgottenIsNotNamedAnyMore) {
  binder_->Forget();
  EXPECT_THAT(Answer("SELECT l AS x FROM t"), testing::HasSubstr("table t is not declared"));
  ASSERT_TRUE(binder_->Declare("t", {Optional("l", "VARCHAR")}).ok());
  EXPECT_EQ(Answer("SELECT l AS x FROM t"), "");
  EXPECT_THAT(Answer("SELECT CAST(a AS VARCHAR) AS x FROM t"), testing::HasSubstr("\"a\" not found")) << "with its new columns";
}

}  // namespace
}  // namespace weir::engine
