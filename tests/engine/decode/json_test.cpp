#include <random>
#include <set>

#include "runner/formats/values/value.h"
#include "tests/engine/engine_fixture.h"
#include "tests/gzip.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const api::Format kJson = api::JsonFormat{};

class JsonFile : public EngineTest {
 protected:
  std::int64_t Read(const std::string& text, const std::vector<api::Column>& columns, const std::string& name = "in.json") {
    const auto rows = Decode(Put(name, text), kJson, columns);
    EXPECT_TRUE(rows.ok()) << rows.error().message;
    return rows.ok() ? *rows : -1;
  }

  // The rows as `weir query` gives them, cells joined by '|'.
  std::vector<std::string> Cells(const std::vector<api::Column>& columns, const std::string& order) {
    const std::string file = "cells-" + std::to_string(++peeks_) + ".parquet";
    Write("decoded", file);
    EXPECT_TRUE(engine_->Attach("cells", {{store_, file}}, columns).ok());
    const auto rows = engine_->Answer("SELECT * FROM cells ORDER BY " + order, 100'000);
    EXPECT_TRUE(rows.ok()) << (rows.ok() ? "" : rows.error().message);
    std::vector<std::string> texts;
    for (const auto& row : rows.ok() ? *rows : AnswerRows{}) {
      texts.emplace_back();
      for (const std::string& cell : row) texts.back() += (texts.back().empty() ? "" : "|") + cell;
    }
    return texts;
  }

  std::string Sniffed(const std::string& text, const std::string& name = "in.json") {
    const auto sniffed = engine_->Sniff(Put(name, text));
    if (!sniffed.ok()) return sniffed.error().message;
    std::string columns;
    for (const api::Column& column : sniffed->columns) columns += (columns.empty() ? "" : " ") + column.name + ":" + column.type;
    for (const std::string& note : sniffed->notes) columns += "\n" + note;
    return columns;
  }
};

TEST_F(JsonFile, OneStrayLineCostsOneRow) {
  const std::string text = "{\"id\":1,\"name\":\"a\"}\n{\"id\":2,\"name\":\"b\"}\n[]\n{\"id\":3,\"name\":\"c\"}\n";
  EXPECT_EQ(Sniffed(text), "id:BIGINT name:VARCHAR");
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Required("name", "VARCHAR")};
  EXPECT_EQ(Read(text, columns), 4);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.json", 3, "", "not a JSON object", "[]"}));
  EXPECT_THAT(Cells(columns, "id"), ElementsAre("1|\"a\"", "2|\"b\"", "3|\"c\""));
}

TEST_F(JsonFile, EveryKeyOfRecordsThatDifferIsAColumn) {
  std::string text;
  std::string expected;
  for (int i = 0; i < 24; ++i) {
    const std::string word = "k" + std::to_string(i % 12);
    text += "{\"" + word + "_id\": " + std::to_string(i) + ", \"" + word + "_at\": \"2024-05-01\"}\n";
    if (i < 12) expected += (i > 0 ? " " : "") + word + "_id:BIGINT " + word + "_at:DATE";
  }
  EXPECT_EQ(Sniffed(text), expected);
}

TEST_F(JsonFile, AKeyThatFirstAppearsLateIsAColumn) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += "{\"id\": " + std::to_string(i) + "}\n";
  EXPECT_EQ(Sniffed(text + "{\"id\": 1, \"late\": 1.5}\n"), "id:BIGINT late:DOUBLE");
}

TEST_F(JsonFile, AByteOrderMarkAndUtf16AndGzipAreRead) {
  const std::vector<api::Column> columns{Required("id", "INTEGER"), Required("n", "VARCHAR")};
  EXPECT_EQ(Read("\xEF\xBB\xBF[{\"id\":1,\"n\":\"a\"},{\"id\":2,\"n\":\"b\"}]", columns), 2);
  EXPECT_THAT(Cells(columns, "id"), ElementsAre("1|\"a\"", "2|\"b\""));
  std::string wide;
  for (const char c : std::string("{\"id\":1,\"n\":\"a\"}\n")) wide += {c, '\0'};
  EXPECT_EQ(Read(wide, columns), 1) << "UTF-16 without a mark";
  EXPECT_THAT(rejected_, IsEmpty());
}

