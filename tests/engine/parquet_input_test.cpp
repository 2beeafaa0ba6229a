// Parquet files of other programs: names, texts and types that the engine would refuse, cut or mistake.
#include <duckdb.hpp>
#include <fstream>
#include <iterator>
#include <random>

#include "runner/formats/parquet/parquet_footer.h"
#include "runner/storage/forwarding_store.h"
#include "tests/engine/engine_fixture.h"
#include "tests/folders.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Fixture(const std::string& name) {
  std::ifstream in(test::SourceFolder() + "/tests/engine/parquet/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class ParquetInput : public EngineTest {
 protected:
  std::int64_t DecodeFixture(const std::string& name, const std::vector<api::Column>& columns) {
    const auto rows = Decode(Put(name, Fixture(name)), api::ParquetFormat{}, columns);
    EXPECT_TRUE(rows.ok()) << name << ": " << (rows.ok() ? "" : rows.error().message);
    return rows.ok() ? *rows : -1;
  }

  // How `init` would declare the file: "name TYPE<source".
  std::vector<std::string> Sniffed(const std::string& name) {
    const auto sniffed = engine_->Sniff(Put(name, Fixture(name)));
    EXPECT_TRUE(sniffed.ok()) << (sniffed.ok() ? "" : sniffed.error().message);
    std::vector<std::string> columns;
    if (sniffed.ok())
      for (const api::Column& column : sniffed->columns)
        columns.push_back(column.name + " " + column.type + (column.sourceName.empty() ? "" : "<" + column.sourceName));
    return columns;
  }
};

TEST_F(ParquetInput, ListsOfStructsAreJsonText) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("items", "VARCHAR")};
  EXPECT_THAT(Sniffed("items.parquet"), ElementsAre("id BIGINT", "items VARCHAR"));
  EXPECT_EQ(DecodeFixture("items.parquet", columns), 3);
  EXPECT_THAT(rejected_, IsEmpty());
  ASSERT_EQ(RowsOf("decoded", columns).size(), 3U);
  EXPECT_THAT(Rows("SELECT items FROM peek ORDER BY id"), ElementsAre(R"({"items":"[{\"n\":\"a}b\",\"q\":1}]"})", R"({"items":"[{\"n\":\"c\",\"q\":2}]"})",
                                                                      R"({"items":"[{\"n\":\"say \\\"x\\\"\",\"q\":3},null]"})"));
}

TEST_F(ParquetInput, NestedValuesAreValidJsonWithTheNamesAndDigitsOfTheFile) {
  const std::vector<api::Column> columns{Optional("id", "BIGINT"), Optional("tags", "VARCHAR"), Optional("addr", "VARCHAR"), Optional("attrs", "VARCHAR"),
                                         Optional("deep", "VARCHAR")};
  EXPECT_THAT(Sniffed("nested.parquet"), ElementsAre("id BIGINT", "tags VARCHAR", "addr VARCHAR", "attrs VARCHAR", "deep VARCHAR"));
  EXPECT_EQ(DecodeFixture("nested.parquet", columns), 4);
  EXPECT_THAT(rejected_, IsEmpty());
  ASSERT_EQ(RowsOf("decoded", columns).size(), 4U);
  const auto rows = engine_->Query("SELECT tags, addr, attrs, deep FROM peek ORDER BY id", 10);
  ASSERT_TRUE(rows.ok());
  const std::vector<std::vector<std::string>> expected{
      {R"(["a","b"])", R"({"city":"Oslo","City":1})", R"({"k":"v"})", R"([[{"at":"1970-01-01 00:00:00.000001001","d":"12345678901234567890.50000"}]])"},
      {R"(["x, y","it's"])", R"({"city":"L'Aquila, IT","City":2})", R"({"a=b":"c, d","{":"}"})", "[]"},
      {R"(["NULL","",null])", R"({"city":null,"City":null})", "{}", "[null,[]]"},
      {"", "", "", ""}};
  const std::vector<std::string> names{"tags", "addr", "attrs", "deep"};
  for (std::size_t row = 0; row < expected.size(); ++row) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string text = Text((*rows)[row], names[i]);
      EXPECT_EQ(text, expected[row][i]) << row;
      EXPECT_TRUE(text.empty() || ParseJson(text).ok()) << text;
    }
  }
}

