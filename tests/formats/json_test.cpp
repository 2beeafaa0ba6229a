#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "crds/base/json.h"
#include "runner/formats/json/json_record.h"

namespace weir::formats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Gives its bytes in pieces.
class Pieces final : public ByteSource {
 public:
  Pieces(std::string bytes, std::size_t piece) : bytes_(std::move(bytes)), piece_(piece) {}
  Result<std::size_t> Read(char* out, std::size_t n) override {
    const std::size_t some = std::min({n, piece_, bytes_.size() - at_});
    std::copy_n(bytes_.data() + at_, some, out);
    at_ += some;
    return some;
  }

 private:
  std::string bytes_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

constexpr const char* kKinds[] = {"missing", "null", "boolean", "number", "string", "nested"};

std::string Shown(const JsonRecord& record, JsonRecordReader& reader) {
  std::string text = std::to_string(record.line) + ":";
  const JsonProblem problem = record.problem != JsonProblem::None ? record.problem : reader.Read(record.text);
  if (problem != JsonProblem::None)
    return text + " " + (reader.Culprit().empty() || record.problem != JsonProblem::None ? "" : reader.Culprit() + " ") + Explain(problem) + " <" +
           std::string(record.text) + ">";
  for (const auto& field : reader.Fields())
    text += " " + field.name + "=" + kKinds[static_cast<std::size_t>(field.value.kind)] + " " + std::string(field.value.text);
  return text;
}

std::vector<std::string> Read(const std::string& bytes, std::size_t piece = 1 << 20, std::size_t block_bytes = 1 << 20) {
  Pieces source(bytes, piece);
  JsonBlocks blocks(source, block_bytes);
  JsonBlock block;
  JsonRecordReader reader;
  std::vector<std::string> records;
  while (true) {
    const auto more = blocks.Next(block);
    EXPECT_TRUE(more.ok());
    if (!more.ok() || !*more) return records;
    for (const JsonRecord& record : block.records) records.push_back(Shown(record, reader));
  }
}

TEST(JsonRecords, AreObjectsHoweverTheyAreLaidOut) {
  EXPECT_THAT(Read("{\"id\":1}\n\n  {\"id\":2}\r\n{\"id\":3}{\"id\":4} {\"id\":5}"),
              ElementsAre("1: id=number 1", "3: id=number 2", "4: id=number 3", "4: id=number 4", "4: id=number 5"));
  EXPECT_THAT(Read("{\n  \"id\": 1,\n  \"name\": \"a\"\n}\n{\n  \"id\": 2,\n  \"name\": \"b\"\n}\n"),
              ElementsAre("1: id=number 1 name=string a", "5: id=number 2 name=string b"));
  EXPECT_THAT(Read("[{\"id\":1},{\"id\":2}]"), ElementsAre("1: id=number 1", "1: id=number 2"));
  EXPECT_THAT(Read("[{\"id\":1},\n {\"id\":2}\n]\n[ {\"id\":3} ]"), ElementsAre("1: id=number 1", "2: id=number 2", "4: id=number 3"));
  for (const char* nothing : {"", "\n \n", "[]", " [\n] "}) EXPECT_THAT(Read(nothing), IsEmpty()) << nothing;
}

TEST(JsonRecords, StartOnPhysicalLinesAlsoInArrays) {
  EXPECT_THAT(
      Read("[\n  {\n    \"id\": 1,\n    \"n\": 5\n  },\n  {\n    \"id\": 2,\n    \"n\": \"five\"\n  },\n  null,\n  {\n    \"id\": 3,\n    \"n\": 7\n  }\n]\n"),
      ElementsAre("2: id=number 1 n=number 5", "6: id=number 2 n=string five", "10: not a JSON object <null>", "11: id=number 3 n=number 7"));
  EXPECT_THAT(Read("{\"a\":1}\r\r{\"a\":2}\rx\r"), ElementsAre("1: a=number 1", "3: a=number 2", "4: not a JSON object <x>")) << "a file of CR alone";
}

TEST(JsonRecords, StrayLinesCostNoOtherRecord) {
  EXPECT_THAT(Read("{\"id\":1}\n[]\nnull\n[1, 2]\nnot json\n{\"id\":2},\n{\"id\":3}}\n{\"id\":4}\n"),
              ElementsAre("1: id=number 1", "2: not a JSON object <[]>", "3: not a JSON object <null>", "4: not a JSON object <[1, 2]>",
                          "5: not a JSON object <not json>", "6: is not valid JSON: other text follows the object on its line <{\"id\":2},>",
                          "7: is not valid JSON: other text follows the object on its line <{\"id\":3}}>", "8: id=number 4"));
  EXPECT_THAT(Read("[]\n{\"id\":1}\n"), ElementsAre("1: not a JSON object <[]>", "2: id=number 1")) << "as the first line, too";
  EXPECT_THAT(Read("[\"id\",\"n\"]\n{\"id\":1}\n"), ElementsAre("1: not a JSON object <[\"id\",\"n\"]>", "2: id=number 1"));
}

TEST(JsonRecords, GoOnBehindABrokenOne) {
  EXPECT_THAT(Read("{\"id\":1,\n{\"id\":2}\n{\"id\":3,\"u\":\n{\"id\":4}\n{\"t\":\"open\n{\"id\":5}\n"),
              ElementsAre("1: is not valid JSON <{\"id\":1,>", "2: id=number 2", "3: is not valid JSON <{\"id\":3,\"u\":>", "4: id=number 4",
                          "5: is not valid JSON <{\"t\":\"open>", "6: id=number 5"));
  EXPECT_THAT(Read("{\n  \"id\" 1\n}\n{\n  \"id\": 2\n}\n"), ElementsAre("1: is not valid JSON <{\n  \"id\" 1\n}>", "4: id=number 2"));
  EXPECT_THAT(Read("{\n\"a\" 1,\n\"u\": [\n{\n\"x\": 1\n},\n{\n\"x\": 2\n}]\n}\n{\n\"a\": 2\n}\n"),
              ElementsAre("1: is not valid JSON <{\n\"a\" 1,\n\"u\": [\n{\n\"x\": 1\n},\n{\n\"x\": 2\n}]\n}>", "11: a=number 2"))
      << "an object inside of a broken one is no record, even if nothing is indented";
  EXPECT_THAT(Read("[{\"id\":},{\"id\":[1,}},{\"id\":3}]"),
              ElementsAre("1: is not valid JSON <{\"id\":}>", "1: is not valid JSON <{\"id\":[1,}}>", "1: id=number 3"));
  EXPECT_THAT(Read("[\n{\"id\":[},\n{\"id\":2}\n]"), ElementsAre("2: is not valid JSON <{\"id\":[},>", "3: id=number 2"));
  EXPECT_THAT(Read("[\n  {\n    \"t\":\"open,\n    \"u\":{\"id\":7}\n  },\n  {\n    \"id\":2\n  }\n]"),
              ElementsAre("2: is not valid JSON <{\n    \"t\":\"open,\n    \"u\":{\"id\":7}\n  }>", "6: id=number 2"));
  EXPECT_THAT(Read("[{\"id\":1},,{\"id\":2} {\"id\":3}]"), ElementsAre("1: id=number 1", "1: not a JSON object <,>", "1: id=number 2",
                                                                       "1: is not valid JSON: no comma separates it from the element before <{\"id\":3}>"));
}

TEST(JsonRecords, ACommaBehindTheLastElementIsOneRecord) {
  EXPECT_THAT(Read("[{\"id\":1},\n]\n{\"id\":2}"),
              ElementsAre("1: id=number 1", "2: is not valid JSON: an element is missing between the comma and the end of the array <]>", "3: id=number 2"));
}

TEST(JsonRecords, KeysOfManyRecordsAreForgottenByTheirBytes) {
  JsonRecordReader reader({"id"});
  const std::string key(1 << 20, 'k');
  for (int i = 0; i < 64; ++i) {
    std::string record = "{\"id\":1,\"" + key + std::to_string(i) + "\":2,\"" + key + std::to_string(i) + "\":3}";
    const std::size_t bytes = record.size();
    record.append(kJsonPadding, '\0');
    EXPECT_EQ(reader.Read(std::string_view(record).substr(0, bytes)), JsonProblem::DuplicateKey) << i;
  }
}

TEST(LineEnds, AreCompletedByFewBytesHoweverManyCrsFollow) {
  for (const auto& [rest, text] : {std::pair("\nb", "a\r\n"), std::pair("b", "a\rb"), std::pair("", "a\r")}) {
    Pieces source(rest, 1 << 20);
    std::string read = "a\r";
    bool ended = false;
    ASSERT_TRUE(CompleteLineEnd(source, read, ended).ok());
    EXPECT_EQ(read, text);
  }
  Pieces endless(std::string(1 << 20, '\r'), 1 << 20);
  std::string read = "a\r";
  bool ended = false;
  ASSERT_TRUE(CompleteLineEnd(endless, read, ended).ok());
  EXPECT_EQ(read.size(), 2 + kMostCrs);
}

TEST(JsonRecords, ABrokenEndIsOneRecord) {
  EXPECT_THAT(Read("[{\"id\":1},{\"id\""), ElementsAre("1: id=number 1", "1: is not valid JSON: it breaks off <{\"id\">"));
  EXPECT_THAT(Read("[{\"id\":1},\n"), ElementsAre("1: id=number 1", "2: the array is not closed; the file may be cut short <>"));
  EXPECT_THAT(Read("{\"id\":1}\n{\"id\""), ElementsAre("1: id=number 1", "2: is not valid JSON: it breaks off <{\"id\">"));
}

TEST(JsonRecords, AreStrictJson) {
  for (const char* broken : {"NaN",
                             "01",
                             "1.",
                             "-",
                             "+1",
                             ".5",
                             "1e",
                             "tru",
                             "True",
                             "nul",
                             "Infinity",
                             "0x1F",
                             "'a'",
                             "\"\\q\"",
                             "\"\\ud83d\"",
                             "\"\\udc00\"",
                             "\"\\udc00\\ud83d\"",
                             "\"\\u12\"",
                             "\"\\u0000\"",
                             "\"\x01\"",
                             "\"\xff\"",
                             "\"\xed\xa0\x80\"",
                             "[1,]",
                             "{\"a\":NaN}",
                             "[nul]",
                             "{\"\\q\":1}",
                             "[\"\\udc00\"]"}) {
    const std::vector<std::string> records = Read("{\"v\":" + std::string(broken) + "}\n{\"v\":1}\n");
    ASSERT_EQ(records.size(), 2U) << broken;
    EXPECT_THAT(records[0], testing::ContainsRegex("^1: (v )?(is not|has|not)")) << broken;
    EXPECT_EQ(records[1], "2: v=number 1");
  }
  EXPECT_THAT(Read("{\"v\":\"\\ud83d\\ude00 \\\"\\n\\u00e9\"}"), ElementsAre("1: v=string \U0001F600 \"\n\u00e9"));
  EXPECT_THAT(Read("{\"v\":-0.10e+5,\"w\":123456789012345678901234567890}"), ElementsAre("1: v=number -0.10e+5 w=number 123456789012345678901234567890"));
}

TEST(JsonRecords, AKeyTwiceIsRefusedHoweverItIsWritten) {
  EXPECT_THAT(Read("{\"a\":1,\"b\":2,\"\\u0061\":3}\n{\"a\":1}\n{\"n\":{\"x\":1,\"x\":2}}"),
              ElementsAre("1: a has a key twice <{\"a\":1,\"b\":2,\"\\u0061\":3}>", "2: a=number 1", "3: n=nested {\"x\":1,\"x\":2}"));
}

TEST(JsonRecords, NestedValuesKeepTheirDigitsAndLoseTheirBlanks) {
  EXPECT_THAT(Read("{\"a\": {\"b\": [1.10, 2E5 ,{\"c\" : \"x  y\\\" {\"}]} ,\"d\": [ ] }"),
              ElementsAre("1: a=nested {\"b\":[1.10,2E5,{\"c\":\"x  y\\\" {\"}]} d=nested []"));
}

TEST(JsonRecords, HaveLimits) {
  const std::string deep(kDeepestJson - 1, '[');
  const std::string closed(kDeepestJson - 1, ']');
  EXPECT_THAT(Read("{\"a\":" + deep + closed + "}").size(), 1U);
  EXPECT_THAT(Read("{\"a\":[" + deep + closed + "]}\n{\"a\":2}"),
              ElementsAre("1: is nested deeper than 128 levels <{\"a\":[" + deep + closed + "]}>", "2: a=number 2"));
  const std::string long_text(17'000'000, 'x');
  for (const auto& [file, last] : std::vector<std::pair<std::string, std::string>>{{"{\"a\":\"" + long_text + "\"}\n{\"a\":2}\n", "2: a=number 2"},
                                                                                   {"[{\"a\":\"\\" + long_text + "\"},\n{\"a\":2}]", "2: a=number 2"},
                                                                                   {long_text + "\n{\"a\":2}", "2: a=number 2"},
                                                                                   {"{\n  \"a\":\"" + long_text + "\"\n}\n{\"a\":2}", "4: a=number 2"}}) {
    const auto records = Read(file, 1 << 16);
    ASSERT_EQ(records.size(), 2U) << file.substr(0, 20);
    EXPECT_THAT(records[0], testing::StartsWith("1: is longer than 16 MB <" + file.substr(file.find_first_not_of('['), 10)));
    EXPECT_LT(records[0].size(), 17'000U);
    EXPECT_EQ(records[1], last);
  }
}

// Texts of records, broken in many ways, and laid out in many.
std::string RandomText(std::mt19937& random) {
  const std::vector<std::string> values{"1",           "-2.50",   "\"a\"", "\"x\\\"y\"", "null", "true", "[1, 2]", "{\"k\": [ {\"z\":1} ]}",
                                        "\"\\u00e9\"", "\"{},\"", "[]"};
  const std::vector<std::string> faults{"{", "}", "[", "]", ",", ":", "\"", "\\", "\n", "x", "\xff", "\t", "\r\n"};
  const bool pretty = random() % 2 == 0;
  const bool array = random() % 2 == 0;
  std::string text = array ? "[" + std::string(random() % 2, '\n') : "";
  for (unsigned records = 1 + random() % 6; records > 0; --records) {
    text += pretty ? "{\n" : "{";
    for (unsigned fields = 1 + random() % 3, i = 0; i < fields; ++i)
      text += std::string(pretty ? "  \"k" : "\"k") + std::to_string(i) + "\":" + values[random() % values.size()] + (i + 1 < fields ? "," : "") +
              (pretty ? "\n" : "");
    text += array && records > 1 ? "},\n" : "}\n";
  }
  if (array) text += "]";
  for (unsigned broken = random() % 4; broken > 0; --broken) {
    const std::size_t at = random() % (text.size() + 1);
    text.replace(at, at < text.size() ? random() % 2 : 0, faults[random() % faults.size()]);
  }
  return text;
}

TEST(JsonRecords, AreTheSameHoweverTheBytesArrive) {
  std::mt19937 random(5);
  for (int i = 0; i < 500; ++i) {
    const std::string text = RandomText(random);
    const auto whole = Read(text);
    EXPECT_EQ(Read(text, 1, 1), whole) << text;
    EXPECT_EQ(Read(text, 7, 16), whole) << text;
  }
}

// Each byte that is no space is in exactly one record, or holds an array together.
TEST(JsonRecords, LoseNoByte) {
  std::mt19937 random(6);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = RandomText(random);
    Pieces source(text, 64);
    JsonBlocks blocks(source, 64);
    JsonBlock block;
    std::size_t at = 0;
    const auto between = [&](std::size_t end) {
      for (; at < end; ++at) EXPECT_TRUE(IsJsonSpace(text[at]) || std::string_view("[],").find(text[at]) != std::string_view::npos) << at << " of\n" << text;
    };
    while (*blocks.Next(block))
      for (const JsonRecord& record : block.records) {
        if (record.text.find_first_not_of("[],") == std::string_view::npos) continue;  // found anywhere
        const std::size_t found = text.find(record.text, at);
        ASSERT_NE(found, std::string::npos) << record.text << "\nof\n" << text;
        between(found);
        EXPECT_EQ(record.line, 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(found), '\n')) << record.text << "\nof\n" << text;
        at = found + record.text.size();
      }
    between(text.size());
  }
}

// nlohmann's parser is the second opinion of what one line is.
TEST(JsonRecords, AreWhatAnotherParserTakes) {
  std::mt19937 random(7);
  const std::vector<std::string> parts{"{",  "}",  "[",    "]",   ",",    ":", "\"a\"",       "\"b\"",       "1",  "-1.5",
                                       "01", "1.", "true", "nul", "null", " ", "\"\\u00e9\"", "\"\\ud83d\"", "\"", "\\"};
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string line = "{\"a\":";
    for (unsigned n = 1 + random() % 6; n > 0; --n) line += parts[random() % parts.size()];
    line += "}";
    const auto records = Read(line);
    const bool good = records.size() == 1 && records[0].find('<') == std::string::npos;
    const Json other = Json::parse(line, nullptr, false);
    const bool twice = records.size() == 1 && records[0].find("twice") != std::string::npos;
    EXPECT_EQ(good || twice, other.is_object()) << line;
    taken += good ? 1 : 0;
  }
  EXPECT_GT(taken, 300);
}

}  // namespace
}  // namespace weir::formats