TEST_F(JsonFile, AGzipFileThatIsCutIsUnreadable) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "{\"id\": " + std::to_string(i * 7919) + "}\n";
  const std::string packed = test::Gzip(text);
  EXPECT_EQ(Read(packed, {Required("id", "BIGINT")}, "whole.json"), 5000);
  for (const std::size_t cut : {std::size_t{1}, std::size_t{8}, packed.size() / 2}) {
    const auto rows = Decode(Put("cut.json", packed.substr(0, packed.size() - cut)), kJson, {Required("id", "BIGINT")});
    ASSERT_FALSE(rows.ok());
    EXPECT_EQ(rows.error().reason, "FileUnreadable");
    EXPECT_THAT(Sniffed(packed.substr(0, packed.size() - cut)), HasSubstr("breaks off"));
  }
}

TEST_F(JsonFile, NumbersKeepEveryDigitOrAreQuarantined) {
  const std::string text =
      "{\"id\":76561198003753554,\"big\":123456789012345678901234567890,\"price\":12345678901234567.89,\"t\":1.10}\n"
      "{\"id\":2,\"big\":9007199254740993,\"price\":0.1234567890123456789,\"t\":\"x\"}\n"
      "{\"id\":3,\"big\":18446744073709551617,\"price\":19.99,\"t\":1E5}\n";
  EXPECT_THAT(Sniffed(text), HasSubstr("id:BIGINT big:DECIMAL(38,0) price:DECIMAL(38,19) t:VARCHAR\ncolumn t: 2 of 3 values are DOUBLE"));
  const std::vector<api::Column> columns{Optional("id", "BIGINT"), Optional("big", "DECIMAL(38,0)"), Optional("price", "DECIMAL(38,19)"),
                                         Optional("t", "VARCHAR")};
  EXPECT_EQ(Read(text, columns), 3);
  EXPECT_THAT(rejected_, IsEmpty());
  EXPECT_THAT(Cells(columns, "id"),
              ElementsAre("2|\"9007199254740993\"|\"0.1234567890123456789\"|\"x\"", "3|\"18446744073709551617\"|\"19.9900000000000000000\"|\"1E5\"",
                          "76561198003753554|\"123456789012345678901234567890\"|\"12345678901234567.8900000000000000000\"|\"1.10\""));
  EXPECT_EQ(Read("{\"d\":1e309}\n{\"d\":1e-400}\n{\"d\":\"1e308\"}\n{\"d\":NaN}\n", {Optional("d", "DOUBLE")}), 4);
  EXPECT_THAT(rejected_,
              ElementsAre(RejectedRow{"in.json", 1, "d", "'1e309' is out of the range of DOUBLE", "{\"d\":1e309}"},
                          RejectedRow{"in.json", 2, "d", "'1e-400' is out of the range of DOUBLE", "{\"d\":1e-400}"},
                          RejectedRow{"in.json", 4, "d", "is not valid JSON: a value is neither a number, a text, true, false nor null", "{\"d\":NaN}"}));
}

TEST_F(JsonFile, PrettyPrintedObjectsAreRows) {
  const std::vector<api::Column> columns{Required("id", "INTEGER"), Required("name", "VARCHAR")};
  EXPECT_EQ(Read("{\n  \"id\": 1,\n  \"name\": \"a\"\n}\n{\n  \"id\": 2,\n  \"name\": \"b\"\n}\n", columns), 2);
  EXPECT_THAT(Cells(columns, "id"), ElementsAre("1|\"a\"", "2|\"b\""));
}

TEST_F(JsonFile, NanosecondsAreQuarantined) {
  EXPECT_EQ(Read("{\"at\":\"2024-05-01T10:00:00.123456789Z\"}\n{\"at\":\"2024-05-01T10:00:00.123456790Z\"}\n{\"at\":\"2024-05-01T10:00:00Z\"}\n",
                 {Required("at", "TIMESTAMP")}),
            3);
  ASSERT_EQ(rejected_.size(), 2U);
  EXPECT_THAT(rejected_[0].reason, HasSubstr("is more precise than microseconds"));
}

TEST_F(JsonFile, AKeyTwiceIsQuarantined) {
  EXPECT_EQ(Read("{\"id\":1,\"status\":\"open\",\"status\":\"closed\"}\n{\"id\":2,\"status\":\"open\"}\n{\"id\":3,\"x\":1,\"x\":1}\n",
                 {Required("id", "INTEGER"), Optional("st", "VARCHAR")}),
            3);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.json", 1, "", "has the key 'status' twice", "{\"id\":1,\"status\":\"open\",\"status\":\"closed\"}"},
                                     RejectedRow{"in.json", 3, "", "has the key 'x' twice", "{\"id\":3,\"x\":1,\"x\":1}"}));
}

