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
      "SELECT localtimestamp::varchar AS x FROM t",
      "SELECT localtime::varchar AS x FROM t",
      "SELECT current_localtime()::varchar AS x FROM t",
      "SELECT current_localtimestamp()::varchar AS x FROM t",
      "SELECT age(TIMESTAMP '2000-01-01')::varchar AS x FROM t",
      "SELECT ago(INTERVAL 1 DAY)::varchar AS x FROM t",
      "SELECT list_transform([TIMESTAMP '2000-01-01'], i -> age(i))::varchar AS x FROM t",
      "SELECT current_user AS x FROM t",
      "SELECT session_user AS x FROM t",
      "SELECT user AS x FROM t",
      "SELECT current_role AS x FROM t",
      "SELECT current_catalog AS x FROM t",
      "SELECT current_schema AS x FROM t",
      "SELECT l AS x FROM t WHERE l = (SELECT CURRENT_USER)",
      "SELECT version() AS x FROM t",
      "SELECT current_setting('memory_limit') AS x FROM t",
      "SELECT pg_catalog.pg_conf_load_time()::varchar AS x FROM t",
      "SELECT reservoir_quantile(a, 0.5)::varchar AS x FROM t",
      "SELECT (reservoir_quantile(a, 0.5) OVER ())::varchar AS x FROM t",
      "SELECT approx_quantile(a, 0.5)::varchar AS x FROM t",
      "SELECT list_aggregate([1, 2], 'reservoir_quantile', 0.5)::varchar AS x FROM t",
      "SELECT list_aggr([1, 2], 'approx_' || 'quantile', 0.5)::varchar AS x FROM t",
      "SELECT try_cast('today' AS DATE)::varchar AS x FROM t",
      "SELECT l AS x FROM t WHERE TIMESTAMP '2026-01-01' < try_cast(' Now ' AS TIMESTAMPTZ)",
  };
  for (const std::string& sql : texts) {
    EXPECT_THAT(Answer(sql), testing::HasSubstr("gives other rows each time")) << sql;
    EXPECT_FALSE(engine_->Select(sql, {Optional("x", "VARCHAR")}, "out").ok()) << sql;
    EXPECT_TRUE(engine_->Query(sql, 1).ok()) << sql;
  }
}

// The engine would refuse them at the run only.
TEST_F(Repeatable, WordsOfTheClockAreRefusedWithWhatToWrite) {
  for (const std::string cast : {"'now'::timestamp", "'today'::date", "CAST('yesterday' AS TIMESTAMPTZ)", "DATE 'tomorrow'"})
    EXPECT_THAT(Answer("SELECT CAST(" + cast + " AS VARCHAR) AS x FROM t"), testing::HasSubstr(" as a time gives other rows each time")) << cast;
  EXPECT_THAT(Answer("SELECT l AS x FROM t WHERE TIMESTAMP '2026-01-01' < 'now'"), testing::HasSubstr("'now' as a time"));
  EXPECT_THAT(Answer("SELECT version() AS x FROM t"), testing::HasSubstr("version() gives other rows each time"));
  EXPECT_THAT(Answer("SELECT version() AS x FROM t"), testing::HasSubstr("write the value itself"));
  EXPECT_THAT(Answer("SELECT approx_quantile(a, 0.5)::varchar AS x FROM t"), testing::HasSubstr("use quantile_cont or quantile_disc"));
}

TEST_F(Repeatable, WhatIsComputedFromTheRowsIsNot) {
  for (const std::string sql :
       {"SELECT md5(concat_ws('|', a, l)) AS x FROM t", "SELECT CAST(date_trunc('day', TIMESTAMP '2026-01-01') AS VARCHAR) AS x FROM t",
        "SELECT CAST(hash(l) % 7 AS VARCHAR) AS x FROM t", "SELECT l AS x FROM t WHERE l = 'now()'", "SELECT l AS x FROM t ORDER BY a LIMIT 1",
        "SELECT CAST(age(TIMESTAMP '2026-01-02', TIMESTAMP '2026-01-01') AS VARCHAR) AS x FROM t", "SELECT 'now' AS x FROM t",
        "SELECT 'today' || l AS x FROM t", "SELECT u.\"user\" AS x FROM (SELECT l AS \"user\" FROM t) u",
        "SELECT \"user\" AS x FROM (SELECT l AS \"user\" FROM t)", "SELECT \"user\" AS x FROM (SELECT l FROM t) u(\"user\")",
        "WITH c(\"user\") AS (SELECT l FROM t) SELECT \"user\" AS x FROM c", "SELECT CAST(list_aggregate([1, 2], 'sum') AS VARCHAR) AS x FROM t",
        "SELECT CAST('epoch'::timestamp AS VARCHAR) AS x FROM t", "SELECT CASE WHEN a < 0 THEN error('negative') ELSE l END AS x FROM t",
        "SELECT CAST(quantile_cont(a, 0.5) AS VARCHAR) AS x FROM t"})
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
