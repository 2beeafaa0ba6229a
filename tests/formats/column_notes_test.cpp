// What `weir init` says about columns that stay text.
#include "runner/formats/columns/column_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <random>

#include "runner/formats/values/value.h"

namespace weir::formats {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// The type and the note of a column with these values, the first one in line 2.
std::string Told(const std::vector<std::string>& values, const std::string& name = "price") {
  ColumnFacts facts;
  std::int64_t line = 2;
  for (const std::string& value : values) facts.Observe({value, false, false}, {line++, 0});
  return facts.Type() + ": " + TypeNote(facts, name, FileNames());
}

std::vector<std::string> Many(const std::string& value, int count, const std::vector<std::string>& others = {}) {
  std::vector<std::string> values(static_cast<std::size_t>(count), value);
  values.insert(values.end(), others.begin(), others.end());
  return values;
}

TEST(ColumnNotes, NumbersAsPeopleWriteThemAreNamedWithALineAndTheFix) {
  EXPECT_THAT(Told(Many("10,4", 20, {"7", "1.234,56"})),
              AllOf(HasSubstr("VARCHAR: 21 of 22 values are numbers with a decimal comma and separators of thousands, e.g. '10,4' (line 2), so they are text"),
                    HasSubstr("CAST(replace(replace(\"price\", '.', ''), ',', '.') AS DECIMAL(18,6))")));
  EXPECT_THAT(Told(Many("12", 5, {"1,234", "1,234,567.89"}), "full_price"),
              AllOf(HasSubstr("VARCHAR: 2 of 7 values are numbers with separators of thousands, e.g. '1,234' (line 7)"),
                    HasSubstr("CAST(replace(\"full_price\", ',', '') AS DECIMAL(18,6))")));
  EXPECT_THAT(Told(Many("1'234", 5)), HasSubstr("CAST(replace(\"price\", '''', '') AS BIGINT)"));
  EXPECT_THAT(Told(Many("1 234 567", 5)), HasSubstr("replace(\"price\", ' ', '')"));
  EXPECT_THAT(Told(Many("-1\u00A0234", 5)), HasSubstr("regexp_replace(\"price\", '[\\x{A0}]', '', 'g')"));
  EXPECT_THAT(Told(Many("1.234.567", 5)), HasSubstr("replace(\"price\", '.', '')"));
  EXPECT_THAT(Told(Many("0,12345", 5)), HasSubstr("CAST(replace(\"price\", ',', '.') AS DECIMAL(18,9))")) << "every digit that is there, and room";
}

TEST(ColumnNotes, NumbersWithMarksAndOddMinusesAreNumbersToo) {
  EXPECT_THAT(Told(Many("1 234,50 €", 5)), AllOf(HasSubstr("a decimal comma, separators of thousands and marks such as '€'"), HasSubstr("AS DECIMAL(18,6))")));
  EXPECT_THAT(Told(Many("1,5 %", 5)), AllOf(HasSubstr("marks such as '%'"), HasSubstr("1 % becomes 1, not 0.01")));
  EXPECT_THAT(Told(Many("$1,234.50", 5, {"€2.10"})), HasSubstr("they have several marks ('$', '€'), which the SQL drops"));
  EXPECT_THAT(Told(Many("(12.50)", 5, {"1.5"})), HasSubstr("5 of 6 values are numbers with parentheses for a minus, e.g. '(12.50)' (line 2)"));
  EXPECT_THAT(Told(Many("12-", 5)), HasSubstr("a minus behind them"));
  EXPECT_THAT(Told(Many("\u22125", 5)), HasSubstr("a minus that is U+2212"));
  EXPECT_THAT(Told(Many("1,234", 5)), HasSubstr("that reads 1,234 as 1234, but the comma may be the decimal sign"));
  EXPECT_THAT(Told(Many("1,5", 5, {"2.5"})), AllOf(HasSubstr("which sign is the decimal one does not show"), Not(HasSubstr("CAST"))));
  EXPECT_THAT(Told(Many("1,5", 5, {"-"})), HasSubstr("TRY_CAST(replace(\"price\", ',', '.') AS DECIMAL(18,5)), which is NULL for other values"));
  for (const char* text : {"030 123 456", "+41 791 234 567", "EURO 5", "12 kg", "1,23,45", "5-7", "$", "(12-)", "--5", "12a", "1.2.3"})
    EXPECT_THAT(Told(Many(text, 5)), Not(HasSubstr("are numbers"))) << text;
}

TEST(ColumnNotes, DatesAsPeopleWriteThemAreNamedWithTheirOrder) {
  EXPECT_THAT(Told({"31/12/2024", "1/2/2024"}), AllOf(HasSubstr("VARCHAR: 2 of 2 values are dates as '31/12/2024' (line 2), the day first"),
                                                      HasSubstr("CAST(strptime(\"price\", '%d/%m/%Y') AS DATE)")));
  EXPECT_THAT(Told({"1.2.24", "3.13.24"}), AllOf(HasSubstr("the month first"), HasSubstr("'%m.%d.%y'")));
  EXPECT_THAT(Told({"1-2-2024", "3-4-2024"}), HasSubstr("which number is the day does not show"));
  EXPECT_THAT(Told({"31/12/2024", "12/31/2024"}), AllOf(HasSubstr("some with the day first and some with the month first"), Not(HasSubstr("strptime"))));
  EXPECT_EQ(Told({"99/99/2024", "1/2", "1/2/3"}), "VARCHAR: ");
  EXPECT_THAT(Told({"31.12.2024 10:00"}), HasSubstr("CAST(strptime(\"price\", '%d.%m.%Y %H:%M') AS TIMESTAMP)"));
  EXPECT_THAT(Told({"31.12.2024, 10:00:59"}), HasSubstr("'%d.%m.%Y, %H:%M:%S') AS TIMESTAMP)"));
  EXPECT_THAT(Told({"31.12.2024 noon"}), HasSubstr("strptime(regexp_extract(\"price\", '^[0-9]+[./-][0-9]+[./-][0-9]+'), '%d.%m.%Y') AS DATE)"));
  EXPECT_THAT(Told({"31.12.2024", "1.2.24", "soon"}), HasSubstr("try_strptime(\"price\", ['%d.%m.%y', '%d.%m.%Y']) AS DATE), which is NULL for other values"));
}

TEST(ColumnNotes, DatesWithMonthsInWordsAreNamedToo) {
  EXPECT_THAT(Told({"Jan 1 2000", "Jun 12 1998"}), AllOf(HasSubstr("VARCHAR: 2 of 2 values are dates as 'Jan 1 2000' (line 2), so they are text"),
                                                         HasSubstr("CAST(strptime(\"price\", '%b %d %Y') AS DATE)")));
  EXPECT_THAT(Told({"January 1, 2000", "May 3, 2001"}), HasSubstr("'%B %d, %Y'"));
  EXPECT_THAT(Told({"12-May-98"}), HasSubstr("'%d-%b-%y'"));
  EXPECT_THAT(Told({"12 Jun 2024 10:00"}), HasSubstr("'%d %b %Y %H:%M') AS TIMESTAMP)"));
  EXPECT_THAT(Told({"1. Januar 2024"}), AllOf(HasSubstr("so they are text; make them dates"), HasSubstr("make_date("), HasSubstr("'märz'")));
  EXPECT_THAT(Told({"12 août 2024", "1 mai 2024"}), HasSubstr("'août'"));
  EXPECT_THAT(Told({"12 août 2024", "1 Januar 2024"}), HasSubstr("no SQL function reads"));
  for (const char* text : {"Jan 2000", "32 Jan 2000", "Janus 1 2000", "1 Jan", "June", "Jan 1 2000x", "a 1 2000"})
    EXPECT_THAT(Told({text}), Not(HasSubstr("dates"))) << text;
}

TEST(ColumnNotes, DigitsThatANumberWouldLoseMakeNoNumbersBesideOtherTexts) {
  EXPECT_THAT(Told({"01067", "04103", "80331", "unbekannt"}),
              AllOf(HasSubstr("begin with 0 or +, so they are text: 2 of 4 values do, e.g. '01067' (line 2)"), Not(HasSubstr("declare type"))));
  EXPECT_THAT(Told({"00.50", "1.5"}), HasSubstr("declare type: DOUBLE"));
}

TEST(ColumnNotes, AColumnThatAFewValuesMakeTextNamesOneOfThem) {
  EXPECT_THAT(Told(Many("1", 80, Many("x", 20))),
              AllOf(HasSubstr("VARCHAR: 80 of 100 values are BIGINT"), HasSubstr("not BIGINT is e.g. 'x' (line 82)"), HasSubstr("declare type: BIGINT")));
  EXPECT_THAT(Told(Many("1", 5000, {"007"})), AllOf(HasSubstr("begin with 0 or +"), HasSubstr("1 of 5,001 values do, e.g. '007' (line 5002)")));
  EXPECT_THAT(Told(Many("1", 95, {"007", "x"})), HasSubstr("'007' (line 97)")) << "also beside other texts";
  EXPECT_THAT(Told(Many("2024-01-01", 6, Many("soon", 4))), HasSubstr("6 of 10 values are DATE"));
  EXPECT_THAT(Told(Many("true", 6, Many("soon", 4))), HasSubstr("6 of 10 values are BOOLEAN"));
  EXPECT_EQ(Told(Many("a name", 9, {"7"})), "VARCHAR: ");
  EXPECT_EQ(Told(Many("1", 95, {"x"})), "BIGINT: ") << "its rows are counted when the file is decoded";
}

TEST(ColumnNotes, AdviceSaysWhatItWouldNotKeepOfLaterFiles) {
  EXPECT_THAT(Told({"0,92", "1,17", "1,05"}), AllOf(HasSubstr("AS DECIMAL(18,6))"), HasSubstr("more than 6 decimals in later files would be rounded")));
  EXPECT_THAT(Told(Many("1'234", 5)), HasSubstr("decimals in later files would be rounded to whole numbers"));
  EXPECT_THAT(Told(Many("1 234", 5, {"1e3"})), HasSubstr("a DOUBLE keeps 15 digits"));
  EXPECT_THAT(Told({"31.12.2024 10:00:00.5"}), HasSubstr("what is behind the date, such as a time of day, is dropped"));
  EXPECT_THAT(Told({"1. Januar 2024"}), HasSubstr("a time of day behind the date would be dropped"));
  EXPECT_THAT(Told({"31.12.2024"}), HasSubstr("24 as 0024"));
  EXPECT_THAT(Told({"31.12.24"}), Not(HasSubstr("first century")));
}

TEST(ColumnNotes, TruthValuesOfAnySpellingFitBesideTrueAndFalse) {
  EXPECT_EQ(Told({"true", "false", "true", "yes"}), "BOOLEAN: ");
  EXPECT_EQ(Told({"TRUE", "0", "1", "False"}), "BOOLEAN: ");
  EXPECT_THAT(Told({"true", "false", "yes", "soon"}), AllOf(HasSubstr("3 of 4 values are BOOLEAN"), HasSubstr("not BOOLEAN is e.g. 'soon' (line 5)")));
  EXPECT_THAT(Told({"true", "false", "TRUE", "1", "2"}), HasSubstr("not BOOLEAN is e.g. '2' (line 6)"));
  EXPECT_THAT(Told({"true", "false", "T", "no", "YES"}),
              AllOf(HasSubstr("VARCHAR: 5 of 5 values are BOOLEAN, but fewer than half are true or false, and the others may be names, so the column is text"),
                    HasSubstr("declare type: BOOLEAN")));
  EXPECT_EQ(Told({"yes", "no"}), "VARCHAR: ") << "answers";
}

TEST(ColumnNotes, ATypeThatWouldLoseDigitsIsNotSuggested) {
  EXPECT_THAT(Told(Many("0.12345678901234567891", 6, Many("x", 4))), HasSubstr("declare type: DECIMAL(38,20)"));
  EXPECT_THAT(Told(Many("1" + std::string(40, '7'), 6, Many("x", 4))), Not(HasSubstr("declare type")));
}

TEST(ColumnNotes, NumbersThatADoubleWouldChangeAreExact) {
  EXPECT_EQ(Told(Many("90071992547409930.00", 30, {"1.5E+3"})), "DECIMAL(38,2): ");
  EXPECT_EQ(Told({"12345678901234567890", "0.5", "1E-2"}), "DECIMAL(38,2): ");
  EXPECT_EQ(Told({"0.1", "2.5E-3", "1e+300", "5."}), "DOUBLE: ") << "measured values";
  EXPECT_EQ(Told({"0.30000000000000004", "1e-3"}), "DOUBLE: ") << "a DOUBLE wrote it";
  EXPECT_EQ(Told(Many("1000000000000000001", 30, {"1E+300"})), "BIGINT: ") << "with one row that is quarantined";
  EXPECT_THAT(Told(Many("9007199254740993.25", 30, {"1.5E-300"}), "order"),
              AllOf(HasSubstr("VARCHAR: 31 of 31 values are numbers, and no DECIMAL has every digit of all of them; a DOUBLE would change 30, e.g. "
                              "'9007199254740993.25' (line 2), so they are text"),
                    HasSubstr("CAST(\"order\" AS DOUBLE)")));
  EXPECT_THAT(Told({"1.2345e-320", "0.5"}), HasSubstr("VARCHAR: ")) << "the smallest ones of DOUBLE have few digits";
}

// Sign, digits without zeros around them, and the exponent of the last one: equal for equal numbers.
std::string Canonical(std::string text) {
  const std::size_t e = text.find_first_of("eE");
  long exponent = e == std::string::npos ? 0 : std::stol(text.substr(e + 1));
  text = text.substr(0, e);
  const std::string sign = text.starts_with('-') ? "-" : "";
  const std::size_t point = text.find('.');
  if (point != std::string::npos) exponent -= static_cast<long>(text.size() - point - 1);
  std::erase_if(text, [](char c) { return c < '0' || c > '9'; });
  text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
  for (; text.ends_with('0'); text.pop_back()) ++exponent;
  return text.empty() ? "0" : sign + text + "e" + std::to_string(exponent);
}

std::string Digits(std::mt19937& random, std::size_t most) {
  std::string digits;
  for (std::size_t n = 1 + random() % most; n > 0; --n) digits += static_cast<char>('0' + (digits.empty() ? 1 + random() % 9 : random() % 10));
  return digits;
}

std::string AnyNumber(std::mt19937& random, std::size_t most) {
  std::string text = (random() % 4 == 0 ? "-" : "") + Digits(random, most);
  if (random() % 3 == 0) text += "." + Digits(random, most);
  if (random() % 12 == 0) text += "e" + std::to_string(static_cast<int>(random() % (random() % 4 == 0 ? 250 : 20)) - (random() % 4 == 0 ? 250 : 5));
  return text;
}

// The value as its declared type keeps it, written again; empty where its row is quarantined.
std::string WrittenAgain(const std::string& text, const std::string& type) {
  const ColumnType column = *ParseColumnType(type);
  if (type == "VARCHAR") return text;
  if (MisfitOf(text, column) != Misfit::None) return "";
  if (type != "DOUBLE") return text;  // BIGINT and DECIMAL hold what they accept
  std::array<char, 64> buffer{};
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), ParseDouble(text).value, std::chars_format::scientific).ptr};
}