TEST_F(JsonFile, LinesAreThoseOfTheFileAlsoInArrays) {
  const std::string text =
      "[\n  {\n    \"id\": 1,\n    \"n\": 5\n  },\n  {\n    \"id\": 2,\n    \"n\": \"five\"\n  },\n  null,\n  {\n    \"id\": 3,\n    \"n\": 7\n  }\n]\n";
  EXPECT_EQ(Read(text, {Required("id", "INTEGER"), Required("n", "INTEGER")}), 4);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.json", 6, "n", "'five' is not an INTEGER", "{\n    \"id\": 2,\n    \"n\": \"five\"\n  }"},
                                     RejectedRow{"in.json", 10, "", "not a JSON object", "null"}));
  EXPECT_THAT(
      Sniffed(text),
      HasSubstr("id:BIGINT n:VARCHAR\ncolumn n: 2 of 3 values are BIGINT, too few to declare it, so the column is text; not BIGINT is e.g. 'five' (line 6)"))
      << "one bad line stops nothing";
}

TEST_F(JsonFile, TextsThatNoReaderWouldKeepAreQuarantined) {
  EXPECT_EQ(Read("{\"id\":1,\"t\":\"ok \\ud83d\\ude00\"}\n{\"id\":2,\"t\":\"cut \\ud83d\"}\n{\"id\":3,\"t\":\"nul \\u0000 end\"}\n{\"id\":4,\"t\":\"x\"}\n",
                 {Required("id", "INTEGER"), Optional("t", "VARCHAR")}),
            4);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.json", 2, "t", "has an escape that is not a character", "{\"id\":2,\"t\":\"cut \\ud83d\"}"},
                                     RejectedRow{"in.json", 3, "t", "has the character U+0000", "{\"id\":3,\"t\":\"nul \\u0000 end\"}"}));
  EXPECT_THAT(RowsOf("decoded", {Required("id", "INTEGER"), Optional("t", "VARCHAR")}),
              ElementsAre("{\"id\":1,\"t\":\"ok \U0001F600\"}", "{\"id\":4,\"t\":\"x\"}"));
}

TEST_F(JsonFile, NestedValuesBecomeTextAndEmptyTextsNoNumbers) {
  const std::vector<api::Column> columns{Required("id", "INTEGER"), Optional("v", "VARCHAR"), Optional("n", "DOUBLE")};
  EXPECT_EQ(
      Read(
          "{\"id\":1,\"v\":{\"a\": [1.10, \"x y\"]},\"n\":\"\"}\n{\"id\":2,\"v\":\"\",\"n\":[1]}\n{\"id\":3,\"v\":null}\n{\"id\":4,\"v\":true,\"n\":\"2.5\"}\n",
          columns),
      4);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.json", 2, "n", "'[1]' is not a DOUBLE", "{\"id\":2,\"v\":\"\",\"n\":[1]}"}));
  EXPECT_THAT(Cells(columns, "id"), ElementsAre("1|\"{\\\"a\\\":[1.10,\\\"x y\\\"]}\"|null", "3|null|null", "4|\"true\"|2.5"));
}

TEST_F(JsonFile, AFileWithoutAnyObjectIsUnreadable) {
  for (const char* text : {"[{\"id\": ", "[", "{\"id\":", "\x89PNG\r\n\x1A\n", "id,name\n1,a\n", "null\n"}) {
    const auto rows = Decode(Put("in.json", text), kJson, {Optional("id", "INTEGER")});
    ASSERT_FALSE(rows.ok()) << text;
    EXPECT_EQ(rows.error().reason, "FileUnreadable");
    EXPECT_THAT(rows.error().message, HasSubstr("in.json cannot be read as JSON: it has no JSON object; line 1: "));
    EXPECT_THAT(rejected_, IsEmpty());
  }
}