// A time that no other reader knows is a row that does not fit, whatever the file keeps it as and the column is declared as.
TEST_F(ParquetInput, TimesOutOfTheCalendarQuarantineTheirRowsWhateverTheirTypes) {
  duckdb::DuckDB database(nullptr);
  duckdb::Connection other(database);
  const std::string values = "['-infinity', '0044-03-15 (BC)', '0001-01-01', '2024-02-29', '9999-12-31', '10000-01-01', '200000-01-01', 'infinity']";
  for (const std::string in_file : {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMPTZ"}) {
    for (const std::string declared : {"DATE", "TIMESTAMP"}) {
      const std::string name = in_file + " as " + declared + ".parquet";
      const std::string kept = in_file.starts_with("TIMESTAMP_") ? "isfinite(TRY_CAST(v AS TIMESTAMP))" : "true";  // the writer refuses the others
      const auto copied = other.Query("COPY (SELECT TRY_CAST(v AS " + in_file + ") AS t FROM (SELECT unnest(" + values + ") AS v) WHERE TRY_CAST(v AS " +
                                      in_file + ") IS NOT NULL AND " + kept + ") TO '" + folder_ / name + "' (FORMAT parquet)");
      ASSERT_FALSE(copied->HasError()) << copied->GetError();
      const std::vector<api::Column> columns{Required("t", declared)};
      const auto rows = Decode({store_, name}, api::ParquetFormat{}, columns);
      ASSERT_TRUE(rows.ok()) << name << ": " << rows.error().message;
      EXPECT_GE(rejected_.size(), 3U) << name;
      EXPECT_EQ(RowsOf("decoded", columns).size(), 3U) << name << ": and the file can be written";
    }
  }
}

// PyArrow reads the maps of these files as pairs: [("c", 4), ("b", 5), ("b", 6)].
TEST_F(ParquetInput, AMapWithAKeyTwiceOrNullQuarantinesItsRowOnly) {
  struct Case {
    const char* column;
    int bad;
    const char* reason;
    std::vector<std::string> good;  // of the other two rows
    const char* text;
  };
  const std::vector<Case> cases{
      {"twice", 3, R"(has the key "b" twice)", {R"({"a":1,"b":2})", R"({"b":3})"}, R"({"c":4,"b":5,"b":6})"},
      {"listed", 2, R"(has the key "2" twice)", {R"([{"1":"x"},{"1":"y"}])", R"([{"7":"z"}])"}, R"([{"2":"x","2":null}])"},
      {"nested", 2, R"(has the key "2" twice)", {R"({"p":{"1":"x"},"q":{"1":"y"}})", R"({"p":{"7":"z"}})"}, R"({"p":{"2":"x","2":null}})"},
      {"sets", 2, "is not UTF-8", {R"({"k":[1]})", R"({"k":null})"}, R"({"\\xFF":[2,2]})"}};
  for (const Case& map : cases) {
    SCOPED_TRACE(map.column);
    const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional(map.column, "VARCHAR")};
    EXPECT_EQ(DecodeFixture("maps.parquet", columns), 3);
    ASSERT_EQ(rejected_.size(), 1U);
    EXPECT_EQ(rejected_[0].line, map.bad);
    EXPECT_EQ(rejected_[0].column, map.column);
    EXPECT_EQ(rejected_[0].reason, map.reason);
    EXPECT_THAT(rejected_[0].text, HasSubstr(std::string("\"") + map.column + "\":" + map.text)) << "the row is shown as it is";
    ASSERT_EQ(RowsOf("decoded", columns).size(), 2U);
    const auto rows = engine_->Query("SELECT * FROM peek ORDER BY id", 10);
    ASSERT_TRUE(rows.ok());
    for (std::size_t i = 0; i < map.good.size(); ++i) EXPECT_EQ(Text((*rows)[i], map.column), map.good[i]);
  }
  EXPECT_EQ(DecodeFixture("maps.parquet", {Required("id", "BIGINT")}), 3);
  EXPECT_THAT(rejected_, IsEmpty()) << "who does not read the maps loses no row";
  EXPECT_EQ(DecodeFixture("maps.parquet", {Optional("twice", "BIGINT")}), 3);
  EXPECT_EQ(rejected_.size(), 3U);

  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("attrs", "VARCHAR")};
  EXPECT_EQ(DecodeFixture("null-keys.parquet", columns), 3);
  ASSERT_EQ(rejected_.size(), 1U);
  EXPECT_EQ(rejected_[0].line, 1);
  EXPECT_EQ(rejected_[0].reason, "has a key that is null");
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"attrs":"{}","id":2})", R"({"attrs":"{}","id":3})"));
}

