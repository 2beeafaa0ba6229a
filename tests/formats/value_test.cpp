#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "runner/formats/values/instant.h"
#include "runner/formats/values/value.h"
#include "tests/folders.h"

namespace weir::formats {
namespace {

Misfit Judge(const std::string& text, const std::string& type) { return MisfitOf(text, *ParseColumnType(type)); }

// The texts in backquotes of one cell.
std::vector<std::string> Quoted(const std::string& cell) {
  std::vector<std::string> texts;
  for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at)) {
    const std::size_t end = cell.find('`', at + 1);
    if (end == std::string::npos) break;
    texts.push_back(cell.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return texts;
}

TEST(Values, AreReadAsTheReferenceSays) {
  std::ifstream file(test::SourceFolder() + "/docs/reference/values.md");
  int checked = 0;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    if (cells.size() < 5) continue;
    const std::string type(Trimmed(cells[1]));
    if (!ParseColumnType(type)) continue;
    for (const std::string& text : Quoted(cells[3])) EXPECT_EQ(Judge(text, type), Misfit::None) << type << " " << text;
    for (const std::string& text : Quoted(cells[4])) EXPECT_NE(Judge(text, type), Misfit::None) << type << " " << text;
    checked += static_cast<int>(Quoted(cells[3]).size() + Quoted(cells[4]).size());
  }
  EXPECT_GT(checked, 80);
}

// "T, Z, UTC and GMT in any case"
TEST(Values, OfTimeHaveTheirLettersInAnyCase) {
  for (const std::string text : {"2024-01-31T10:00Z", "2024-01-31T10:00:00.5 UTC", "2024-01-31 10:00GMT", "2024-01-31T10:00:00 Z", "2024-01-31T10:00+02:00"})
    for (unsigned which = 0; which < 16; ++which) {
      std::string varied = text;
      unsigned letter = 0;
      for (char& c : varied)
        if (c >= 'A' && c <= 'Z' && ((which >> letter++ % 4) & 1U) != 0) c = static_cast<char>(c - 'A' + 'a');
      EXPECT_EQ(Judge(varied, "TIMESTAMP"), Misfit::None) << varied;
      EXPECT_EQ(ParseTimestamp(varied).value, ParseTimestamp(text).value) << varied;
    }
  for (const std::string text : {"2024-01-31T00:00Z", "2024-01-31T00:00:00.000000000Z", "2024-01-31t00:00z"})
    EXPECT_EQ(Judge(text, "DATE"), Misfit::None) << text;
}

// A date has no offset: which day it is elsewhere depends on the time of day, which is not there.
TEST(Values, OfADateHaveNoOffset) {
  for (const std::string offset : {"Z", "z", " Z", "+00", "+02:00", "-0330", " +02:00", "UTC", " UTC", " GMT"})
    for (const std::string type : {"DATE", "TIMESTAMP"}) EXPECT_NE(Judge("2024-01-31" + offset, type), Misfit::None) << offset;
  for (const std::string offset : {"+00:00", "+02", " UTC", "-01:00"}) EXPECT_NE(Judge("2024-01-31T00:00" + offset, "DATE"), Misfit::None) << offset;
}

TEST(Values, AreExact) {
  EXPECT_EQ(ParseInteger("-9223372036854775808", ValueType::Bigint).value, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(ParseInteger(" +7.00", ValueType::Tinyint).value, 7);
  EXPECT_TRUE(ParseDecimal("12345678901234567.89", 38, 19).value == Int128(1234567890123456789) * Int128(100'000'000'000'000'000));
  EXPECT_TRUE(ParseDecimal("0.1234567890123456789", 38, 19).value == Int128(1234567890123456789));
  EXPECT_TRUE(ParseDecimal("-12.5e-1", 4, 2).value == Int128(-125));
  EXPECT_EQ(ParseDouble("0.1").value, 0.1);
  EXPECT_EQ(ParseDouble("-1e308").value, -1e308);
  EXPECT_EQ(ParseDate("1970-01-02").value, 1);
  EXPECT_EQ(ParseDate("0001-01-01").value, -719162);
  EXPECT_EQ(ParseTimestamp("2024-01-01T01:02:03+02:00").value, 1704063723'000000);
  EXPECT_EQ(ParseTimestamp("1969-12-31 23:59:59.999999").value, -1);
  EXPECT_EQ(ParseTimestamp("2024-05-01 10:10:00.500").value, ParseTimestamp("2024-05-01T10:10:00.5Z").value);
}

TEST(Values, HaveTheirDigitsOnBothSidesOfThePoint) {
  const std::tuple<const char*, std::size_t, std::size_t> numbers[] = {
      {"0", 0, 0},         {"0.00", 0, 2},   {"0e400", 0, 0},  {"0012", 2, 0},    {"-1.50", 1, 2},    {".5", 0, 1},
      {"5.", 1, 0},        {"5e-3", 0, 3},   {"1.5E+3", 4, 0}, {"1.500e1", 2, 0}, {"12.345e1", 3, 2}, {"0.00012e2", 0, 3},
      {"0.00012e4", 1, 1}, {"100e-2", 1, 0}, {"120e-2", 1, 1}, {" 7 ", 1, 0},     {"1e300", 301, 0},  {"1e-300", 0, 300}};
  for (const auto& [text, whole, places] : numbers) {
    const auto digits = DigitsOf(text);
    ASSERT_TRUE(digits) << text;
    EXPECT_EQ(digits->whole, whole) << text;
    EXPECT_EQ(digits->places, places) << text;
    if (whole + places > 38 || whole + places == 0) continue;
    EXPECT_TRUE(ParseDecimal(text, static_cast<int>(whole + places), static_cast<int>(places))) << text;
  }
  for (const char* text : {"", ".", "x", "1e", "1_0"}) EXPECT_FALSE(DigitsOf(text)) << text;
}

TEST(Values, ThatDoNotFitSayWhy) {
  const auto why = [](const std::string& text, const std::string& type) { return Explain(Judge(text, type), text, type); };
  EXPECT_EQ(why("11_2", "BIGINT"), "'11_2' is not a BIGINT");
  EXPECT_EQ(why("x", "INTEGER"), "'x' is not an INTEGER");
  EXPECT_EQ(why("7.5", "INTEGER"), "'7.5' has a fraction, which INTEGER does not keep");
  EXPECT_EQ(why("1e309", "DOUBLE"), "'1e309' is out of the range of DOUBLE");
  EXPECT_EQ(why("1.239", "DECIMAL(10,2)"), "'1.239' has more decimal places than DECIMAL(10,2) keeps");
  EXPECT_EQ(why("2024-01-01 10:00", "DATE"), "'2024-01-01 10:00' has a time of day, which DATE does not keep");
  EXPECT_EQ(why("2024-05-01T10:00:00.123456789Z", "TIMESTAMP"), "'2024-05-01T10:00:00.123456789Z' is more precise than microseconds, which TIMESTAMP keeps");
  EXPECT_THAT(why("2024-05-01 10:10 America/New_York", "TIMESTAMP"), testing::HasSubstr("names a time zone"));
  EXPECT_EQ(why("\x1B[31m\xE9", "DATE"), "'\\x1B[31m\\xE9' is not a DATE");
  EXPECT_LT(why(std::string(100'000, 'x'), "DATE").size(), 120U);
}

TEST(Values, OfADeclaredFormatAreInstants) {
  const auto parse = [](const char* format, const char* text) {
    const auto compiled = TimestampFormat::Compile(format);
    EXPECT_TRUE(compiled.ok()) << format;
    const auto reading = compiled->Parse(text);
    return reading ? reading.value : -static_cast<std::int64_t>(reading.misfit);
  };
  const std::int64_t expected = ParseTimestamp("2024-02-01 15:04:00").value;
  EXPECT_EQ(parse("%d.%m.%Y %H:%M", "01.02.2024 15:04"), expected);
  EXPECT_EQ(parse("%-m/%-d/%y %I:%M %p", "2/1/24 3:04 pm"), expected);
  EXPECT_EQ(parse("%A, %d %B %Y %H:%M:%S %z", "Thursday, 01 February 2024 16:04:00 +0100"), expected);
  EXPECT_EQ(parse("%Y%j %H:%M %Z", "2024032 15:04 UTC"), expected);
  EXPECT_EQ(parse("%Y-%m-%d %H:%M %Z", "2024-02-01 15:04 CET"), -static_cast<std::int64_t>(Misfit::NamedZone));
  EXPECT_EQ(parse("%Y-%m-%d %H:%M:%S.%f", "2024-02-01 15:04:00.1234567"), -static_cast<std::int64_t>(Misfit::TooPrecise));
  EXPECT_EQ(parse("%Y-%j", "2023-366"), -static_cast<std::int64_t>(Misfit::NotOne));
  for (const char* bad : {"%Q", "%H:%M", "%Y-%m", "%"}) EXPECT_FALSE(TimestampFormat::Compile(bad).ok()) << bad;
}

TEST(Values, OfADeclaredDateFormatAreDatesOfItsLayoutOnly) {
  const auto parse = [](const char* format, const std::string& text) {
    const auto compiled = DateFormat::Compile(format);
    EXPECT_TRUE(compiled.ok()) << format;
    const auto reading = compiled->Parse(text);
    return reading ? std::optional(reading.value) : std::nullopt;
  };
  const std::int32_t expected = ParseDate("2024-02-01").value;
  EXPECT_EQ(parse("%d.%m.%Y", "01.02.2024"), expected);
  EXPECT_EQ(parse("%d.%m.%Y", " 1.2.2024\t"), expected);
  EXPECT_EQ(parse(" %d.%m.%Y ", "1.2.2024"), expected) << "blanks around a value do not count, and none around a format";
  EXPECT_EQ(parse("%d0%m/%Y", "01002/2024"), expected);
  EXPECT_EQ(parse("%d0%m/%Y", "1001/2024"), std::nullopt) << "could be two dates";
  EXPECT_EQ(parse("%m/%d/%Y", "02/01/2024"), expected);
  EXPECT_EQ(parse("%-m/%-d/%y", "2/1/24"), expected);
  EXPECT_EQ(parse("%d-%b-%Y", "01-FEB-2024"), expected);
  EXPECT_EQ(parse("%B %d, %Y", "February 1, 2024"), expected);
  EXPECT_EQ(parse("%Y%m%d", "20240201"), expected);
  EXPECT_EQ(parse("%Y\xE5\xB9\xB4%m/%d",
                  "2024\xE5\xB9\xB4"
                  "02/01"),
            expected);
  EXPECT_EQ(parse("%d.%m.%Y 00:00%%", "01.02.2024 00:00%"), expected);
  EXPECT_EQ(parse("%d.%m.%y", "31.12.69"), ParseDate("1969-12-31").value);
  EXPECT_EQ(parse("%d.%m.%y", "31.12.68"), ParseDate("2068-12-31").value);
  for (const char* other : {"2024-02-01", "01.02.24", "01.02.2024 00:00", "1.2", "31.02.2024", "29.02.2023", "00.02.2024", "01.13.2024", "01-02-2024",
                            "01.02.0000", "001.02.2024", "1 .2.2024", "", "heute"})
    EXPECT_EQ(parse("%d.%m.%Y", other), std::nullopt) << other;
  for (const char* guess : {"2024111", "2024011", "202411"}) EXPECT_EQ(parse("%Y%m%d", guess), std::nullopt) << guess << " could be two dates";
}

TEST(Values, OfADateFormatNeedYearMonthAndDayOnce) {
  for (const char* bad :
       {"", "%", "%Q", "%H", "%j", "%Y", "%Y-%m", "%m-%d", "%d.%d.%Y", "%d.%m.%Y %Y", "%d.%m.%b.%Y", "%y%Y-%m-%d", "%%d.%m.%Y", "%d.%m.%Y %H:%M"})
    EXPECT_FALSE(DateFormat::Compile(bad).ok()) << bad;
  EXPECT_EQ(DateFormat::Compile("%d.%m.%Y %H").error().message, "dateFormat '%d.%m.%Y %H': '%H' is unknown; known are %Y %y %m %b %B %d %%");
  EXPECT_EQ(DateFormat::Compile("%m.%Y").error().message, "dateFormat '%m.%Y' must have year, month and day exactly once each: write %Y, %m and %d");
  EXPECT_EQ(TimestampFormat::Compile("%Q").error().message,
            "timestampFormat '%Q': '%Q' is unknown; known are %Y %y %m %d %j %H %I %M %S %f %p %b %B %a %A %z %Z %%");
}

}  // namespace
}  // namespace weir::formats
