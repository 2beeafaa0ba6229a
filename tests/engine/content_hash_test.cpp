#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/engine/engine_fixture.h"
#include "tests/folders.h"

namespace weir::engine {
namespace {

// tests/public/content_hash.py holds tables of finished programs against a reader that shares no code with this.
class ContentHash : public EngineTest {
 protected:
  std::string HashOf(const std::string& sql, const std::vector<api::Column>& columns) {
    const Status selected = engine_->Select(sql, columns, "rows");
    EXPECT_TRUE(selected.ok()) << (selected.ok() ? "" : selected.error().message);
    return Measure("rows").contentHash;
  }
  std::string HashOfFile(const std::string& name, const std::string& bytes, const api::Format& format, const std::vector<api::Column>& columns) {
    const auto rows = Decode(Put(name, bytes), format, columns);
    EXPECT_TRUE(rows.ok() && rejected_.empty()) << name;
    return Measure("decoded").contentHash;
  }
};

std::vector<std::string> Split(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::istringstream all(text);
  for (std::string part; std::getline(all, part, by);) parts.push_back(part);
  return parts;
}

std::string Bare(std::string cell) {
  std::erase(cell, '`');
  return cell.size() < 2 ? "" : cell.substr(1, cell.size() - 2);
}

TEST_F(ContentHash, OfTheVectorsInTheReference) {
  std::ifstream page(test::SourceFolder() + "/docs/reference/content-hash.md");
  int checked = 0;
  for (std::string line; std::getline(page, line);) {
    const auto cells = Split(line, '|');
    if (cells.size() != 4 || !cells[3].starts_with(" `v3:")) continue;
    const auto types = Split(Bare(cells[1]), ' '), values = Split(Bare(cells[2]), ' ');
    ASSERT_EQ(types.size(), values.size()) << line;
    std::string sql;
    std::vector<api::Column> columns;
    for (std::size_t i = 0; i < types.size(); ++i) {
      columns.push_back(Optional("c" + std::to_string(i), types[i]));
      const std::string type = types[i] == "TIMESTAMP" ? "TIMESTAMPTZ" : types[i];
      sql.append(i == 0 ? "SELECT CAST(" : ", CAST(").append(values[i] == "NULL" ? "NULL" : "'" + values[i] + "'");
      sql.append(" AS ").append(type).append(") AS c").append(std::to_string(i));
    }
    EXPECT_EQ(HashOf(sql, columns), Bare(cells[3])) << line;
    ++checked;
  }
  EXPECT_GE(checked, 20);
}

TEST_F(ContentHash, IsOneForTheSameValuesOfEachFormat) {
  const std::vector<api::Column> columns{Optional("n", "BIGINT"), Optional("d", "DECIMAL(30,2)"), Optional("x", "DOUBLE"), Optional("s", "VARCHAR"),
                                         Optional("day", "DATE"), Optional("at", "TIMESTAMP"),    Optional("b", "BOOLEAN")};
  const std::string csv = HashOfFile("a.csv",
                                     "n,d,x,s,day,at,b\n1,1.50,0.5,one,2024-01-31,2024-01-31T10:00:00.123456Z,true\n"
                                     "-2,12345678901234567890123.25,-0,two,0001-01-01,1969-12-31 23:59:59.999999,f\n3,,,,,,\n",
                                     api::CsvFormat{}, columns);
  const std::string json =
      HashOfFile("a.json",
                 "{\"b\":false,\"n\":-2,\"d\":12345678901234567890123.25,\"x\":0,\"s\":\"two\",\"day\":\"0001-01-01\",\"at\":"
                 "\"1969-12-31 23:59:59.999999\"}\n{\"n\":3,\"d\":null,\"x\":null,\"s\":null,\"day\":null,\"at\":null,\"b\":null}\n"
                 "{\"n\":1,\"d\":1.5,\"x\":0.5,\"s\":\"one\",\"day\":\"2024-01-31\",\"at\":\"2024-01-31T11:00:00.123456+01\",\"b\":true}\n",
                 api::JsonFormat{}, columns);
  ASSERT_TRUE(Decode(Put("b.csv",
                         "n,d,x,s,day,at,b\n1,1.50,0.5,one,2024-01-31,2024-01-31T10:00:00.123456Z,true\n"
                         "-2,12345678901234567890123.25,-0,two,0001-01-01,1969-12-31 23:59:59.999999,f\n3,,,,,,\n"),
                     api::CsvFormat{}, columns)
                  .ok());
  Write("decoded", "a.parquet");
  ASSERT_TRUE(Decode({store_, "a.parquet"}, api::ParquetFormat{}, columns).ok());
  EXPECT_EQ(json, csv);
  EXPECT_EQ(Measure("decoded").contentHash, csv);
}

TEST_F(ContentHash, IgnoresOrderAndAddsUpOverParts) {
  const std::vector<api::Column> columns{Optional("a", "BIGINT"), Optional("b", "VARCHAR")};
  const std::string all = HashOf("SELECT range AS a, md5(range::VARCHAR) AS b FROM range(10000)", columns);
  EXPECT_EQ(HashOf("SELECT md5(range::VARCHAR) AS b, range AS a FROM range(10000) ORDER BY 1", columns), all);
  const std::string low = HashOf("SELECT range AS a, md5(range::VARCHAR) AS b FROM range(300)", columns);
  const std::string high = HashOf("SELECT range AS a, md5(range::VARCHAR) AS b FROM range(300, 10000)", columns);
  EXPECT_EQ(AddContentHash(low, high), all);
  EXPECT_EQ(AddContentHash(all, EmptyContentHash()), all);
  EXPECT_EQ(HashOf("SELECT 1 AS a, '' AS b WHERE false", columns), EmptyContentHash());
}

TEST_F(ContentHash, OfTwoRulesIsNeverAddedUp) {
  const std::string older = "0000000000000000c3d1028af972b659";
  EXPECT_FALSE(IsContentHash(older));
  EXPECT_EQ(AddContentHash(older, EmptyContentHash()), "");
  EXPECT_EQ(AddContentHash(EmptyContentHash(), ""), "");
  EXPECT_FALSE(IsContentHash("v3:-123456789abcdef0123456789abcdef"));
  EXPECT_FALSE(IsContentHash("v3:0123"));
}

// Parquet files give texts as references into dictionaries, filters give selections, literals constants.
TEST_F(ContentHash, IsOneForEachWayInWhichTheEngineHandsOverRows) {
  const std::vector<api::Column> columns{Optional("first", "VARCHAR"), Optional("n", "BIGINT"), Optional("next", "VARCHAR"), Optional("unique", "VARCHAR"),
                                         Optional("none", "INTEGER")};
  Table("t", columns,
        "SELECT CASE WHEN n % 5 > 0 THEN 'a text of more than twelve bytes ' || n % 50 END AS first, n, CASE WHEN n % 3 > 0 THEN '' || n % 9000 END AS next, "
        "md5(n::VARCHAR) AS \"unique\", NULL::INTEGER AS \"none\" FROM (SELECT range AS n FROM range(200000))");
  const std::string flat = "SELECT first || '' AS first, n + 0 AS n, next || '' AS next, \"unique\" || '' AS \"unique\", \"none\" FROM (";
  for (const std::string sql : {"SELECT * FROM t", "SELECT * FROM t WHERE n % 4 = 0", "SELECT * FROM t ORDER BY n DESC LIMIT 10", "SELECT * FROM t WHERE n = 5",
                                "SELECT 'a' AS first, n, NULL::VARCHAR AS next, \"unique\", 7 AS \"none\" FROM t"})
    EXPECT_EQ(HashOf(sql, columns), HashOf(flat + sql + ")", columns)) << sql;
}

TEST_F(ContentHash, OfOneChangedValueOrADoubledRowIsAnother) {
  const std::vector<api::Column> columns{Optional("a", "INTEGER"), Optional("b", "INTEGER")};
  std::set<std::string> hashes;
  for (const char* sql : {"SELECT 1 AS a, 2 AS b", "SELECT 2 AS a, 1 AS b", "SELECT NULL AS a, 0 AS b", "SELECT 0 AS a, NULL AS b", "SELECT 0 AS a, 0 AS b",
                          "SELECT NULL AS a, NULL AS b", "SELECT unnest([1, 1]) AS a, 2 AS b", "SELECT 1 AS a, 2 AS b WHERE false"})
    hashes.insert(HashOf(sql, columns));
  EXPECT_EQ(hashes.size(), 8U);
}

TEST_F(ContentHash, OfMoreColumnsThanAWordHasBits) {
  std::vector<api::Column> columns;
  std::set<std::string> hashes;
  for (int i = 0; i < 130; ++i) columns.push_back(Optional("c" + std::to_string(i), "INTEGER"));
  for (const int missing : {0, 63, 64, 127, 128, 129}) {
    std::string sql;
    for (int i = 0; i < 130; ++i) sql.append(i == 0 ? "SELECT " : ", ").append(i == missing ? "NULL" : "0").append(" AS c").append(std::to_string(i));
    hashes.insert(HashOf(sql, columns));
  }
  EXPECT_EQ(hashes.size(), 6U);
}

}  // namespace
}  // namespace weir::engine