TEST_F(ParquetInput, ATextWithNulQuarantinesItsRowOnly) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("name", "VARCHAR"), Optional("tags", "VARCHAR")};
  EXPECT_EQ(DecodeFixture("nul.parquet", columns), 3);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"nul.parquet", 2, "name", "has the character U+0000", "{\"id\":2,\"name\":\"b\\u0000c\",\"tags\":[\"y\"]}"},
                                     RejectedRow{"nul.parquet", 3, "tags", "has the character U+0000", "{\"id\":3,\"name\":\"d\",\"tags\":[\"z\\u0000\"]}"}));
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"id":1,"name":"a","tags":"[\"x\"]"})"));
}

TEST_F(ParquetInput, APageThatIsNotWhatWasWrittenMakesTheFileUnreadable) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("name", "VARCHAR")};
  EXPECT_EQ(DecodeFixture("checksums.parquet", columns), 3000);
  EXPECT_THAT(rejected_, IsEmpty());
  const auto decoded = Decode(Put("damaged-page.parquet", Fixture("damaged-page.parquet")), api::ParquetFormat{}, columns);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().reason, "FileUnreadable");
  EXPECT_THAT(decoded.error().message, testing::ContainsRegex("damaged-page.parquet is damaged: its page at byte [0-9]+ does not have the checksum"));
}

TEST_F(ParquetInput, ADamagedPageOfAColumnThatIsNotReadIsNoReasonToRefuseTheFile) {
  EXPECT_EQ(DecodeFixture("damaged-page.parquet", {Required("id", "BIGINT")}), 3000);
  EXPECT_THAT(rejected_, IsEmpty());
  EXPECT_TRUE(engine_->Sniff(Put("damaged-page.parquet", Fixture("damaged-page.parquet"))).ok()) << "no value of it is used";
}

// A store that gives back the end of a file only.
class HalfReadable final : public storage::ForwardingStore {
 public:
  HalfReadable(std::shared_ptr<ObjectStore> inner, std::int64_t readable) : ForwardingStore(std::move(inner)), readable_(readable) {}
  Result<std::unique_ptr<storage::ObjectReader>> Open(const std::string& path) override {
    auto reader = ForwardingStore::Open(path);
    if (!reader.ok()) return reader;
    return std::unique_ptr<storage::ObjectReader>(std::make_unique<Reader>(std::move(*reader), readable_));
  }

 private:
  class Reader final : public storage::ObjectReader {
   public:
    Reader(std::unique_ptr<ObjectReader> inner, std::int64_t readable) : inner_(std::move(inner)), readable_(readable) {}
    std::int64_t Size() const override { return inner_->Size(); }
    Status ReadAt(std::int64_t offset, char* out, std::int64_t n) override {
      if (offset < Size() - readable_) return Error{Fault::Transient, "StoreUnavailable", "Input/output error"};
      return inner_->ReadAt(offset, out, n);
    }

