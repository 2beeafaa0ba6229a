#include "runner/engine/sql/sql_binder.h"
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
    EXPECT_THAT(Answer(sql), testing::HasSubstr("is not deterministic")) << sql;
    EXPECT_FALSE(engine_->Select(sql, {Optional("x", "VARCHAR")}, "out").ok()) << sql;
    EXPECT_TRUE(engine_->Query(sql, 1).ok()) << sql;
  }
}

// The engine would refuse them at the run only.
TEST_F(Repeatable, WordsOfTheClockAreRefusedWithWhatToWrite) {
  for (const std::string cast : {"'now'::timestamp", "'today'::date", "CAST('yesterday' AS TIMESTAMPTZ)", "DATE 'tomorrow'"})
    EXPECT_THAT(Answer("SELECT CAST(" + cast + " AS VARCHAR) AS x FROM t"), testing::HasSubstr(" as a time is not deterministic")) << cast;
  EXPECT_THAT(Answer("SELECT l AS x FROM t WHERE TIMESTAMP '2026-01-01' < 'now'"), testing::HasSubstr("'now' as a time"));
  EXPECT_THAT(Answer("SELECT version() AS x FROM t"), testing::HasSubstr("version() is not deterministic"));
  EXPECT_THAT(Answer("SELECT version() AS x FROM t"), testing::HasSubstr("write the value itself"));
  EXPECT_THAT(Answer("SELECT approx_quantile(a, 0.5)::varchar AS x FROM t"), testing::HasSubstr("use quantile_cont or quantile_disc"));
}

// Wherever SQL has room for an expression: each place inside of each other.
const std::vector<std::string> kPlaces{"#",
                                       "list_transform([1], i -> #)",
                                       "list_transform([1], lambda i: list_filter([i], lambda j: # IS NOT NULL))",
                                       "[# FOR i IN [1]]",
                                       "list_reduce(['a', 'b'], (p, q) -> concat(p, #))",
                                       "CASE WHEN # IS NULL THEN 'a' ELSE 'b' END",
                                       "CASE WHEN a > 0 THEN concat(#) END",
                                       "{'k': #}",
                                       "struct_extract({'k': #}, 'k')",
                                       "MAP {'k': #}",
                                       "coalesce(NULL, concat(#))",
                                       "TRY(#)",
                                       "(SELECT #)",
                                       "(SELECT max(concat(v)) FROM (VALUES (#)) q(v))",
                                       "first(concat(#)) OVER (ORDER BY concat(#))",
                                       "(SELECT count(*) FILTER (WHERE # IS NULL) FROM t)",
                                       "(SELECT concat(v) FROM (SELECT 1) b, LATERAL (SELECT # AS v) c)",
                                       "EXISTS (SELECT 1 WHERE # IS NOT NULL)"};
const std::vector<std::string> kOfTheClock{"'now'::TIMESTAMP",
                                           "CAST('today' AS DATE)",
                                           "TRY_CAST(' Yesterday ' AS TIMESTAMPTZ)",
                                           "DATE 'tomorrow'",
                                           "(TIMESTAMP '2026-01-01' < 'now')",
                                           "(DATE '2026-01-01' IN ('today', '2026-01-02'))",
                                           "(DATE '2026-01-01' BETWEEN 'yesterday' AND 'today')",
                                           "['2026-01-01', 'now']::TIMESTAMP[]",
                                           "{'d': 'today', 'e': 1}::STRUCT(d DATE, e INTEGER)",
                                           "CAST(CASE WHEN 1 = 1 THEN 'now' ELSE '2026-01-01' END AS TIMESTAMP)",
                                           "coalesce(NULL, 'now')::TIMESTAMP",
                                           "random()",
                                           "now()",
                                           "current_date",
                                           "uuid()"};

std::string In(const std::string& place, const std::string& expression) {
  std::string text;
  for (const char c : place) c == '#' ? text += expression : text += c;
  return text;
}

TEST_F(Repeatable, NoPlaceOfSqlHidesTheClock) {
  int bound = 0;
  for (const std::string& outer : kPlaces)
    for (const std::string& inner : kPlaces)
      for (const std::string& leaf : kOfTheClock) {
        const std::string sql = "SELECT CAST(" + In(outer, In(inner, leaf)) + " AS VARCHAR) AS x FROM t";
        const std::string answer = Answer(sql);
        ASSERT_NE(answer, "") << sql;
        if (answer.starts_with("does not bind")) continue;
        ASSERT_THAT(answer, testing::HasSubstr("is not deterministic")) << sql;
        ++bound;
      }
  EXPECT_GT(bound, 3000);
}

// What no reader of the SQL can see, the engine does not read as a time either: its casts know no clock.
TEST_F(Repeatable, NoComputedTextIsATimeOfTheClock) {
  for (const std::string type : {"DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMPTZ", "TIMETZ", "INTERVAL"})
    for (const std::string word : {"now", "today", "tomorrow", "yesterday", "NOW", " now ", "current_timestamp", "localtime"}) {
      const std::string half = word.substr(0, 2), text = "concat('" + half + "', '" + word.substr(2) + "')";
      EXPECT_THAT(Rows("SELECT TRY_CAST(w AS " + type + ") AS x FROM (SELECT " + text + " AS w)"), testing::ElementsAre(R"({"x":null})")) << type << word;
      EXPECT_THAT(Rows("SELECT list_transform([" + text + "], w -> TRY_CAST(w AS " + type + ")) AS x"), testing::ElementsAre(R"({"x":[null]})"))
          << type << word;
      EXPECT_FALSE(engine_->Query("SELECT (" + text + ")::" + type + " AS x", 1).ok()) << type << word;
      EXPECT_FALSE(engine_->Query("SELECT ('[' || " + text + " || ']')::" + type + "[] AS x", 1).ok()) << type << word;
    }
  for (const std::string format : {"%c", "%Y", "%Z", "%H:%M", "%x"})
    EXPECT_FALSE(engine_->Query("SELECT strptime('no' || 'w', '" + format + "') AS x", 1).ok()) << format;
}

TEST_F(Repeatable, WordsThatStayTextsAreAllowed) {
  for (const std::string sql : {"SELECT {'d': 'now', 'e': DATE '2026-01-01'}.d AS x FROM t", "SELECT ['now'][1] AS x FROM t",
                                "SELECT CAST(CAST(CASE WHEN l = 'now' THEN '2026-01-01' ELSE '2026-01-02' END AS DATE) AS VARCHAR) AS x FROM t",
                                "SELECT CAST({'d': 'now', 'e': '2026-01-01'}::STRUCT(d VARCHAR, e DATE) AS VARCHAR) AS x FROM t",
                                "SELECT CAST(list_filter(['now'], w -> w = 'today') AS VARCHAR) AS x FROM t"})
    EXPECT_EQ(Answer(sql), "") << sql;
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