// Property: the type that is declared loses nothing. Each number that it accepts is, written again, the number that was written;
// at most one of ten is quarantined, and none where a DECIMAL has all of them.
TEST(ColumnNotes, TypesLoseNothingOfGeneratedNumbers) {
  std::mt19937 random(11);
  std::map<std::string, int> types;
  for (int round = 0; round < 4000; ++round) {
    const bool json = round % 2 == 0;
    const std::size_t most = random() % 3 == 0 ? 20 : 1 + random() % 9;
    ColumnFacts facts;
    std::vector<std::string> values;
    for (std::size_t n = 1 + random() % 40; n > 0; --n) values.push_back(AnyNumber(random, most));
    for (const std::string& value : values) json ? facts.ObserveNumber(value, {2, 0}) : facts.Observe({value, false, false}, {2, 0});
    const std::string type = facts.Type();
    ++types[type.substr(0, type.find('('))];
    std::size_t quarantined = 0;
    for (const std::string& value : values) {
      const std::string again = WrittenAgain(value, type);
      quarantined += again.empty() ? 1 : 0;
      EXPECT_TRUE(again.empty() || Canonical(again) == Canonical(value)) << type << " " << value << " " << again;
    }
    EXPECT_LE(quarantined * 10, values.size()) << type << testing::PrintToString(values);
    EXPECT_TRUE(quarantined == 0 || !json || type == "BIGINT") << type << testing::PrintToString(values);
  }
  for (const char* type : {"BIGINT", "DOUBLE", "DECIMAL", "VARCHAR"}) EXPECT_GT(types[type], 100) << type;
}