   private:
    const std::unique_ptr<ObjectReader> inner_;
    const std::int64_t readable_;
  };

  const std::int64_t readable_;
};

TEST_F(ParquetInput, AStoreThatFailsIsItsOwnErrorAndNoDamageOfTheFile) {
  const std::string bytes = Fixture("checksums.parquet");
  Put("a.parquet", bytes);
  const auto footer = static_cast<std::int64_t>(formats::LittleEndian(bytes.substr(bytes.size() - 8, 4)));
  for (const std::int64_t readable : {std::int64_t{0}, std::int64_t{8}, footer + 8}) {
    const auto rows = Decode({std::make_shared<HalfReadable>(store_, readable), "a.parquet"}, api::ParquetFormat{}, {Required("id", "BIGINT")});
    ASSERT_FALSE(rows.ok()) << readable;
    EXPECT_EQ(rows.error().fault, Fault::Transient) << readable << ": " << rows.error().message;
    EXPECT_EQ(rows.error().reason, "StoreUnavailable");
  }
}

TEST_F(ParquetInput, AValueThatIsNotUtf8QuarantinesItsRowOnly) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("name", "VARCHAR")};
  EXPECT_THAT(Sniffed("latin.parquet"), ElementsAre("id BIGINT", "name VARCHAR"));
  EXPECT_EQ(DecodeFixture("latin.parquet", columns), 3);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"latin.parquet", 2, "name", "is not UTF-8", R"({"id":2,"name":"caf\\xE9"})"}));
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"id":1,"name":"café"})", R"({"id":3,"name":"ok"})"));

  const std::vector<api::Column> nested{Required("id", "BIGINT"), Optional("tags", "VARCHAR")};
  EXPECT_EQ(DecodeFixture("latin-nested.parquet", nested), 3);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"latin-nested.parquet", 2, "tags", "is not UTF-8", R"({"id":2,"tags":["b\\xFFd"]})"}));

  // Who does not read the column does not lose the row.
  EXPECT_EQ(DecodeFixture("latin.parquet", {Required("id", "BIGINT")}), 3);
  EXPECT_THAT(rejected_, IsEmpty());
}

// As older writers have texts: without a word that they are.
TEST_F(ParquetInput, BytesMayBeDeclaredAsText) {
  EXPECT_THAT(Sniffed("bytes.parquet"), ElementsAre("id BIGINT", "raw BLOB"));
  const std::vector<api::Column> text{Required("id", "BIGINT"), Optional("raw", "VARCHAR")};
  EXPECT_EQ(DecodeFixture("bytes.parquet", text), 3);
  ASSERT_EQ(rejected_.size(), 1U);
  EXPECT_EQ(rejected_[0].line, 2);
  EXPECT_THAT(RowsOf("decoded", text), ElementsAre(R"({"id":1,"raw":"café"})", R"({"id":3,"raw":"7"})"));
  EXPECT_EQ(DecodeFixture("bytes.parquet", {Optional("raw", "BLOB")}), 3);
  EXPECT_THAT(rejected_, IsEmpty());
  EXPECT_EQ(DecodeFixture("bytes.parquet", {Optional("raw", "BIGINT")}), 3);
  EXPECT_EQ(rejected_.size(), 2U);
}

