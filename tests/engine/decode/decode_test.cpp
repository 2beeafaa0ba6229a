#include <duckdb.hpp>

#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const api::Format kJson = api::JsonFormat{};
const api::Format kParquet = api::ParquetFormat{};

class DecodeTest : public EngineTest {
 protected:
  const std::vector<api::Column> columns_{Required("id", "INTEGER"), Optional("a/b", "VARCHAR")};
};

TEST_F(DecodeTest, JsonLinesThatDoNotFitAreQuarantined) {
  const auto rows =
      Decode(Put("in.json",
                 "{\"id\": 1, \"a/b\": \"x\"}\n\nnot json\n[1]\n{\"id\": \"y\"}\n{\"a/b\": \"z\"}\n{\"id\": 1.5}\n{\"id\": 2, \"a/b\": {\"deep\": true}}\n"),
             kJson, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 7);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.json", 3, "", "not a JSON object", "not json"}, RejectedRow{"in.json", 4, "", "not a JSON object", "[1]"},
                                     RejectedRow{"in.json", 5, "id", "'y' is not an INTEGER", "{\"id\": \"y\"}"},
                                     RejectedRow{"in.json", 6, "id", "is missing", "{\"a/b\": \"z\"}"},
                                     RejectedRow{"in.json", 7, "id", "'1.5' has a fraction, which INTEGER does not keep", "{\"id\": 1.5}"}));
  EXPECT_THAT(RowsOf("decoded", columns_), ElementsAre(R"({"a/b":"x","id":1})", R"({"a/b":"{\"deep\":true}","id":2})"));
}

TEST_F(DecodeTest, JsonLinesKeepTheirLinesBesideBrokenText) {
  const auto rows = Decode(Put("in.json", "{\"id\": 1}\n{\"id\": 2, \"a/b\": \"\xff\"}\n{\"id\": null}\n"), kJson, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 3);
  ASSERT_EQ(rejected_.size(), 2U);
  EXPECT_EQ(rejected_[0].line, 2);
  EXPECT_EQ(rejected_[0].reason, "is not UTF-8");
  EXPECT_EQ(rejected_[1].line, 3);
  EXPECT_EQ(rejected_[1].text, "{\"id\": null}");
}

TEST_F(DecodeTest, JsonArraysAreRead) {
  const auto rows = Decode(Put("in.json", "[{\"id\": 1}, {\"id\": 2, \"a/b\": \"x\"},\n {\"id\": []}]"), kJson, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 3);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.json", 2, "id", "'[]' is not an INTEGER", "{\"id\": []}"}));
}

TEST_F(DecodeTest, AJsonArrayThatBreaksOffLosesItsEndOnly) {
  const auto rows = Decode(Put("in.json", "[{\"id\": 1}, {\"id\": "), kJson, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 2);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.json", 1, "", "is not valid JSON: it breaks off", "{\"id\":"}));
}

TEST_F(DecodeTest, ParquetIsConvertedByNameWithoutLoss) {
  const std::vector<api::Column> stored{Optional("n", "BIGINT"), Optional("x", "DOUBLE"), Optional("at", "TIMESTAMP"), Optional("more", "VARCHAR")};
  ASSERT_TRUE(engine_
                  ->Select("SELECT n, x::DOUBLE AS x, TIMESTAMP '2024-01-01 00:00:00' AS \"at\", 'm' AS more FROM (VALUES (1::BIGINT, 1.0), (5000000000, 2.0), "
                           "(3, 2.5), (NULL, 4.0)) t(n, x)",
                           stored, "s")
                  .ok());
  Write("s", "in.parquet");
  const std::vector<api::Column> columns{Required("n", "INTEGER"), Optional("x", "INTEGER"), Optional("at", "TIMESTAMP")};
  const auto rows = Decode({store_, "in.parquet"}, kParquet, columns);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 4);
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"at":"2024-01-01 00:00:00","n":1,"x":1})"));
  ASSERT_EQ(rejected_.size(), 3U);
  EXPECT_EQ(rejected_[0].reason, "'5000000000' is out of the range of INTEGER");
  EXPECT_THAT(rejected_[0].text, HasSubstr("5000000000"));
  EXPECT_EQ(rejected_[1].column, "x");
  EXPECT_EQ(rejected_[2].reason, "is missing");
  EXPECT_EQ(rejected_[2].line, 4);
}

