#include "runner/engine/sql/row_order.h"

#include "runner/engine/sql/sql_binder.h"
#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

class RowOrderTest : public EngineTest {
 protected:
  RowOrderTest() {
    const std::vector<api::Column> columns{Optional("a", "INTEGER"), Optional("l", "VARCHAR")};
    EXPECT_TRUE(engine_->Attach("t", {}, columns).ok());
    binder_ = std::move(MakeSqlBinder({.memoryBytes = 1LL << 30, .threads = 1, .scratch = folder_ / "scratch-of-binder"})).value();
    EXPECT_TRUE(binder_->Declare("t", columns).ok());
  }
  CheckedQuery Check(const std::string& sql) {
    auto checked = binder_->Check(sql, {Optional("x", "VARCHAR")});
    EXPECT_TRUE(checked.ok()) << sql << ": " << checked.error().message;
    return checked.ok() ? *checked : CheckedQuery{};
  }
  std::string Refusal(const std::string& sql) {
    const Status fits = Check(sql).fits;
    return fits.ok() ? "" : fits.error().message;
  }
  std::unique_ptr<SqlBinder> binder_;
};

std::string In(const std::string& place, const std::string& select) {
  const std::size_t at = place.find('#');
  return at == std::string::npos ? place : place.substr(0, at) + select + place.substr(at + 1);
}

// Wherever SQL has room for a SELECT with one column x.
const std::vector<std::string> kPlaces{"#",
                                       "SELECT x FROM (#) s",
                                       "WITH c AS (#) SELECT x FROM c",
                                       "WITH b AS (SELECT 1), c AS (WITH d AS (#) SELECT x FROM d) SELECT x FROM c",
                                       "(#) UNION ALL SELECT l FROM t",
                                       "SELECT l AS x FROM t EXCEPT (#)",
                                       "SELECT (SELECT max(x) FROM (#) s) AS x FROM t",
                                       "SELECT l AS x FROM t WHERE l IN (#)",
                                       "SELECT l AS x FROM t WHERE EXISTS (#)",
                                       "SELECT l AS x FROM t GROUP BY l HAVING max(l) = (SELECT max(x) FROM (#) s)",
                                       "SELECT l AS x FROM t ORDER BY (SELECT max(x) FROM (#) s)",
                                       "SELECT t.l AS x FROM t JOIN (#) s ON t.l = s.x",
                                       "SELECT s.x FROM t, LATERAL (#) s",
                                       "WITH RECURSIVE r AS (SELECT x FROM (#) s UNION SELECT x FROM r) SELECT x FROM r",
                                       "SELECT x FROM (SELECT l AS x FROM t ORDER BY l LIMIT 1) UNION SELECT x FROM (#) ORDER BY x LIMIT 3"};