// What is no text is a value all the same: geometries, hashes, images.
TEST_F(ParquetInput, ABlobTakesAnyBytes) {
  std::mt19937 random(20261201);
  std::string values;
  std::vector<std::string> expected;
  for (int id = 0; id < 400; ++id) {
    std::string hex;
    const unsigned length = id < 256 ? 1 : random() % 40;  // each single byte, then random ones, also none
    for (unsigned i = 0; i < length; ++i) {
      char byte[3];
      std::snprintf(byte, sizeof byte, "%02X", id < 256 ? static_cast<unsigned>(id) : static_cast<unsigned>(random() % 256));
      hex += byte;
    }
    values.append(id == 0 ? "(" : ", (").append(std::to_string(id)).append(", unhex('").append(hex).append("'))");
    expected.push_back(R"({"h":")" + hex + R"("})");
  }
  duckdb::DuckDB database(nullptr);
  duckdb::Connection other(database);
  const auto copied = other.Query("COPY (FROM (VALUES " + values + ") t(id, raw)) TO '" + folder_ / "any.parquet" + "' (FORMAT parquet)");
  ASSERT_FALSE(copied->HasError()) << copied->GetError();

  const std::vector<api::Column> columns{Required("id", "INTEGER"), Required("raw", "BLOB")};
  const auto rows = Decode({store_, "any.parquet"}, api::ParquetFormat{}, columns);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 400);
  EXPECT_THAT(rejected_, IsEmpty());
  ASSERT_EQ(RowsOf("decoded", columns).size(), 400U);
  EXPECT_EQ(Rows("SELECT hex(raw) AS h FROM peek ORDER BY id"), expected);
  EXPECT_THAT(Rows("SELECT raw FROM peek WHERE id = 255"), ElementsAre(R"({"raw":"\\xFF"})")) << "legible in an answer";

  ASSERT_TRUE(Decode({store_, "any.parquet"}, api::ParquetFormat{}, {Optional("raw", "VARCHAR")}).ok());
  EXPECT_GE(rejected_.size(), 128U) << "a VARCHAR takes UTF-8 only";

  // The file says that it is text, the Dataset that it need not be.
  const std::vector<api::Column> latin{Required("id", "BIGINT"), Optional("name", "BLOB")};
  EXPECT_EQ(DecodeFixture("latin.parquet", latin), 3);
  EXPECT_THAT(rejected_, IsEmpty());
  ASSERT_EQ(RowsOf("decoded", latin).size(), 3U);
  EXPECT_THAT(Rows("SELECT hex(name) AS h FROM peek ORDER BY id"), ElementsAre(R"({"h":"636166C3A9"})", R"({"h":"636166E9"})", R"({"h":"6F6B"})"));
}

TEST_F(ParquetInput, TextsAreReadByTheGrammarOfValues) {
  const std::vector<api::Column> stored{Optional("n", "VARCHAR")};
  ASSERT_TRUE(engine_->Select("SELECT unnest(['1', ' 7 ', '11_2', '0x1F', '1e3', 'é', NULL, '9223372036854775808']) AS n", stored, "s").ok());
  Write("s", "in.parquet");
  const std::vector<api::Column> columns{Optional("n", "BIGINT")};
  ASSERT_TRUE(Decode({store_, "in.parquet"}, api::ParquetFormat{}, columns).ok());
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"n":1})", R"({"n":7})", R"({"n":null})"));
  std::vector<std::string> reasons;
  for (const RejectedRow& row : rejected_) reasons.push_back(std::to_string(row.line) + ": " + row.reason);
  EXPECT_THAT(reasons, ElementsAre("3: '11_2' is not a BIGINT", "4: '0x1F' is not a BIGINT", "5: '1e3' is not a BIGINT", "6: 'é' is not a BIGINT",
                                   "8: '9223372036854775808' is out of the range of BIGINT"));
}