TEST_F(DecodeTest, RowsThatFailACheckKeepTheirLineInEveryFormat) {
  const std::vector<api::Check> checks{{.name = "small", .rule = api::RangeCheck{"id", "", "10"}, .onFailure = api::OnFailure::Quarantine},
                                       {.name = "named", .rule = api::NotNullCheck{{"a/b"}}, .onFailure = api::OnFailure::Quarantine}};
  const std::vector<std::string> reasons{"fails check small (range: id from any to 10)", "fails check named (notNull: a/b)"};
  const auto expect = [&](const Result<std::int64_t>& rows, std::vector<RejectedRow> rejected) {
    ASSERT_TRUE(rows.ok()) << rows.error().message;
    EXPECT_EQ(*rows, 4);
    EXPECT_EQ(rejected_, rejected);
    EXPECT_THAT(RowsOf("decoded", columns_), ElementsAre(R"({"a/b":"x","id":1})"));
  };
  expect(Decode(Put("in.csv", "id,a/b\nbad,y\n1,x\n50,\n2,\n"), api::CsvFormat{}, columns_, checks),
         {{"in.csv", 2, "id", "'bad' is not an INTEGER", "bad,y"}, {"in.csv", 4, "id", reasons[0], "50,"}, {"in.csv", 5, "a/b", reasons[1], "2,"}});
  expect(Decode(Put("in.json", "none\n{\"id\":1,\"a/b\":\"x\"}\n\n{\"id\":50}\n{\"id\":2}\n"), kJson, columns_, checks),
         {{"in.json", 1, "", "not a JSON object", "none"}, {"in.json", 4, "id", reasons[0], "{\"id\":50}"}, {"in.json", 5, "a/b", reasons[1], "{\"id\":2}"}});
  ASSERT_TRUE(engine_->Select("SELECT * FROM (VALUES (1, 'x'), (50, 'y'), (2, NULL), (51, NULL)) t(id, \"a/b\")", columns_, "s").ok());
  Write("s", "in.parquet");
  expect(Decode({store_, "in.parquet"}, kParquet, columns_, checks), {{"in.parquet", 2, "id", reasons[0], R"({"id":50,"a/b":"y"})"},
                                                                      {"in.parquet", 3, "a/b", reasons[1], R"({"id":2,"a/b":null})"},
                                                                      {"in.parquet", 4, "id", reasons[0], R"({"id":51,"a/b":null})"}});
}

TEST_F(DecodeTest, ACheckThatCannotBeEvaluatedIsTheDeclarationsMistake) {
  const InputFile file = Put("in.csv", "id,a/b\n1,x\n");
  for (const api::Check& check : {api::Check{.name = "c", .rule = api::RangeCheck{"id", "ten", ""}, .onFailure = api::OnFailure::Quarantine},
                                  {.name = "c", .rule = api::UniqueCheck{{"id"}}, .onFailure = api::OnFailure::Quarantine}}) {
    const auto rows = Decode(file, api::CsvFormat{}, columns_, {check});
    ASSERT_FALSE(rows.ok());
    EXPECT_EQ(rows.error().fault, Fault::Invalid);
    EXPECT_THAT(rows.error().message, HasSubstr("check c"));
  }
}

TEST_F(DecodeTest, NamesOfAFilesColumnsNeverMeetThoseOfTheScan) {
  const std::vector<api::Column> columns{Required("id", "INTEGER"), Optional("s0", "INTEGER"), Optional("V1", "VARCHAR")};
  ASSERT_TRUE(engine_->Select("SELECT 1 AS id, 7 AS s0, 'text' AS \"V1\"", columns, "s").ok());
  Write("s", "in.parquet");
  const auto rows = Decode({store_, "in.parquet"}, kParquet, columns);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"V1":"text","id":1,"s0":7})"));
}