TEST_F(RowOrderTest, RowsThatAreTakenByTheirPlaceInNoOrderAreRefusedWhereverTheyAre) {
  const std::vector<std::pair<std::string, std::string>> kParts{
      {"SELECT l AS x FROM t LIMIT 3", "LIMIT without ORDER BY"},
      {"SELECT l AS x FROM t GROUP BY l LIMIT 3", "LIMIT without ORDER BY"},
      {"SELECT l AS x FROM t LIMIT 10%", "LIMIT without ORDER BY"},
      {"SELECT l AS x FROM t LIMIT 3 OFFSET 2", "LIMIT without ORDER BY"},
      {"SELECT l AS x FROM t OFFSET 2", "OFFSET without ORDER BY"},
      {"SELECT l AS x FROM t FETCH FIRST 3 ROWS ONLY", "LIMIT without ORDER BY"},
      {"SELECT l AS x FROM t ORDER BY (SELECT NULL) LIMIT 3", "LIMIT without ORDER BY"},
      {"SELECT x FROM (SELECT l AS x FROM t ORDER BY l) q LIMIT 3", "LIMIT without ORDER BY"},
      {"SELECT l AS x FROM t ORDER BY NULL LIMIT 3", "LIMIT without ORDER BY"},
      {"SELECT l AS x FROM t ORDER BY 'x', 1.5 DESC OFFSET 3", "OFFSET without ORDER BY"},
      {"SELECT l AS x FROM t ORDER BY 1 + 1 LIMIT 3", "LIMIT without ORDER BY"},
      {"SELECT l AS x FROM t ORDER BY length('a'), upper(lower('a')) || 'b' LIMIT 3", "LIMIT without ORDER BY"},
      {"SELECT l AS x FROM t ORDER BY CASE WHEN length('a') = 1 THEN 'a' END, list_sum([1, 2]) LIMIT 3", "LIMIT without ORDER BY"},
      {"SELECT l AS x FROM t ORDER BY (SELECT 1 + 1) LIMIT 3", "LIMIT without ORDER BY"},
      {"SELECT DISTINCT ON (a) l AS x FROM t ORDER BY length('a')", "DISTINCT ON without ORDER BY"},
      {"SELECT (row_number() OVER (ORDER BY 1 + 1))::VARCHAR AS x FROM t", "row_number() over a window without ORDER BY"},
      {"SELECT lag(l) OVER (ORDER BY upper('a')) AS x FROM t", "lag() over a window without ORDER BY"},
      {"SELECT first_value(l ORDER BY length('a')) OVER () AS x FROM t", "first_value() over a window without ORDER BY"},
      {"SELECT DISTINCT ON (a) l AS x FROM t", "DISTINCT ON without ORDER BY"},
      {"SELECT t.l AS x FROM t POSITIONAL JOIN t u", "POSITIONAL JOIN"},
      {"SELECT (row_number() OVER ())::VARCHAR AS x FROM t", "row_number() over a window without ORDER BY"},
      {"SELECT (row_number() OVER (PARTITION BY a))::VARCHAR AS x FROM t", "row_number() over a window without ORDER BY"},
      {"SELECT (row_number() OVER w)::VARCHAR AS x FROM t WINDOW w AS (PARTITION BY a)", "row_number() over a window without ORDER BY"},
      {"SELECT (row_number() OVER (ORDER BY 1))::VARCHAR AS x FROM t", "row_number() over a window without ORDER BY"},
      {"SELECT l AS x FROM t QUALIFY row_number() OVER (PARTITION BY l) = 1", "row_number() over a window without ORDER BY"},
      {"SELECT (ntile(3) OVER ())::VARCHAR AS x FROM t", "ntile() over a window without ORDER BY"},
      {"SELECT lag(l) OVER () AS x FROM t", "lag() over a window without ORDER BY"},
      {"SELECT lead(l, 2) OVER (PARTITION BY a) AS x FROM t", "lead() over a window without ORDER BY"},
      {"SELECT first_value(l) OVER () AS x FROM t", "first_value() over a window without ORDER BY"},
      {"SELECT last_value(l) OVER () AS x FROM t", "last_value() over a window without ORDER BY"},
      {"SELECT nth_value(l, 2) OVER () AS x FROM t", "nth_value() over a window without ORDER BY"},
      {"SELECT (sum(a) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))::VARCHAR AS x FROM t", "a window of ROWS without ORDER BY"}};
  for (const auto& [part, what] : kParts)
    for (const std::string& place : kPlaces) {
      const std::string sql = In(place, part), refusal = Refusal(sql);
      EXPECT_THAT(refusal, testing::AllOf(testing::StartsWith(what + " is not deterministic"), testing::HasSubstr("must give the same rows: "))) << sql;
      EXPECT_FALSE(engine_->Select(sql, {Optional("x", "VARCHAR")}, "out").ok()) << sql;
      EXPECT_TRUE(engine_->Query(sql, 1).ok()) << "people may ask: " << sql;
    }
}