TEST_F(ParquetInput, NanosecondsAreNeverCut) {
  const std::vector<api::Column> columns{Required("rowid", "BIGINT"), Optional("at", "TIMESTAMP")};
  EXPECT_THAT(Sniffed("events.parquet"), ElementsAre("rowid BIGINT", "at TIMESTAMP", "zoned TIMESTAMP", "name VARCHAR"));
  EXPECT_EQ(DecodeFixture("events.parquet", columns), 4);
  ASSERT_EQ(rejected_.size(), 2U);
  EXPECT_EQ(rejected_[0].line, 2);
  EXPECT_EQ(rejected_[0].reason, "'2024-05-01 10:00:00.123456789' is more precise than microseconds, which TIMESTAMP keeps");
  EXPECT_THAT(rejected_[0].text, HasSubstr(R"("rowid":20,"at":"2024-05-01 10:00:00.123456789")"));
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"at":"2024-05-01 10:00:00.123456","rowid":10})", R"({"at":"1970-01-01 00:00:00","rowid":30})"));

  const std::vector<api::Column> zoned{Required("rowid", "BIGINT"), Optional("zoned", "TIMESTAMP")};
  EXPECT_EQ(DecodeFixture("events.parquet", zoned), 4);
  ASSERT_EQ(rejected_.size(), 1U);
  EXPECT_EQ(rejected_[0].line, 3);
  EXPECT_EQ(RowsOf("decoded", zoned).back(), R"({"rowid":40,"zoned":"1969-12-31 23:59:59.999999"})");

  const std::vector<api::Column> int96{Required("id", "BIGINT"), Optional("at", "TIMESTAMP")};
  EXPECT_THAT(Sniffed("int96.parquet"), ElementsAre("id BIGINT", "at TIMESTAMP"));
  EXPECT_EQ(DecodeFixture("int96.parquet", int96), 3);
  ASSERT_EQ(rejected_.size(), 1U);
  EXPECT_EQ(rejected_[0].line, 2);
  EXPECT_THAT(RowsOf("decoded", int96), ElementsAre(R"({"at":"2024-05-01 10:00:00.123456","id":1})", R"({"at":"1969-12-31 23:59:59.999999","id":3})"));

  const std::vector<api::Column> text{Required("id", "BIGINT"), Optional("at", "VARCHAR")};
  EXPECT_EQ(DecodeFixture("int96.parquet", text), 3);
  EXPECT_EQ(RowsOf("decoded", text)[1], R"({"at":"2024-05-01 10:00:00.123456789","id":2})");
}

TEST_F(ParquetInput, DecimalsOfMoreThan38DigitsKeepThemAsText) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("n", "VARCHAR")};
  EXPECT_THAT(Sniffed("wide.parquet"), ElementsAre("id BIGINT", "n VARCHAR"));
  EXPECT_EQ(DecodeFixture("wide.parquet", columns), 3);
  EXPECT_THAT(RowsOf("decoded", columns),
              ElementsAre(R"({"id":1,"n":"-12345678901234567890123456789012345678901.25"})", R"({"id":2,"n":"7.50"})", R"({"id":3,"n":"-0.01"})"));
  EXPECT_EQ(DecodeFixture("wide.parquet", {Optional("n", "DECIMAL(38,2)")}), 3);
  ASSERT_EQ(rejected_.size(), 1U);
  EXPECT_THAT(rejected_[0].reason, HasSubstr("is out of the range of DECIMAL(38,2)"));
}

TEST_F(ParquetInput, ColumnsOfAnyNameAreReadAsTheyAreNamed) {
  const std::vector<std::string> names{"rowid", "ROWID", "filename", "Filename", "file_row_number",   "file_index", "c0",
                                       "s0",    "v0",    " bad",     " 0",       "__duckdb_field_id", "select",     "a\"b",
                                       "it's",  "a;b ",  "größe"};  // "a;b" and a line end in the file
  std::vector<api::Column> columns;
  for (const std::string& name : names) {
    api::Column column = Optional("k" + std::to_string(columns.size()), "BIGINT");
    column.sourceName = name;
    columns.push_back(column);
  }
  api::Column longest = Optional("longest", "BIGINT");
  longest.sourceName = std::string(255, 'x');
  columns.push_back(longest);
  EXPECT_EQ(DecodeFixture("names.parquet", columns), 2);
  const auto rows = RowsOf("decoded", columns);
  ASSERT_EQ(rows.size(), 2U);
  for (std::size_t i = 0; i < names.size(); ++i)
    EXPECT_EQ(Dump((*engine_->Query("SELECT * FROM peek ORDER BY k0", 1))[0]["k" + std::to_string(i)]), std::to_string(i));
  EXPECT_THAT(rows[1], HasSubstr("\"longest\":118"));
  EXPECT_EQ(Sniffed("names.parquet").size(), 18U) << "all but the column without a name";
}

