// Which encoding `weir init` proposes, and what it says about the bytes that are not UTF-8.
#include "runner/formats/encoding/encoding_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "runner/formats/encoding/utf8.h"

namespace weir::formats {
namespace {

using api::Encoding;
using testing::AllOf;
using testing::HasSubstr;

EncodingEvidence Judged(const std::string& text, std::size_t piece = 1 << 16) {
  EncodingEvidence evidence;
  for (std::size_t at = 0; at < text.size(); at += piece) evidence.Add(std::string_view(text).substr(at, piece));
  evidence.Finish();
  return evidence;
}

Encoding Guessed(const std::string& text) { return Judged(text).Verdict(); }

std::string Lines(int count, const std::string& line) {
  std::string text = "id,name,amount\n";
  for (int i = 0; i < count; ++i) text += std::to_string(i) + "," + line + "," + std::to_string(i) + ".5\n";
  return text;
}

TEST(EncodingEvidence, OneBrokenByteMakesNoOtherEncoding) {
  const std::string text = Lines(1500, "Muller") + "7,na\xEFme,1.5\n" + Lines(1500, "Schmidt");
  const EncodingEvidence evidence = Judged(text);
  EXPECT_EQ(evidence.Verdict(), Encoding::Utf8);
  EXPECT_EQ(evidence.Line(), 1502);
  EXPECT_THAT(evidence.Note(), AllOf(HasSubstr("UTF-8 but for 1 byte in 1 of 3,003 lines, first in line 1502: 'na\\xEFme'"),
                                     HasSubstr("rows with such bytes will be quarantined"), HasSubstr("'na\xC3\xAFme', declare encoding: Windows-1252")));
  EXPECT_EQ(Guessed("id,name\n1,caf\xC3\xA9\n2,\xC3\xBC\xFF\n"), Encoding::Utf8);
  EXPECT_EQ(Judged(Lines(10, "caf\xC3\xA9")).Note(), "");
}

TEST(EncodingEvidence, AMarkDecidesAlsoWhatIsSaid) {
  const std::string text = "\xEF\xBB\xBF" + Lines(40, "caf\xE9");
  const auto found = FindEncoding(std::make_unique<PrefixedSource>(text), "a.csv");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->encoding, Encoding::Utf8);
  EXPECT_THAT(found->note, AllOf(HasSubstr("the file is UTF-8 but for 40 bytes"), HasSubstr("will be quarantined")));
}

TEST(EncodingEvidence, LettersInManyLinesAreWindows1252) {
  const EncodingEvidence evidence = Judged(Lines(50, "plain") + Lines(3, "caf\xE9"));
  EXPECT_EQ(evidence.Verdict(), Encoding::Windows1252);
  EXPECT_THAT(evidence.Note(), AllOf(HasSubstr("3 bytes in 3 of 55 lines, first in line 53: 'caf\\xE9', which reads 'caf\xC3\xA9'"),
                                     HasSubstr("declared encoding: Windows-1252")));
  EXPECT_EQ(Guessed("id,name\n1,caf\xE9\n"), Encoding::Windows1252) << "half of a short file";
  EXPECT_EQ(Guessed(Lines(100'000, "plain") + Lines(1000, "M\xFCller")), Encoding::Windows1252) << "far behind the first lines";
  EXPECT_EQ(Guessed(Lines(40, "5 \x80 \x96 \x93quoted\x94")), Encoding::Windows1252) << "signs only";
}

TEST(EncodingEvidence, OtherBytesInManyLinesAreNoWesternText) {
  EXPECT_EQ(Guessed(Lines(40, "\xCF\xF0\xE8\xE2\xE5\xF2")), Encoding::Utf8) << "Cyrillic of Windows-1251";
  EXPECT_EQ(Guessed(Lines(40, "a\x81\x8D\xFF")), Encoding::Utf8) << "bytes that Windows-1252 does not have, or no text has";
  EXPECT_EQ(Guessed(Lines(40,
                          "12\xB9\xE9"
                          "34")),
            Encoding::Utf8)
      << "inside of numbers";
}

TEST(EncodingEvidence, CountsLinesOfEveryLineEnd) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    std::string text;
    for (int i = 0; i < 30; ++i) text += "abc" + end;
    EXPECT_EQ(Judged(text + "x\xFFy" + end).Line(), 31) << end.size();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{5}})
      EXPECT_EQ(Judged(text + "x\xFFy" + end, piece).Note(), Judged(text + "x\xFFy" + end).Note());
  }
}

// A random word in UTF-8, of letters with accents in one of three.
std::string Word(std::mt19937& random, bool accents) {
  std::string word;
  const std::size_t length = 3 + random() % 8;
  for (std::size_t i = 0; i < length; ++i) {
    if (accents && i > 0 && random() % 3 == 0)
      AppendUtf8(word, U"éèüöäñçåøßí"[random() % 11]);
    else
      word += static_cast<char>('a' + random() % 26);
  }
  return word;
}

std::string Latin(const std::string& utf8) {
  std::string latin;
  for (std::size_t i = 0; i < utf8.size(); i += Utf8Length(std::string_view(utf8).substr(i)))
    latin += Utf8Length(std::string_view(utf8).substr(i)) == 1 ? utf8[i] : static_cast<char>((utf8[i] << 6U) | (utf8[i + 1] & 0x3F));
  return latin;
}

// Random texts: those of UTF-8 with a few bytes broken stay UTF-8 and the first one is named; those of Latin-1 do not.
TEST(EncodingEvidence, HoldsForRandomTexts) {
  std::mt19937 random(11);
  for (int round = 0; round < 150; ++round) {
    const bool accents = round % 2 == 0;
    const std::size_t lines = 1000 + random() % 1000;
    std::vector<std::string> text;
    for (std::size_t i = 0; i < lines; ++i) text.push_back(std::to_string(random() % 100'000) + "," + Word(random, accents) + "," + Word(random, false) + "\n");
    std::string whole, latin;
    for (const std::string& line : text) whole += line, latin += Latin(line);
    EXPECT_EQ(Judged(whole).Note(), "");
    EXPECT_EQ(Guessed(latin), accents ? Encoding::Windows1252 : Encoding::Utf8) << round;
    std::size_t first = lines;
    for (std::size_t broken = 1 + random() % (lines / 250); broken > 0; --broken) {
      const std::size_t line = random() % lines;
      std::string& of = text[line];
      of.insert(of.find(',') + 1, 1, static_cast<char>(0x80 + random() % 0x40));  // a continuation byte that continues nothing
      first = std::min(first, line);
    }
    whole.clear();
    for (const std::string& line : text) whole += line;
    const EncodingEvidence evidence = Judged(whole, 1 + random() % 5000);
    EXPECT_EQ(evidence.Verdict(), Encoding::Utf8) << round;
    EXPECT_EQ(evidence.Line(), static_cast<std::int64_t>(first + 1));
    EXPECT_THAT(evidence.Note(), HasSubstr("line " + std::to_string(first + 1) + ": '\\x"));
  }
}

}  // namespace
}  // namespace weir::formats