// Another program may write what no table can hold.
TEST_F(DecodeTest, AnInfiniteTimeInAParquetFileIsQuarantined) {
  duckdb::DuckDB database(nullptr);
  duckdb::Connection other(database);
  ASSERT_FALSE(other
                   .Query("COPY (SELECT unnest([TIMESTAMP 'infinity', TIMESTAMP '2024-01-01']) AS at, TIMESTAMPTZ '-infinity' AS since) TO '" +
                          (folder_ / "in.parquet") + "' (FORMAT parquet)")
                   ->HasError());
  for (const char* column : {"at", "since"}) {
    const auto rows = Decode({store_, "in.parquet"}, kParquet, {Optional(column, "TIMESTAMP")});
    ASSERT_TRUE(rows.ok()) << rows.error().message;
    EXPECT_EQ(*rows, 2);
    ASSERT_FALSE(rejected_.empty());
    EXPECT_THAT(rejected_[0].reason, HasSubstr("infinity' is not a TIMESTAMP"));
  }
}

TEST_F(DecodeTest, WhatIsNotParquetIsUnreadable) {
  const auto rows = Decode(Put("in.parquet", "PAR1 this is not a Parquet file at all PAR1"), kParquet, columns_);
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().fault, Fault::Data);
  EXPECT_EQ(rows.error().reason, "FileUnreadable");
}

TEST_F(DecodeTest, ParquetThatBreaksOffIsUnreadableWhereverItBreaks) {
  ASSERT_TRUE(engine_->Select("SELECT range::INTEGER AS id, md5(range::VARCHAR) AS \"a/b\" FROM range(5000)", columns_, "s").ok());
  Write("s", "whole.parquet");
  const std::string whole = folder_.Read("whole.parquet");
  for (const std::size_t length : {std::size_t{1}, std::size_t{4}, whole.size() / 2, whole.size() - 4, whole.size() - 1}) {
    const auto rows = Decode(Put("in-" + std::to_string(length) + ".parquet", whole.substr(0, length)), kParquet, columns_);
    ASSERT_FALSE(rows.ok()) << length;
    EXPECT_EQ(rows.error().fault, Fault::Data) << length;
    EXPECT_EQ(rows.error().reason, "FileUnreadable") << length;
    EXPECT_THAT(rows.error().message, HasSubstr("in-" + std::to_string(length) + ".parquet"));
  }
}

TEST_F(DecodeTest, FilesWithoutARowDecodeToNothing) {
  for (const auto& [name, text, format] : std::vector<std::tuple<std::string, std::string, api::Format>>{
           {"head.csv", "id,a/b\n", api::CsvFormat{}}, {"list.json", "[]", kJson}, {"blank.json", "\n\n", kJson}}) {
    const auto rows = Decode(Put(name, text), format, columns_);
    ASSERT_TRUE(rows.ok()) << name << ": " << rows.error().message;
    EXPECT_EQ(*rows, 0) << name;
    EXPECT_THAT(RowsOf("decoded", columns_), IsEmpty());
  }
}

TEST_F(DecodeTest, WhatIsNeitherGzipNorTextIsUnreadable) {
  const auto rows = Decode(Put("in.csv.gz", "\x1E\x8Bid,a/b\n1,x\n"), api::CsvFormat{}, columns_);
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().reason, "FileUnreadable");
}

TEST_F(DecodeTest, AFileThatIsGoneIsTheStoresFault) {
  const auto rows = Decode({store_, "absent.csv"}, api::CsvFormat{}, columns_);
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().fault, Fault::Missing);
}

TEST_F(DecodeTest, SniffsColumnsAndFormat) {
  const auto csv = engine_->Sniff(Put("in.csv", "Id;When;Full Name\n1;2024-01-01 00:00:00;Ada\n"));
  ASSERT_TRUE(csv.ok()) << csv.error().message;
  EXPECT_EQ(csv->format.As<api::CsvFormat>()->delimiter, ";");
  ASSERT_EQ(csv->columns.size(), 3U);
  EXPECT_EQ(csv->columns[0], (api::Column{.name = "id", .type = "BIGINT", .sourceName = "Id"}));
  EXPECT_EQ(csv->columns[1].type, "TIMESTAMP");
  EXPECT_EQ(csv->columns[2].name, "full_name");
  const auto json = engine_->Sniff(Put("in.jsonl", "{\"a\": 1.5}\n"));
  ASSERT_TRUE(json.ok()) << json.error().message;
  EXPECT_EQ(json->columns[0].type, "DOUBLE");
}

}  // namespace
}  // namespace weir::engine
