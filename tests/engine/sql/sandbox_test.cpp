#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

class Sandbox : public EngineTest, public testing::WithParamInterface<const char*> {
 protected:
  Sandbox() {
    folder_.Write("secret.csv", "a\n1\n");
    EXPECT_TRUE(engine_->Attach("t", {}, {Optional("a", "INTEGER")}).ok());
  }
};

TEST_P(Sandbox, RefusesWhatIsNotOneSelectOverDeclaredTables) {
  const std::vector<api::Column> columns{Optional("a", "INTEGER")};
  for (const Status& answer : {engine_->Select(GetParam(), columns, "out"), engine_->MatchSelect(GetParam(), columns)}) {
    ASSERT_FALSE(answer.ok()) << GetParam();
    EXPECT_EQ(answer.error().fault, Fault::Invalid) << answer.error().message;
    EXPECT_EQ(answer.error().reason, "SqlInvalid") << answer.error().message;
  }
  EXPECT_FALSE(engine_->Query(GetParam(), 10).ok());
}

INSTANTIATE_TEST_SUITE_P(
    Escapes, Sandbox,
    testing::Values("SELECT 1 AS a FROM read_csv('/etc/passwd')", "SELECT 1 AS a FROM '/etc/passwd'", "SELECT 1 AS a FROM \"/etc/passwd.csv\"",
                    "SELECT 1 AS a FROM read_text('/etc/passwd')", "SELECT 1 AS a FROM glob('/*')", "SELECT 1 AS a FROM read_parquet('weir://0.parquet')",
                    "SELECT 1 AS a FROM 'weir://0.parquet'", "SELECT 1 AS a FROM (WITH \"weir://0.parquet\" AS (SELECT 1) SELECT 1) x, \"weir://0.parquet\"",
                    "SELECT (SELECT max(content) FROM read_text('/etc/passwd')) AS a",
                    "WITH x AS (SELECT * FROM read_blob('/etc/passwd')) SELECT 1 AS a FROM x", "SELECT 1 AS a UNION SELECT 1 FROM sniff_csv('/etc/passwd')",
                    "COPY (SELECT 1) TO '/tmp/weir-escape.csv'", "COPY t TO 'weir://9.parquet'", "ATTACH '/tmp/weir-escape.db' AS y", "INSTALL httpfs",
                    "LOAD httpfs", "SET threads = 8", "PRAGMA database_list", "RESET memory_limit", "CREATE TABLE u (a INTEGER)", "INSERT INTO t VALUES (1)",
                    "DROP VIEW t", "SELECT 1 AS a; SELECT 2 AS a", "SELECT 1 AS a; DROP VIEW t", "", ";", "EXPLAIN SELECT 1", "CALL pragma_version()",
                    "SELECT getenv('HOME') AS a", "SELECT 1 AS a FROM duckdb_settings()", "SELECT 1 AS a FROM information_schema.tables",
                    "SELECT 1 AS a FROM sqlite_master", "SELECT a FROM declared.t", "SELECT a FROM main.t", "SELECT a FROM memory.main.t",
                    "SELECT 1 AS a FROM (DESCRIBE t)", "SELECT 1 AS a FROM (SUMMARIZE t)", "FROM query('SELECT 1 AS a')", "SELECT a FROM query_table('t')",
                    "EXECUTE x", "SELECT $1 AS a"));

TEST_F(Sandbox, HarmlessTableFunctionsAreLet) {
  EXPECT_TRUE(engine_->MatchSelect("SELECT range AS a FROM range(10)", {Optional("a", "BIGINT")}).ok());
  EXPECT_TRUE(engine_->MatchSelect("SELECT unnest([1, 2]) AS a", {Optional("a", "INTEGER")}).ok());
  EXPECT_TRUE(engine_->MatchSelect("FROM t -- a comment at the end", {Optional("a", "INTEGER")}).ok());
}

TEST_F(Sandbox, ARunawayQueryIsOutOfMemoryNotACrash) {
  auto small = MakeEngine({.memoryBytes = 320LL << 20, .threads = 1, .scratch = ""});
  ASSERT_TRUE(small.ok());
  ASSERT_TRUE(small.value()->Select("SELECT length(string_agg(md5(range::VARCHAR), '')) AS a FROM range(20000000)", {Optional("a", "BIGINT")}, "big").ok());
  const auto measured = small.value()->WriteParquet({.relation = "big", .store = store_, .path = "big.parquet"});
  ASSERT_FALSE(measured.ok());
  EXPECT_EQ(measured.error().fault, Fault::Exhausted);
  EXPECT_EQ(measured.error().reason, "OutOfMemory");
}

TEST_F(Sandbox, WhatIsLargerThanMemorySpillsToScratch) {
  auto small = MakeEngine({.memoryBytes = 320LL << 20, .threads = 1, .scratch = folder_ / "spill"});
  ASSERT_TRUE(small.ok());
  ASSERT_TRUE(small.value()
                  ->Select("SELECT md5(range::VARCHAR) AS a, row_number() OVER (ORDER BY md5(range::VARCHAR)) AS n FROM range(3000000)",
                           {Optional("a", "VARCHAR"), Optional("n", "BIGINT")}, "big")
                  .ok());
  const auto measured = small.value()->WriteParquet({.relation = "big", .store = store_, .path = "big.parquet"});
  ASSERT_TRUE(measured.ok()) << measured.error().message;
  EXPECT_EQ(measured->rows, 3'000'000);
}

}  // namespace
}  // namespace weir::engine
