// A user's column may have any name that the API takes, in a file of any format any name at all: none of them meets a column,
// a pseudo-column or an option of the engine.
#include <duckdb.hpp>

#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Quoted(const std::string& name, char quote) {
  std::string text(1, quote);
  for (const char c : name) text += std::string(c == quote ? 2 : 1, c);
  return text + quote;
}

class ColumnNames : public EngineTest {
 protected:
  // Three rows with a key, one with a text for a key; as a program other than ours writes them.
  InputFile FileOf(const std::string& format, const std::string& key) {
    if (format == "csv") return Put("in.csv", Quoted(key, '"') + ",other\n1,a\n2,b\nlots,c\n4,d\n");
    if (format == "json") {
      std::string text;
      for (const auto& [value, other] : {std::pair{"1", "a"}, {"2", "b"}, {"\"lots\"", "c"}, {"4", "d"}})
        text += "{" + Dump(Json(key)) + ": " + value + ", \"other\": \"" + other + "\"}\n";
      return Put("in.json", text);
    }
    duckdb::DuckDB database(nullptr);
    duckdb::Connection other(database);
    const auto written = other.Query("COPY (SELECT unnest(['1', '2', 'lots', '4']) AS " + Quoted(key, '"') + ", unnest(['a', 'b', 'c', 'd']) AS other) TO '" +
                                     (folder_ / "in.parquet") + "' (FORMAT parquet)");
    EXPECT_FALSE(written->HasError()) << written->GetError();
    return {store_, "in.parquet"};
  }

  static api::Format FormatOf(const std::string& format) {
    if (format == "csv") return api::CsvFormat{};
    if (format == "json") return api::JsonFormat{};
    return api::ParquetFormat{};
  }

  // From a file to what a view publishes, by way of SQL that names the column.
  void ExpectKept(const std::string& format, const std::string& name, const std::string& in_file) {
    SCOPED_TRACE(format + ", " + name + ", in the file " + in_file);
    api::Column key = Required(name, "BIGINT");
    if (in_file != name) key.sourceName = in_file;
    const std::vector<api::Column> columns{key, Optional("other", "VARCHAR")};
    const std::vector<api::Check> checks{{.name = "small", .rule = api::RangeCheck{name, "", "3"}, .onFailure = api::OnFailure::Quarantine}};
    const auto rows = Decode(FileOf(format, in_file), FormatOf(format), columns, checks);
    ASSERT_TRUE(rows.ok()) << rows.error().message;
    EXPECT_EQ(*rows, 4);
    ASSERT_EQ(rejected_.size(), 2U);
    const std::int64_t first = format == "csv" ? 2 : 1;  // a header
    EXPECT_EQ(rejected_[0].line, first + 2);
    EXPECT_EQ(rejected_[0].column, name);
    EXPECT_THAT(rejected_[0].reason, HasSubstr("'lots' is not a BIGINT"));
    EXPECT_THAT(rejected_[0].text, HasSubstr("lots"));
    EXPECT_EQ(rejected_[1].line, first + 3);
    EXPECT_THAT(rejected_[1].reason, HasSubstr("fails check small"));
    EXPECT_THAT(rejected_[1].text, HasSubstr("4"));

    const std::string stored = "stored-" + std::to_string(++peeks_) + ".parquet";
    Write("decoded", stored);
    ASSERT_TRUE(engine_->Attach("t", {{store_, stored}}, columns).ok());
    const std::string quoted = Quoted(name, '"');
    ASSERT_TRUE(engine_->Select("SELECT t." + quoted + ", other FROM t WHERE " + quoted + " > 0 ORDER BY " + quoted, columns, "view").ok());
    const std::string published = "published-" + std::to_string(peeks_) + ".parquet";
    const auto written =
        engine_->WriteParquet({.relation = "view", .store = store_, .path = published, .checks = {{.name = "key", .rule = api::UniqueCheck{{name}}}}});
    ASSERT_TRUE(written.ok()) << written.error().message;
    EXPECT_EQ(written->failures, std::vector<std::int64_t>{0});
    EXPECT_EQ(written->stats["maxValues"][name], 2);
    ASSERT_TRUE(engine_->Attach("v", {{store_, published}}, columns).ok());
    EXPECT_THAT(Rows("SELECT " + quoted + " AS k, other AS o FROM v ORDER BY 1"), ElementsAre(R"({"k":1,"o":"a"})", R"({"k":2,"o":"b"})"));
    EXPECT_EQ(*engine_->CountRows("v"), 2);
    EXPECT_EQ(engine_->CountFailures("v", {{.name = "small", .rule = api::RangeCheck{name, "", "1"}}}).value(), std::vector<std::int64_t>{1});
  }
};

class DeclaredName : public ColumnNames, public testing::WithParamInterface<const char*> {};

TEST_P(DeclaredName, HasItsValuesThroughEachFormat) {
  for (const char* format : {"csv", "json", "parquet"}) ExpectKept(format, GetParam(), GetParam());
}

constexpr const char* kOfTheEngine[] = {"rowid",  "RowID", "filename", "Filename", "file_row_number",   "file_index", "file_size", "oid",   "c0",     "s0",
                                        "v0",     "c1",    "bad",      "judged",   "__duckdb_field_id", "line",       "col",       "text",  "reason", "j",
                                        "select", "order", "table",    "year",     "decoded",           "n",          "_metadata", "value", "struct", "t"};