TEST_F(JsonFile, TypesAreThoseThatTheValuesHaveAndQuotedNumbersAreText) {
  EXPECT_EQ(Sniffed("{\"a\":1,\"b\":\"1\",\"c\":true,\"d\":\"2024-01-01T10:00:00Z\",\"e\":1e3,\"f\":null,\"g\":\"NA\",\"\":1}\n{\"a\":\"\",\"g\":\"NA\"}\n"),
            "a:BIGINT b:VARCHAR c:BOOLEAN d:TIMESTAMP e:DOUBLE f:VARCHAR g:VARCHAR\n"
            "column b: its values are in quotes, so they are text; declare BIGINT to read them as that\n"
            "column f: no value in the file; text until you know better\n"
            "line 1 has a key without a name or with control characters, which is left out");
  std::string wide = "{";
  for (int i = 0; i < 501; ++i) wide += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  EXPECT_THAT(Sniffed(wide + "}"), HasSubstr("more than 500 keys"));
  EXPECT_THAT(Sniffed("{}\n"), HasSubstr("its JSON objects have no keys that could be columns"));
  EXPECT_THAT(Sniffed("{\"a\":1,\"a\":2}\n"), HasSubstr("none of its rows can be read; line 1: has a key twice"));
  EXPECT_THAT(Sniffed("not json\n"), HasSubstr("in.json cannot be read: it has no JSON object; line 1: not a JSON object"));
}