// Property: what a note says fits a type, and what it says does not, are what the grammar of the type accepts and refuses.
TEST(ColumnNotes, SayOfGeneratedValuesWhatTheGrammarSays) {
  const std::vector<std::string> words{"true",       "False",      "yes",
                                       "T",          "n",          "1",
                                       "0",          "2",          "1.0",
                                       "1e3",        "12E3",       "007",
                                       "+5",         "3.",         ".5",
                                       "1e999",      "1e-400",     "123e-00002",
                                       "1,5",        "1 234",      "99999999999999999999",
                                       "2024-01-01", "2024/01/02", "2024-01-01T00:00:00Z",
                                       "31.12.2024", "2024-02-30", "2024-01-01 10:00:00.123456789",
                                       "soon",       "on",         "0.12345678901234567891"};
  std::mt19937 random(7);
  int suggested = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string often = words[random() % words.size()], also = words[random() % words.size()];
    ColumnFacts facts;
    std::vector<std::string> values;
    for (std::size_t n = 2 + random() % 8; n > 0; --n) values.push_back(random() % 2 == 0 ? often : random() % 2 == 0 ? also : words[random() % words.size()]);
    const bool json = round % 2 == 0;
    for (const std::string& value : values) json ? facts.ObserveText(value, {2, 0}) : facts.Observe({value, false, false}, {2, 0});
    const LikelyType likely = facts.Likely();
    if (likely.count == 0) continue;
    ++suggested;
    const ColumnType type = *ParseColumnType(likely.type);
    const auto fits = std::count_if(values.begin(), values.end(), [&](const std::string& value) { return MisfitOf(value, type) == Misfit::None; });
    EXPECT_EQ(likely.count, fits) << likely.type << testing::PrintToString(values);
    EXPECT_EQ(likely.others.count, facts.Present() - fits) << likely.type << testing::PrintToString(values);
    EXPECT_TRUE(likely.others.count == 0 || MisfitOf(likely.others.text, type) != Misfit::None) << likely.type << likely.others.text;
  }
  EXPECT_GT(suggested, 500);
}

}  // namespace
}  // namespace weir::formats