INSTANTIATE_TEST_SUITE_P(Each, DeclaredName, testing::ValuesIn(kOfTheEngine), [](const auto& test) { return std::string(test.param); });

TEST_F(ColumnNames, OfFilesMayBeAnyText) {
  for (const std::string& name :
       {std::string("a b"), std::string("it's"), std::string("say \"x\""), std::string("größe ☃"), std::string("a/b~c.d"), std::string("$.x[0]"),
        std::string("%s {} \\"), std::string("-- x; DROP TABLE t"), std::string(255, 'x'), std::string("rowid "), std::string("c0")})
    for (const char* format : {"csv", "json", "parquet"}) ExpectKept(format, "k", name);
}

// A spreadsheet breaks long titles into lines: the same rule in every format.
TEST_F(ColumnNames, OfFilesWithLineBreaksAndTabsAreReadOnOneLine) {
  for (const std::string written : {"Amount\n(EUR)", "Amount\r\n(EUR)", "Amount \t (EUR)", "Amount\r(EUR)", "Amount\n \n(EUR)"})
    for (const char* format : {"csv", "json", "parquet"}) {
      SCOPED_TRACE(format + Quoted(written, '"'));
      const std::vector<api::Column> columns{{.name = "k", .type = "VARCHAR", .sourceName = "Amount (EUR)"}, Optional("other", "VARCHAR")};
      const InputFile file = FileOf(format, written);
      const auto rows = Decode(file, FormatOf(format), columns);
      ASSERT_TRUE(rows.ok()) << rows.error().message;
      EXPECT_THAT(RowsOf("decoded", columns), testing::Contains(R"({"k":"lots","other":"c"})"));
      EXPECT_THAT(undeclared_, testing::IsEmpty());
      const auto sniffed = engine_->Sniff(file);
      ASSERT_TRUE(sniffed.ok()) << sniffed.error().message;
      ASSERT_EQ(sniffed->columns.size(), 2U);
      EXPECT_EQ(sniffed->columns[0].sourceName, "Amount (EUR)");
    }
}

TEST_F(ColumnNames, ThatBecomeEqualOnOneLineAreThereTwice) {
  const std::vector<api::Column> columns{{.name = "k", .type = "VARCHAR", .sourceName = "a b"}};
  const auto csv = Decode(Put("in.csv", "a b,\"a\nb\"\n1,2\n"), FormatOf("csv"), columns);
  ASSERT_FALSE(csv.ok());
  EXPECT_THAT(csv.error().message, HasSubstr("has these columns twice: a b"));
  ASSERT_TRUE(Decode(Put("in.json", "{\"a b\":1,\"a\\nb\":2}\n{\"a\\nb\":3}\n"), FormatOf("json"), columns).ok());
  ASSERT_EQ(rejected_.size(), 1U);
  EXPECT_EQ(rejected_[0].reason, "has the key 'a b' twice");
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"k":"3"})"));
}

TEST_F(ColumnNames, StandBehindAnyNumberOfByteOrderMarks) {
  const std::vector<api::Column> columns{Required("id", "BIGINT")};
  const std::string mark = "\xEF\xBB\xBF";
  for (const std::string& marks : {mark + mark, mark + mark + mark}) {
    for (const auto& [name, text] : {std::pair<std::string, std::string>{"in.csv", "id,other\n1,a\n"}, {"in.json", "{\"id\":1,\"other\":\"a\"}\n"}}) {
      const InputFile file = Put(name, marks + text);
      const auto rows = Decode(file, FormatOf(name.substr(3)), columns);
      ASSERT_TRUE(rows.ok()) << rows.error().message;
      EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"id":1})"));
      const auto sniffed = engine_->Sniff(file);
      ASSERT_TRUE(sniffed.ok()) << sniffed.error().message;
      EXPECT_EQ(sniffed->columns.size(), 2U);
    }
  }
  std::string wide = "\xFF\xFE\xFF\xFE";
  for (const char c : std::string("id\n1\n")) wide += {c, '\0'};
  api::Format format = FormatOf("csv");
  format.As<api::CsvFormat>()->encoding = api::Encoding::Utf16Le;
  const auto rows = Decode(Put("wide.csv", wide), format, columns);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"id":1})"));
}

TEST_F(ColumnNames, OfProvenanceMayBeThoseOfTheEngine) {
  std::vector<api::Column> columns{Required("rowid", "BIGINT"),
                                   {.name = "filename", .type = "VARCHAR", .provenance = api::Provenance::SourceFile},
                                   {.name = "file_row_number", .type = "TIMESTAMP", .provenance = api::Provenance::LandedAt}};
  for (const char* format : {"csv", "json", "parquet"}) {
    rejected_.clear();
    const auto rows = engine_->Decode(FileOf(format, "rowid"), FormatOf(format), {.columns = columns, .origin = {"drop/in", Time::FromSeconds(0)}}, "decoded",
                                      [this](RejectedRow&& row) { rejected_.push_back(std::move(row)); });
    ASSERT_TRUE(rows.ok()) << format << ": " << rows.error().message;
    EXPECT_EQ(rejected_.size(), 1U);
    EXPECT_EQ(RowsOf("decoded", columns).front(), R"({"file_row_number":"1970-01-01 00:00:00","filename":"drop/in","rowid":1})") << format;
  }
}

}  // namespace
}  // namespace weir::engine