// Blocks of several threads, and of two ways of layout, come in the order of the file.
TEST_F(JsonFile, ManyBlocksKeepTheirOrderAndLines) {
  std::string text = "[\n";
  for (int i = 0; i < 100'000; ++i)
    text += i % 1000 == 7 ? "{\"id\": \"x" + std::to_string(i) + "\"},\n" : "{\"id\": " + std::to_string(i) + ", \"pad\": \"" + std::string(40, 'p') + "\"},\n";
  text += "{\"id\": 100000}]\n";
  EXPECT_EQ(Read(text, {Required("id", "INTEGER"), Optional("pad", "VARCHAR")}), 100'001);
  ASSERT_EQ(rejected_.size(), 100U);
  for (std::size_t i = 0; i < rejected_.size(); ++i) EXPECT_EQ(rejected_[i].line, static_cast<std::int64_t>(i) * 1000 + 9);
}

// A value as it is written in JSON, and as another parser reads it; numbers have the text that they are written with.
struct Written {
  std::string token;
  std::string text;
  bool valid = true;
  bool missing = false;
};

class AnyJson : public JsonFile, public testing::WithParamInterface<const char*> {
 protected:
  static constexpr int kTexts = 10'000;

  Written Value(bool fitting) {
    const std::vector<std::string> numbers{"0",
                                           "-1",
                                           "127",
                                           "-129",
                                           "32768",
                                           "2147483648",
                                           "9223372036854775807",
                                           "9223372036854775808",
                                           "1.50",
                                           "1e5",
                                           "-2.5e-3",
                                           "1e309",
                                           "12345.67",
                                           "0.1234567890123456789",
                                           "-0.0",
                                           "01",
                                           "1.",
                                           "-",
                                           "1.e2",
                                           "0x1F"};
    const std::vector<std::string> strings{"7",
                                           "1.5",
                                           "true",
                                           "no",
                                           "2024-02-29",
                                           "2024-02-30",
                                           "2024-01-31T10:00:00.123456789Z",
                                           "2024-01-31 10:00:00+02:00",
                                           "NaN",
                                           "11_2",
                                           "a\\u00e9\\n",
                                           "\\ud83d\\ude00",
                                           "\\ud83d",
                                           "epoch",
                                           " 5 ",
                                           "\\q"};
    const std::vector<std::string> others{"true", "false", "null", "tru", "{\"a\": [1]}", "[]", "[1,]", "NaN", "\"\""};
    Written value;
    if (fitting)
      value.token = Fitting();
    else if (const unsigned kind = random_() % 5; kind < 2)
      value.token = numbers[random_() % numbers.size()];
    else
      value.token = kind < 4 ? "\"" + strings[random_() % strings.size()] + "\"" : others[random_() % others.size()];
    Judge(value);
    return value;
  }

  // Of the type.
  std::string Fitting() {
    const std::string type = GetParam();
    const std::string n = std::to_string(random_() % 100);
    if (type == "BOOLEAN") return random_() % 2 == 0 ? "true" : "false";
    if (type == "DATE") return "\"20" + std::to_string(10 + random_() % 90) + "-01-31\"";
    if (type == "TIMESTAMP") return "\"2024-01-31T10:00:" + std::to_string(10 + random_() % 50) + "." + n + "Z\"";
    if (type == "VARCHAR") return "\"text " + n + "\"";
    if (type == "DOUBLE" || type == "FLOAT") return n + ".5";
    return type == "DECIMAL(38,19)" ? n + "." + std::to_string(1'000'000'000'000'000'000 + random_()) : n;
  }

  static std::string Quoted(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
  }

  // nlohmann is the other parser.
  static void Judge(Written& value) {
    const Json parsed = Json::parse(value.token, nullptr, false);
    value.valid = !parsed.is_discarded();
    if (!value.valid && value.token == "1e309") value.valid = true;  // valid by the grammar; nlohmann takes doubles only
    value.text = value.token;
    if (!value.valid) return;
    if (parsed.is_string()) value.text = parsed.get<std::string>();
    if (parsed.is_structured()) value.text = Dump(parsed);
    value.missing = parsed.is_null() || (parsed.is_string() && parsed.get<std::string>().empty());
  }

  std::mt19937 random_{42};
};

TEST_P(AnyJson, IsQuarantinedWhereNoValueIsAndElseTheValueThatCsvHas) {
  const auto type = *formats::ParseColumnType(GetParam());
  const bool is_text = type.type == formats::ValueType::Varchar;
  std::string json;
  std::string csv = "n,v\n";
  std::set<std::int64_t> expected;
  for (int i = 1; i <= kTexts; ++i) {
    const Written value = Value(i % 2 == 0);
    json += "{\"n\":" + std::to_string(i) + ",\"v\":" + value.token + "}\n";
    const bool null = value.missing && !(is_text && value.token == "\"\"");
    if (!value.valid || (!null && formats::MisfitOf(value.text, type) != formats::Misfit::None)) {
      expected.insert(i);
      continue;
    }
    csv += std::to_string(i) + "," + (null ? "" : Quoted(value.text)) + "\n";
  }
  const std::vector<api::Column> columns{Required("n", "INTEGER"), Optional("v", GetParam())};
  EXPECT_EQ(Read(json, columns), kTexts);
  std::set<std::int64_t> lines;
  for (const RejectedRow& row : rejected_) lines.insert(row.line);
  EXPECT_EQ(lines, expected);
  const std::vector<std::string> rows = Cells(columns, "n");
  ASSERT_TRUE(Decode(Put("in.csv", csv), api::CsvFormat{}, columns).ok());
  EXPECT_THAT(rejected_, IsEmpty());
  EXPECT_EQ(rows.size(), kTexts - expected.size());
  EXPECT_EQ(Cells(columns, "n"), rows);
}

TEST_P(AnyJson, WhatInitDeclaresQuarantinesWhatDoesNotFitAndNothingElse) {
  std::string json;
  std::vector<Written> values;
  for (int i = 0; i < kTexts; ++i) {
    values.push_back(Value(random_() % 40 != 0));
    json += "{\"v\": " + values.back().token + "}\n";
  }
  const InputFile file = Put("in.json", json);
  const auto sniffed = engine_->Sniff(file);
  ASSERT_TRUE(sniffed.ok()) << sniffed.error().message;
  ASSERT_EQ(sniffed->columns.size(), 1U);
  const auto type = *formats::ParseColumnType(sniffed->columns[0].type);
  const bool is_text = type.type == formats::ValueType::Varchar;
  EXPECT_EQ(is_text, std::string(GetParam()) == "VARCHAR") << "declared " << sniffed->columns[0].type;
  std::set<std::int64_t> expected;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!values[i].valid || (!values[i].missing && formats::MisfitOf(values[i].text, type) != formats::Misfit::None))
      expected.insert(static_cast<std::int64_t>(i) + 1);
  ASSERT_TRUE(Decode(file, sniffed->format, sniffed->columns).ok());
  std::set<std::int64_t> lines;
  for (const RejectedRow& row : rejected_) lines.insert(row.line);
  EXPECT_EQ(lines, expected);
  EXPECT_GT(expected.size(), 10U);
}

INSTANTIATE_TEST_SUITE_P(Types, AnyJson,
                         testing::Values("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(10,2)", "DECIMAL(38,19)", "DATE",
                                         "TIMESTAMP", "VARCHAR"));

}  // namespace
}  // namespace weir::engine
