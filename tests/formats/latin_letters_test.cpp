// Names of columns and objects from titles that are not ASCII.
#include "runner/formats/columns/latin_letters.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "runner/formats/columns/sql_names.h"
#include "runner/formats/encoding/utf8.h"

namespace weir::formats {
namespace {

TEST(LatinLetters, LoseTheirMarksInAnyLanguage) {
  const std::pair<const char*, const char*> titles[] = {{"Straße", "Strasse"}, {"Größe", "Grosse"},    {"Köln", "Koln"},  {"Łódź", "lodz"},
                                                        {"Ærø", "aero"},       {"Œuvre", "oeuvre"},    {"Þór", "thor"},   {"İstanbul", "istanbul"},
                                                        {"ığdır", "igdir"},    {"Đà Nẵng", "da Nang"}, {"Nº", "No"},      {"Ko\xCC\x88ln", "Koln"},
                                                        {"ĳs", "ijs"},         {"naïve", "naive"},     {"GROẞ", "GROss"}, {"Žižkov", "zizkov"},
                                                        {"Ștefan", "stefan"},  {"Ñandú", "nandu"},     {"café", "cafe"},  {"Å", "a"},
                                                        {"ürün", "urun"}};
  for (const auto& [title, plain] : titles) EXPECT_EQ(PlainLatin(title), plain) << title;
}

TEST(LatinLetters, LeaveEverythingElseByteByByte) {
  for (const std::string text : {"plain text_1", "цена", "価格", "a×b", "€", "\xE4 broken \xFF", "1\xCC\x88", ""}) EXPECT_EQ(PlainLatin(text), text);
}

TEST(LatinLetters, EachLetterOfTheTableBecomesSmallLetters) {
  int letters = 0;
  for (char32_t code = 0xC0; code < 0x1F00; ++code) {
    std::string text;
    AppendUtf8(text, code);
    const std::string plain = PlainLatin(text);
    if (plain == text) continue;
    ++letters;
    EXPECT_TRUE(!plain.empty() && plain.size() <= 2 && plain.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos) << text << " " << plain;
    EXPECT_EQ(PlainLatin(plain), plain);
  }
  EXPECT_GT(letters, 500);
}

TEST(LatinLetters, NamesOfOneFileStayApart) {
  EXPECT_EQ(SqlNames({"Größe", "Grosse", "GRÖSSE", "Straße", "価格", "цена"}),
            (std::vector<std::string>{"grosse", "grosse_2", "grosse_3", "strasse", "c_", "c__2"}));
  std::mt19937 random(7);
  const std::vector<std::string> parts{"o", "ö", "ø", "Ö", "o\xCC\x88", "_", "2", " ", "ß", "ss", "\xFF", "ц"};
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> titles(12);
    for (std::string& title : titles)
      for (int i = 0; i < 3; ++i) title += parts[random() % parts.size()];
    const auto names = SqlNames(titles);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), titles.size());
    for (const std::string& name : names) EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos) << name;
    EXPECT_EQ(SqlNames(titles), names);
  }
}

// A table of so many titles is refused later; to name them must not take minutes before.
TEST(SqlNames, HaveOneUnderscoreWhereATitleHasOneBesideOtherSigns) {
  EXPECT_EQ(SqlNames({"Amount (EUR)_2", "a -_ b", "utm__source", "_id", "(x)"}), (std::vector<std::string>{"amount_eur_2", "a_b", "utm__source", "_id", "x"}));
}

TEST(SqlNames, OfManyTitlesOfOneNameAreDifferent) {
  const std::vector<std::string> names = SqlNames(std::vector<std::string>(200'000, "価格"));
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

}  // namespace
}  // namespace weir::formats