TEST_F(RowOrderTest, WhatHasAnOrderOrNeedsNoneIsAllowedWhereverItIs) {
  for (const std::string part : {"SELECT l AS x FROM t ORDER BY l LIMIT 3",
                                 "SELECT l AS x FROM t ORDER BY 1 LIMIT 3 OFFSET 1",
                                 "SELECT l AS x FROM t ORDER BY ALL LIMIT 10%",
                                 "SELECT l AS x FROM t ORDER BY 1 + a LIMIT 3",
                                 "SELECT l AS x FROM t ORDER BY length('a'), upper(l) LIMIT 3",
                                 "SELECT l AS x FROM t GROUP BY l ORDER BY count(*) LIMIT 3",
                                 "SELECT l AS x FROM t GROUP BY l ORDER BY 2 * sum(1) DESC LIMIT 3",
                                 "SELECT l AS x FROM t ORDER BY 'x'",
                                 "SELECT l AS x FROM t LIMIT 0",
                                 "SELECT 'a' AS x LIMIT 1",
                                 "SELECT DISTINCT l AS x FROM t",
                                 "SELECT DISTINCT ON (a) l AS x FROM t ORDER BY a, l",
                                 "SELECT (row_number() OVER (ORDER BY l))::VARCHAR AS x FROM t",
                                 "SELECT (row_number() OVER w)::VARCHAR AS x FROM t WINDOW w AS (ORDER BY l)",
                                 "SELECT (rank() OVER ())::VARCHAR AS x FROM t",
                                 "SELECT (sum(a) OVER (PARTITION BY l))::VARCHAR AS x FROM t",
                                 "SELECT (sum(a) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))::VARCHAR AS x FROM t",
                                 "SELECT first_value(l ORDER BY a) OVER () AS x FROM t",
                                 "SELECT lag(l) OVER (PARTITION BY a ORDER BY l) AS x FROM t",
                                 "SELECT string_agg(l, ',' ORDER BY l) AS x FROM t",
                                 "SELECT first(l ORDER BY a) AS x FROM t",
                                 "SELECT list_sort(list(l))[1] AS x FROM t",
                                 "SELECT list_sort(list_distinct(array_agg(l)))[1] AS x FROM t",
                                 "SELECT max(l) AS x FROM t",
                                 "SELECT arg_max(l, a) AS x FROM t",
                                 "SELECT list_value(l)[1] AS x FROM t",
                                 "SELECT list_aggregate(['b', 'a'], 'first') AS x FROM t"})
    for (const std::string& place : kPlaces) {
      const CheckedQuery checked = Check(In(place, part));
      EXPECT_TRUE(checked.fits.ok()) << In(place, part) << ": " << checked.fits.error().message;
      EXPECT_THAT(checked.orderWarnings, testing::IsEmpty()) << In(place, part);
    }
}

TEST_F(RowOrderTest, AggregatesThatDependOnTheOrderAreWarnedOfWhereverTheyAreAndAllowed) {
  for (const std::string call : {"first(l)", "last(l)", "any_value(l)", "arbitrary(l)", "string_agg(l, ',')", "group_concat(l)", "list(l)[1]",
                                 "array_agg(l)[1]", "first(l ORDER BY 1)", "first(l ORDER BY 'x')", "string_agg(l, ',' ORDER BY NULL)",
                                 "any_value(l ORDER BY upper('a'))", "any_value(l) FILTER (WHERE a > 0)", "list(l) OVER ()[1]", "upper(any_value(l))"})
    for (const std::string& place : kPlaces) {
      const std::string text = call == "list(l) OVER ()[1]" ? "(list(l) OVER ())[1]" : call;
      const std::string sql = In(place, "SELECT " + text + " AS x FROM t");
      const CheckedQuery checked = Check(sql);
      EXPECT_TRUE(checked.fits.ok()) << sql;
      EXPECT_THAT(checked.orderWarnings, testing::ElementsAre(testing::HasSubstr("() without ORDER BY gives another value each time"))) << sql;
      EXPECT_TRUE(engine_->Select(sql, {Optional("x", "VARCHAR")}, "out").ok()) << sql;
    }
  EXPECT_THAT(Check("SELECT any_value(l) || first(l) || any_value(l) AS x FROM t").orderWarnings, testing::SizeIs(2)) << "each once";
}

TEST_F(RowOrderTest, TheMessageHasTheLineAndWhatToWriteInstead) {
  EXPECT_THAT(Refusal("SELECT l AS x\nFROM t\nGROUP BY l\nLIMIT 3"),
              testing::AllOf(testing::HasSubstr("add an ORDER BY to the same SELECT"), testing::EndsWith("such as ORDER BY id (line 4 of the SQL)")));
  EXPECT_THAT(Refusal("SELECT l AS x FROM (\n  SELECT l, row_number() OVER () AS n FROM t)\nWHERE n < 3"), testing::EndsWith("(line 2 of the SQL)"));
  EXPECT_THAT(Check("SELECT\n\n any_value(l) AS x FROM t").orderWarnings,
              testing::ElementsAre(testing::EndsWith("write any_value(value ORDER BY id), or max(value) (line 3 of the SQL)")));
}

}  // namespace
}  // namespace weir::engine
