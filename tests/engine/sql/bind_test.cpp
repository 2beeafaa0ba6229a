#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Bind : public EngineTest {
 protected:
  Bind() {
    EXPECT_TRUE(engine_->Attach("flights", {}, {Required("id", "INTEGER"), Optional("delay", "INTEGER"), Optional("at", "TIMESTAMP")}).ok());
    EXPECT_TRUE(engine_->Attach("airports", {}, {Required("iata", "VARCHAR")}).ok());
  }
  Error Refusal(const std::string& sql) {
    const auto bound = engine_->Bind(sql);
    EXPECT_FALSE(bound.ok()) << sql;
    return bound.ok() ? Error{} : bound.error();
  }
};

TEST_F(Bind, NamesColumnsTypesAndTablesWithoutData) {
  const auto bound =
      engine_->Bind("WITH late AS (SELECT * FROM flights WHERE delay > 0) SELECT count(*) AS n, sum(delay) AS total FROM late JOIN airports ON iata = 'X';");
  ASSERT_TRUE(bound.ok()) << bound.error().message;
  ASSERT_EQ(bound->columns.size(), 2U);
  EXPECT_EQ(bound->columns[0].type, "BIGINT");
  EXPECT_EQ(bound->columns[1].type, "HUGEINT");
  EXPECT_THAT(bound->tables, ElementsAre("airports", "flights"));
}

TEST_F(Bind, ANameOfAWithHidesATable) {
  const auto bound = engine_->Bind("WITH flights AS (SELECT 1 AS id) SELECT id FROM flights");
  ASSERT_TRUE(bound.ok()) << bound.error().message;
  EXPECT_TRUE(bound->tables.empty());
}

TEST_F(Bind, TablesInUsingUnionAndSubqueriesAreFound) {
  const auto bound = engine_->Bind(
      "SELECT iata FROM airports JOIN (WITH x AS (SELECT 'A' AS iata) SELECT * FROM x UNION SELECT 'B') USING (iata) WHERE EXISTS (WITH y AS (SELECT id FROM "
      "flights) SELECT * FROM y)");
  ASSERT_TRUE(bound.ok()) << bound.error().message;
  EXPECT_THAT(bound->tables, ElementsAre("airports", "flights"));
}

TEST_F(Bind, AnUnknownTableGetsTheNearestName) {
  const Error error = Refusal("SELECT * FROM fligths");
  EXPECT_EQ(error.fault, Fault::Invalid);
  EXPECT_EQ(error.reason, "SqlInvalid");
  EXPECT_EQ(error.message, "table fligths is not declared (did you mean flights?); declared are airports, flights");
}

TEST_F(Bind, AnUnknownColumnGetsTheNearestNameAndTheLine) {
  const Error error = Refusal("SELECT id,\n  delai\nFROM flights");
  EXPECT_EQ(error.reason, "SqlInvalid");
  EXPECT_THAT(error.message, HasSubstr("delai"));
  EXPECT_THAT(error.message, HasSubstr("delay"));
  EXPECT_THAT(error.message, HasSubstr("(line 2 of the SQL)"));
}

TEST_F(Bind, AMistakeOfSyntaxSaysWhere) {
  EXPECT_EQ(Refusal("SELECT id FORM flights").message, "syntax error at or near \"flights\" (line 1 of the SQL)");
  EXPECT_EQ(Refusal("SELECT id\nFROM flights\n\nGROUPE BY id").message, "syntax error at or near \"BY\" (line 4 of the SQL)");
}

TEST_F(Bind, AColumnWithTheNameOfAReservedWordIsToldWithItsQuotes) {
  EXPECT_EQ(Refusal("SELECT id, At, delay FROM flights").message,
            "syntax error at or near \",\" (line 1 of the SQL); column at has the name of a reserved word: write it in quotes, \"at\"");
  EXPECT_THAT(Refusal("SELECT id, \"at\", delay FORM flights").message, Not(HasSubstr("in quotes"))) << "it has them";
  EXPECT_THAT(Refusal("SELECT 'at").message, Not(HasSubstr("in quotes")));
  ASSERT_TRUE(engine_->Declare("days", {Optional("year", "INTEGER"), Optional("order", "INTEGER"), Optional("end", "INTEGER")}).ok());
  EXPECT_THAT(Refusal("SELECT year, delay\nFORM flights").message, Not(HasSubstr("in quotes"))) << "it needs none";
  EXPECT_THAT(Refusal("SELECT \"order\" FROM days ORDER BY year WHERE year > 1").message, Not(HasSubstr("in quotes"))) << "the word is no column here";
  EXPECT_THAT(Refusal("SELECT order FROM days").message, HasSubstr("write it in quotes, \"order\""));
  EXPECT_THAT(Refusal("SELECT year,\n  CASE WHEN year > 1 THEN end END FROM days").message, HasSubstr("write it in quotes, \"end\""));
}

