#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "runner/formats/csv/csv_blocks.h"
#include "runner/formats/csv/csv_inference.h"
#include "runner/formats/encoding/gunzip.h"
#include "runner/formats/encoding/utf8.h"
#include "tests/gzip.h"

namespace weir::formats {
namespace {

using api::Encoding;
using test::Gzip;
using testing::ElementsAre;
using testing::HasSubstr;

Result<std::string> TextOf(const std::string& bytes, const std::string& name = "in.csv", std::optional<Encoding> declared = {}) {
  auto opened = OpenText(std::make_unique<PrefixedSource>(bytes), name, declared, Undeclared::Refuse);
  if (!opened.ok()) return opened.error();
  return ReadPrefix(*opened->text, 100 << 20);
}

TEST(Gunzip, ReadsEveryMemberAndPadding) {
  const std::string long_text(3'000'000, 'x');
  EXPECT_EQ(*TextOf(Gzip("a,b\n") + Gzip("") + Gzip(long_text) + std::string(512, '\0')), "a,b\n" + long_text);
  EXPECT_EQ(*TextOf("a,b\n", "in.csv.gz"), "a,b\n") << "the bytes count, not the name";
}

TEST(Gunzip, RefusesWhatIsCutOrDamagedAnywhere) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(i * 7919) + ",text\n";
  const std::string whole = Gzip(text);
  for (std::size_t length = 1; length < whole.size(); length += 97) {
    const auto cut = TextOf(whole.substr(0, length), "in.csv.gz");
    ASSERT_FALSE(cut.ok()) << length;
    EXPECT_EQ(cut.error().reason, "FileUnreadable");
  }
  for (std::size_t at = 0; at < whole.size(); at += at < 20 ? 1 : 101) {
    if (at >= 4 && at <= 9) continue;  // time, flags of the packer and system: not of the text
    std::string rotten = whole;
    rotten[at] = static_cast<char>(rotten[at] ^ 0x41);
    const auto read = TextOf(rotten, "in.csv.gz");
    EXPECT_FALSE(read.ok()) << at;
  }
  EXPECT_FALSE(TextOf(whole + "rest").ok());
}

TEST(Encodings, BecomeUtf8) {
  EXPECT_EQ(*TextOf(std::string("\xFF\xFE"
                                "i\0d\0\n\0\x3D\xD8\x00\xDE",
                                12)),
            "id\n\xF0\x9F\x98\x80");
  EXPECT_EQ(*TextOf(std::string("\xFE\xFF\0i\0\xE9", 6)), "i\xC3\xA9");
  EXPECT_EQ(*TextOf("\xEF\xBB\xBFid"), "id");
  EXPECT_EQ(*TextOf("caf\xE9 \x80 \x81", "in.csv", Encoding::Windows1252), "caf\xC3\xA9 \xE2\x82\xAC \xFF\x88\x81");
  EXPECT_EQ(*TextOf("caf\xE9 \x80", "in.csv", Encoding::Latin1), "caf\xC3\xA9 \xC2\x80");
  EXPECT_EQ(*TextOf(std::string("i\0\x00\xD8x\0y", 7), "in.csv", Encoding::Utf16Le), "i\xFF\x80\x80\xFF\x8D\x88x\xFF\x87\x89") << "half a pair, half a unit";
  const auto wide = TextOf(std::string("i\0d\0,\0x\0\n\0", 10));
  ASSERT_FALSE(wide.ok());
  EXPECT_THAT(wide.error().message, HasSubstr("declare encoding: UTF-16LE"));
  const auto other = TextOf("\xEF\xBB\xBFid", "in.csv", Encoding::Latin1);
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(other.error().message, HasSubstr("declare encoding: UTF-8"));
}

// What the encoding does not have is shown as the bytes that are there.
TEST(Encodings, ShowTheBytesThatAreNoText) {
  const auto shown = [](const std::string& bytes, Encoding encoding) { return Legible(*TextOf(bytes, "in.csv", encoding), 100, Undecoded::Marked); };
  EXPECT_EQ(shown(std::string("a\0\x3D\xD8\x31\0\x31", 7), Encoding::Utf16Le), "a\\x3D\\xD81\\x31") << "half a pair, half a unit";
  EXPECT_EQ(shown(std::string("\0a\xD8\x0A\0b", 6), Encoding::Utf16Be), "a\\xD8\\x0Ab") << "no byte of half a pair ends a line";
  EXPECT_EQ(shown(std::string("\x2C\xD8", 2), Encoding::Utf16Le), "\\x2C\\xD8") << "nor a value, nor at the end";
  EXPECT_EQ(shown(std::string("\x01\xDC\x02\xD8\x03\xD8", 6), Encoding::Utf16Le), "\\x01\\xDC\\x02\\xD8\\x03\\xD8");
  EXPECT_EQ(shown("a\x81\x9D", Encoding::Windows1252), "a\\x81\\x9D");
  EXPECT_EQ(Legible("a\xFF\x81\x82", 100), "a\\xFF\\x81\\x82") << "of UTF-8 every byte is its own";
  EXPECT_EQ(Legible("a\xFF\x81", 100, Undecoded::Marked), "a\\xFF\\x81") << "cut";
}

TEST(Gunzip, RefusesGzipWithinGzip) {
  const auto twice = TextOf(Gzip(Gzip("id,v\n1,x\n")), "in.csv.gz");
  ASSERT_FALSE(twice.ok());
  EXPECT_THAT(twice.error().message, HasSubstr("it is gzip within gzip"));
}

// "line:a|b", or "line!" for a broken record.
std::vector<std::string> RecordsOf(const std::string& text, std::size_t columns, std::size_t block_bytes, CsvDialect dialect = {}) {
  PrefixedSource source(text);
  CsvBlocks blocks(source, dialect, block_bytes);
  RecordSpan span;
  std::string first;
  EXPECT_TRUE(blocks.Begin(false, span, first).ok());
  blocks.Expect(columns);
  std::vector<std::string> records;
  CsvBlock block;
  CsvValues values;
  while (*blocks.Next(block)) {
    CsvBlockRecords reader(block, dialect, blocks.Ends(), columns);
    for (CsvBlockRecords::Record record; reader.Next(record);) {
      std::string& shown = records.emplace_back(std::to_string(record.line) + (record.problem == RecordProblem::None ? ":" : "!"));
      if (record.problem == RecordProblem::None)
        for (const CsvValue& value : values.Split(record.text, dialect.delimiter)) shown += std::string(value.text) + "|";
    }
  }
  return records;
}

TEST(CsvRecords, EndWithEveryLineEnd) {
  EXPECT_THAT(RecordsOf("id,name\r1,a\r2,b\r", 2, 1 << 20), ElementsAre("1:id|name|", "2:1|a|", "3:2|b|"));
  EXPECT_THAT(RecordsOf("id,name\r1,a\n2,b\r\n3,c", 2, 1 << 20), ElementsAre("1:id|name|", "2:1|a|", "3:2|b|", "4:3|c|"));
  EXPECT_THAT(RecordsOf("id,name\n1,a\r\n2,b\r\r\n3,x\ry\n", 2, 1 << 20), ElementsAre("1:id|name|", "2:1|a|", "3:2|b|", "4:3|x\ry|"));
}

TEST(CsvRecords, KeepWhatFollowsABrokenQuote) {
  EXPECT_THAT(RecordsOf("id,name,age\n2,\"A, A\",30\n1,\"J, B,25\n3,\"Bob\",35\n4,\"Jo\",\"45\n5,Kim,50\n", 3, 1 << 20),
              ElementsAre("1:id|name|age|", "2:2|A, A|30|", "3!", "4:3|Bob|35|", "5!", "6:5|Kim|50|"));
  EXPECT_THAT(RecordsOf("a,b\n1,\"x\"y\n2,\"two\nlines, \"\"quoted\"\"\"\n3,5'10\"\n", 2, 1 << 20),
              ElementsAre("1:a|b|", "2!", "3:2|two\nlines, \"quoted\"|", "5:3|5'10\"|"));
}

TEST(CsvRecords, StartAfterSkippedLinesAndPassComments) {
  EXPECT_THAT(RecordsOf("title \"\n\n# c\nid,n\n# \"x\n1,a\n", 2, 1 << 20, {',', "#", 1}), ElementsAre("4:id|n|", "6:1|a|"));
}

// However a text is cut into blocks, it has the same records on the same lines.
TEST(CsvRecords, DoNotDependOnBlocks) {
  std::mt19937 random(7);
  const std::string alphabet = "ab,\"\"\n\r,\n1#";
  for (int round = 0; round < 400; ++round) {
    std::string text;
    const std::size_t length = 1 + random() % 200;
    while (text.size() < length) text += alphabet[random() % alphabet.size()];
    const std::string comment = round % 3 == 0 ? "#" : "";
    const std::size_t columns = 1 + random() % 3;
    const auto whole = RecordsOf(text, columns, 1 << 20, {',', comment, 0});
    for (const std::size_t block : {std::size_t{1}, std::size_t{7}, std::size_t{50}})
      EXPECT_EQ(RecordsOf(text, columns, block, {',', comment, 0}), whole) << text;
  }
}

InferredCsv Infer(const std::vector<std::string>& texts, const std::string& name = "in.csv") {
  CsvInference inference;
  for (const std::string& text : texts) {
    const Status added = inference.Add(std::move(OpenText(std::make_unique<PrefixedSource>(text), name, std::nullopt, Undeclared::GuessUnicode)).value(), name);
    EXPECT_TRUE(added.ok()) << (added.ok() ? "" : added.error().message);
    if (!added.ok()) return {};
  }
  return inference.Declare();
}

InferredCsv Infer(const std::string& text) { return Infer(std::vector<std::string>{text}); }

std::string Columns(const InferredCsv& inferred) {
  std::string text;
  for (const InferredColumn& column : inferred.columns) text += (text.empty() ? "" : " ") + column.title + ":" + column.type;
  return text;
}

TEST(CsvInference, TakesYearsAndDatesForHeaders) {
  EXPECT_EQ(Columns(Infer("country,2019,2020,2021\nDE,1,2,3\nFR,4,5,6\n")), "country:VARCHAR 2019:BIGINT 2020:BIGINT 2021:BIGINT");
  EXPECT_EQ(Columns(Infer("Province,Country,1/22/20,1/23/20\n,Thailand,2,3\n,Japan,2,1\n\"Hubei\",China,444,444\n")),
            "Province:VARCHAR Country:VARCHAR 1/22/20:BIGINT 1/23/20:BIGINT");
  const InferredCsv data = Infer("1,foo,2.5\n2,bar,3.5\n3,baz,4.5\n");
  EXPECT_EQ(data.format.header, false);
  EXPECT_THAT(data.notes, ElementsAre(HasSubstr("looks like data")));
}

TEST(CsvInference, FindsTheTableBehindOtherLines) {
  const InferredCsv preamble = Infer("Monthly returns,,\nSource: office of numbers,,\n\nregion,month,value\nNorth,2024-01,10\nSouth,2024-01,20\n");
  EXPECT_EQ(preamble.format.skipLines, 3);
  EXPECT_EQ(Columns(preamble), "region:VARCHAR month:VARCHAR value:BIGINT");
  const InferredCsv comment = Infer("# exported 2024-05-01\n# by tool X\nid,name\n1,a\n2,b\n");
  EXPECT_EQ(comment.format.comment, "#");
  EXPECT_EQ(Columns(comment), "id:BIGINT name:VARCHAR");
  EXPECT_EQ(Columns(Infer("##meta\n#chrom\tstart\nchr1\t5\nchr2\t6\n")), "#chrom:VARCHAR start:BIGINT");
}

TEST(CsvInference, DeclaresTheWordsForMissingValues) {
  const InferredCsv inferred = Infer("id,dose,when\n1,0.5,2024-01-02\n2,NA,2024-01-03\n3,-,N/A\n4,2,2024-01-05\n");
  EXPECT_EQ(Columns(inferred), "id:BIGINT dose:DOUBLE when:DATE");
  EXPECT_THAT(inferred.format.nullTexts, ElementsAre("-", "N/A", "NA"));
  const InferredCsv codes = Infer("code,n\nNA,1\nDE,2\nFR,3\n");
  EXPECT_THAT(codes.format.nullTexts, testing::IsEmpty());
  EXPECT_THAT(codes.notes, ElementsAre(HasSubstr("'NA' is kept as text")));
}

TEST(CsvInference, KeepsTheDelimiterBesideBadQuotes) {
  EXPECT_EQ(Infer("id,name,age\n2,\"Alice, A\",30\n1,\"John, B,25\n3,\"Bob\",35\n4,\"Jo\",\"45\n5,Kim,50\n6,Lee,51\n").format.delimiter, ",");
  EXPECT_EQ(Infer("a;b\n1,5;2,5\n3,5;4,5\n").format.delimiter, ";");
  EXPECT_EQ(Infer("text\n").columns.size(), 1U);
}

TEST(CsvInference, ChoosesTypesThatHoldEveryDigit) {
  EXPECT_EQ(Columns(Infer("a,b,c,d,e\n1,1,9223372036854775808,007,0.1234567890123456789\n2.5,2,1,8,1.5\n")),
            "a:DOUBLE b:BIGINT c:DECIMAL(38,0) d:VARCHAR e:DECIMAL(38,19)");
  EXPECT_EQ(Columns(Infer("x\n0.30000000000000004\n1\n")), "x:DOUBLE") << "a DOUBLE wrote it";
}

TEST(CsvInference, TakesControlCharactersInAFewValuesForData) {
  EXPECT_EQ(Columns(Infer("id,v\n1,a\x1A"
                          "b\n2,c\n")),
            "id:BIGINT v:VARCHAR");
  EXPECT_EQ(Columns(Infer(std::string("id,v\n1,2\n2,3\0\n3,4\n", 18))), "id:BIGINT v:BIGINT") << "a row with U+0000 is quarantined, and has no say";
  EXPECT_EQ(Columns(Infer(std::string("id,v\n1,\0\0\0\0\n2,3\n3,4\n", 20))), "id:BIGINT v:BIGINT");
}

TEST(CsvInference, RefusesWhatIsNotATable) {
  for (const auto& [name, text] : {std::pair<std::string, std::string>{"README.md", "# Title\n\nSome text, with commas.\nMore\n"},
                                   {"book.csv", "PK\x03\x04zzzz"},
                                   {"zero.csv", std::string(3000, '\0')},
                                   {"records.csv", std::string("ab\0\0cd\n\1\2\3\4\n\5\6,\7\n", 17)},
                                   {"image.csv", std::string("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\b\6\0\0\0", 29)},
                                   {"page.csv", "<!DOCTYPE html>\n<p>"}}) {
    auto opened = OpenText(std::make_unique<PrefixedSource>(text), name, std::nullopt, Undeclared::GuessUnicode);
    ASSERT_TRUE(opened.ok());
    CsvInference inference;
    const Status added = inference.Add(std::move(opened).value(), name);
    ASSERT_FALSE(added.ok()) << name;
    EXPECT_EQ(added.error().reason, "FileUnreadable");
  }
}

}  // namespace
}  // namespace weir::formats