TEST_F(ParquetInput, ASecondColumnOfOneNameIsNotGuessed) {
  // One byte of a name in the footer.
  std::string bytes = Fixture("names.parquet");
  for (std::size_t at = bytes.find("Filename"); at != std::string::npos; at = bytes.find("Filename", at + 1)) bytes[at] = 'f';
  const auto rows = Decode(Put("twice.parquet", bytes), api::ParquetFormat{}, {Optional("filename", "BIGINT")});
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().reason, "FileUnreadable");
  EXPECT_THAT(rows.error().message, HasSubstr("twice.parquet has two columns filename"));
}

TEST_F(ParquetInput, FootersOfAnyBytesAreReadOrRefused) {
  std::mt19937 random(20261130);
  for (const char* name : {"nested.parquet", "events.parquet", "names.parquet", "maps.parquet"}) {
    const std::string file = Fixture(name);
    const auto length = static_cast<unsigned char>(file[file.size() - 8]) + 256U * static_cast<unsigned char>(file[file.size() - 7]);
    const std::string footer = file.substr(file.size() - 8 - length, length);
    ASSERT_TRUE(formats::ReadParquetFooter(footer).ok()) << name;
    for (int round = 0; round < 3000; ++round) {
      std::string bytes = footer.substr(0, round % 2 == 0 ? footer.size() : random() % footer.size());
      for (unsigned changes = random() % 4; !bytes.empty() && changes > 0; --changes) bytes[random() % bytes.size()] = static_cast<char>(random());
      const auto read = formats::ReadParquetFooter(bytes);
      EXPECT_TRUE(read.ok() ? formats::ReadParquetFooter(read->neutral).ok() : read.error().reason == "FileUnreadable");
    }
  }
}

TEST_F(ParquetInput, WhatTheEngineSaysOfADamagedFileNamesItAndWhatToDo) {
  std::string bytes = Fixture("plain.parquet");
  bytes.at(bytes.find(std::string_view("\x15\x10\x15\x00\x15\x10\x15\x10", 8)) + 7) = 0x7E;  // behind three numbers of a header: the encoding
  const auto rows = Decode(Put("flip.parquet", bytes), api::ParquetFormat{}, {Required("id", "BIGINT")});
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().reason, "FileUnreadable");
  EXPECT_THAT(rows.error().message, testing::StartsWith("flip.parquet cannot be read as Parquet ("));
  EXPECT_THAT(rows.error().message, testing::EndsWith("). It is damaged or uses an unsupported feature. Write it again at its source"));
  EXPECT_THAT(rows.error().message, testing::Not(HasSubstr("weir://"))) << "the name that the engine knows it by";
}

TEST_F(ParquetInput, DamagedFilesAreUnreadableOrReadAndNothingElse) {
  std::mt19937 random(7);
  const std::string file = Fixture("nested.parquet");
  for (int round = 0; round < 60; ++round) {
    std::string bytes = file;
    for (int changes = 0; changes < 3; ++changes) bytes[random() % bytes.size()] = static_cast<char>(random());
    const std::string name = "damaged-" + std::to_string(round) + ".parquet";
    const auto rows = Decode(Put(name, bytes), api::ParquetFormat{}, {Optional("id", "BIGINT"), Optional("tags", "VARCHAR")});
    EXPECT_TRUE(rows.ok() || rows.error().fault == Fault::Data) << (rows.ok() ? "" : rows.error().message);
    EXPECT_TRUE(rows.ok() || rows.error().message.starts_with(name)) << rows.error().message;
  }
}

}  // namespace
}  // namespace weir::engine