TEST_F(Bind, EveryColumnThatDoesNotMatchIsNamedAtOnce) {
  const Status matched =
      engine_->MatchSelect("SELECT id, avg(delay) AS delay, max(\"at\") AS until, id AS idd FROM flights GROUP BY id",
                           {Required("id", "INTEGER"), Optional("delay", "INTEGER"), Optional("at", "TIMESTAMP"), Optional("ide", "INTEGER")});
  ASSERT_FALSE(matched.ok());
  EXPECT_EQ(matched.error().reason, "SchemaMismatch");
  EXPECT_THAT(matched.error().message, HasSubstr("column delay is DOUBLE and declared INTEGER: write CAST(... AS INTEGER) or declare it DOUBLE"));
  EXPECT_THAT(matched.error().message, HasSubstr("column at TIMESTAMP is declared and missing in the SELECT"));
  EXPECT_THAT(matched.error().message, HasSubstr("column ide INTEGER is declared and missing in the SELECT (did you mean id?)"));
  EXPECT_THAT(matched.error().message, HasSubstr("column until is not declared: leave it out or declare it"));
}

TEST_F(Bind, TwoColumnsOfOneNameAreRefused) {
  const Status matched = engine_->MatchSelect("SELECT id, delay AS id FROM flights", {Required("id", "INTEGER")});
  ASSERT_FALSE(matched.ok());
  EXPECT_THAT(matched.error().message, HasSubstr("column id occurs twice"));
}

struct Conversion {
  const char* from;
  const char* to;
  bool taken;
};
class Conversions : public Bind, public testing::WithParamInterface<Conversion> {};

TEST_P(Conversions, AreTakenOnlyWithoutLoss) {
  const Status matched = engine_->MatchSelect(std::string("SELECT CAST(NULL AS ") + GetParam().from + ") AS x", {Optional("x", GetParam().to)});
  EXPECT_EQ(matched.ok(), GetParam().taken) << GetParam().from << " -> " << GetParam().to;
}

INSTANTIATE_TEST_SUITE_P(Types, Conversions,
                         testing::Values(Conversion{"HUGEINT", "BIGINT", true}, Conversion{"INTEGER", "BIGINT", true}, Conversion{"BIGINT", "INTEGER", true},
                                         Conversion{"INTEGER", "DOUBLE", true}, Conversion{"BIGINT", "DOUBLE", false}, Conversion{"HUGEINT", "DOUBLE", false},
                                         Conversion{"DOUBLE", "INTEGER", false}, Conversion{"DOUBLE", "FLOAT", false}, Conversion{"FLOAT", "DOUBLE", true},
                                         Conversion{"DECIMAL(10,2)", "DECIMAL(12,2)", true}, Conversion{"DECIMAL(10,2)", "DECIMAL(12,1)", false},
                                         Conversion{"DECIMAL(10,2)", "DOUBLE", true}, Conversion{"DECIMAL(10,2)", "INTEGER", false},
                                         Conversion{"DATE", "TIMESTAMP", true}, Conversion{"TIMESTAMP", "DATE", false},
                                         Conversion{"TIMESTAMPTZ", "TIMESTAMP", true}, Conversion{"TIMESTAMP_NS", "TIMESTAMP", false},
                                         Conversion{"INTEGER", "VARCHAR", false}, Conversion{"VARCHAR", "INTEGER", false}, Conversion{"UUID", "VARCHAR", true},
                                         Conversion{"BOOLEAN", "INTEGER", false}, Conversion{"INTEGER[]", "VARCHAR", false}));

class RowOfTheEngine : public EngineTest {};

// The empty tables that SQL is bound against have it, and the tables that it runs over have not.
TEST_F(RowOfTheEngine, RowidIsRefusedWhereNoColumnHasThatName) {
  ASSERT_TRUE(engine_->Attach("t", {}, {Optional("a", "INTEGER")}).ok());
  for (const std::string sql :
       {"SELECT rowid AS v FROM t", "SELECT ROWID AS v FROM t", "SELECT t.rowid AS v FROM t", "SELECT u.rowid AS v FROM t u",
        "SELECT a AS v FROM t WHERE rowid > 1", "SELECT a AS v FROM t ORDER BY rowid LIMIT 1", "SELECT v FROM (SELECT rowid AS v FROM t) s",
        "SELECT max(a) OVER (ORDER BY rowid) AS v FROM t", "SELECT (SELECT max(rowid) FROM t) AS v", "WITH c AS (SELECT rowid AS v FROM t) SELECT v FROM c"}) {
    const Status matched = engine_->MatchSelect(sql, {Optional("v", "BIGINT")});
    ASSERT_FALSE(matched.ok()) << sql;
    EXPECT_EQ(matched.error().reason, "SqlInvalid");
    EXPECT_THAT(matched.error().message, testing::HasSubstr("rowid is not a column: ")) << sql;
  }
  for (const std::string sql :
       {"SELECT count(*) AS v FROM t", "SELECT 1 AS v FROM t", "SELECT count(*) AS v FROM t, t u", "SELECT a AS v FROM t WHERE EXISTS (SELECT 1 FROM t)"})
    EXPECT_TRUE(engine_->MatchSelect(sql, {Optional("v", "BIGINT")}).ok()) << sql;
  ASSERT_TRUE(engine_->Attach("own", {}, {Optional("rowid", "BIGINT")}).ok());
  EXPECT_TRUE(engine_->MatchSelect("SELECT rowid AS v FROM own", {Optional("v", "BIGINT")}).ok()) << "a column of that name is a column";
}

}  // namespace
}  // namespace weir::engine
