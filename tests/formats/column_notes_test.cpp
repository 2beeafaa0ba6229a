// What `weir init` says about columns that stay text.
#include "runner/formats/column_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::formats {
namespace {

using testing::AllOf;
using testing::HasSubstr;

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
  EXPECT_THAT(Told(Many("10,4", 20, {"7", "1.234,56"})), AllOf(HasSubstr("VARCHAR: 21 of 22 values are numbers with a decimal comma, e.g. '10,4' (line 2)"),
                                                               HasSubstr("CAST(replace(replace(\"price\", '.', ''), ',', '.') AS DECIMAL(18,2))")));
  EXPECT_THAT(Told(Many("12", 5, {"1,234", "1,234,567.89"}), "full_price"),
              AllOf(HasSubstr("VARCHAR: 2 of 7 values have separators of thousands, e.g. '1,234' (line 7)"), HasSubstr("replace(\"full_price\", ',', '')")));
  EXPECT_THAT(Told(Many("1'234", 5)), HasSubstr("replace(\"price\", '''', '')"));
  EXPECT_THAT(Told(Many("1 234 567", 5)), HasSubstr("replace(\"price\", ' ', '')"));
  EXPECT_THAT(Told(Many("-1\xC2\xA0"
                        "234",
                        5)),
              HasSubstr("replace(\"price\", '\xC2\xA0', '')"));
  EXPECT_THAT(Told(Many("1.234.567", 5)), HasSubstr("replace(\"price\", '.', '')"));
}

TEST(ColumnNotes, DatesAsPeopleWriteThemAreNamedWithTheirOrder) {
  EXPECT_THAT(Told({"31/12/2024", "1/2/2024"}), AllOf(HasSubstr("VARCHAR: 2 of 2 values are dates as '31/12/2024' (line 2), the day first"),
                                                      HasSubstr("CAST(strptime(\"price\", '%d/%m/%Y') AS DATE)")));
  EXPECT_THAT(Told({"1.2.24", "3.13.24"}), AllOf(HasSubstr("the month first"), HasSubstr("'%m.%d.%y'")));
  EXPECT_THAT(Told({"1-2-2024", "3-4-2024"}), HasSubstr("which number is the day does not show"));
  EXPECT_THAT(Told({"31/12/2024", "12/31/2024"}), HasSubstr("some with the day first and some with the month first"));
  EXPECT_EQ(Told({"99/99/2024", "1/2", "1/2/3"}), "VARCHAR: ");
  EXPECT_THAT(Told({"31.12.2024 10:00"}), HasSubstr("CAST(strptime(\"price\", '%d.%m.%Y %H:%M') AS TIMESTAMP)"));
  EXPECT_THAT(Told({"31.12.2024, 10:00:59"}), HasSubstr("'%d.%m.%Y, %H:%M:%S') AS TIMESTAMP)"));
  EXPECT_THAT(Told({"31.12.2024 noon"}), HasSubstr("strptime(regexp_extract(\"price\", '^[0-9]+[./-][0-9]+[./-][0-9]+'), '%d.%m.%Y') AS DATE)"));
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

}  // namespace
}  // namespace weir::formats
