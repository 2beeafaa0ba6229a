// What a check holds as text is a value of its column, and is compared as one: never as text, never rounded.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <random>

#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::HasSubstr;

class CheckValues : public EngineTest {
 protected:
  // Lines of a CSV file of these values that a check quarantines, from 2; "refused: why" when it fits no row at all.
  std::string Quarantined(const std::string& type, const std::vector<std::string>& values, api::Check check) {
    check.name = "c";
    check.onFailure = api::OnFailure::Quarantine;
    std::string file = "v\n";
    for (const std::string& value : values) file.append("\"").append(value).append("\"\n");
    const auto rows = Decode(Put("in.csv", file), api::CsvFormat{}, {Optional("v", type)}, {check});
    if (!rows.ok()) return "refused: " + rows.error().message;
    std::string lines;
    for (const RejectedRow& row : rejected_) lines += (lines.empty() ? "" : " ") + std::to_string(row.line);
    return lines;
  }
  std::string OutsideRange(const std::string& type, const std::vector<std::string>& values, const std::string& min, const std::string& max) {
    return Quarantined(type, values, {.rule = api::RangeCheck{"v", min, max}});
  }
  std::string NotAccepted(const std::string& type, const std::vector<std::string>& values, const std::vector<std::string>& accepted) {
    return Quarantined(type, values, {.rule = api::AcceptedValuesCheck{"v", accepted}});
  }
  std::string NotMatched(const std::vector<std::string>& values, const std::string& pattern) {
    return Quarantined("VARCHAR", values, {.rule = api::RegexCheck{"v", pattern}});
  }
  // The same over a table, as the stage `check` and the writer do.
  std::int64_t FailuresInTable(const std::string& type, const std::vector<std::string>& values, const api::Check& check) {
    std::string file = "v\n";
    for (const std::string& value : values) file.append("\"").append(value).append("\"\n");
    const std::vector<api::Column> columns{Optional("v", type)};
    EXPECT_TRUE(Decode(Put("in.csv", file), api::CsvFormat{}, columns).ok());
    const std::string name = "table-" + std::to_string(++peeks_) + ".parquet";
    Write("decoded", name);
    EXPECT_TRUE(engine_->Attach("t", {{store_, name}}, columns).ok());
    const auto failures = engine_->CountFailures("t", {check});
    EXPECT_TRUE(failures.ok()) << (failures.ok() ? "" : failures.error().message);
    return failures.ok() ? failures->front() : -1;
  }
};

TEST_F(CheckValues, ThatTheColumnCannotHaveAreRefusedWithWhatToWrite) {
  EXPECT_THAT(
      OutsideRange("BIGINT", {"3"}, "", "2.5"),
      HasSubstr("check c (range: v from any to 2.5) cannot be evaluated: range.max '2.5' has a fraction, which BIGINT does not keep; write one such as 10"));
  EXPECT_THAT(OutsideRange("DECIMAL(6,2)", {"10.00"}, "", "9.999"),
              HasSubstr("range.max '9.999' has more decimal places than DECIMAL(6,2) keeps; write one such as 1.50"));
  EXPECT_THAT(OutsideRange("DECIMAL(6,2)", {"1.23"}, "1.234", ""), HasSubstr("range.min '1.234' has more decimal places"));
  EXPECT_THAT(OutsideRange("TIMESTAMP", {"2024-01-31"}, "epoch", "infinity"),
              HasSubstr("range.min 'epoch' is not a TIMESTAMP; write one such as 2024-01-31T10:00:00Z; range.max 'infinity'"));
  for (const char* text : {"1_0", "infinity", "nan", "0x3", "epoch", "1e400", " ", "1,5"}) {
    for (const char* type : {"BIGINT", "DOUBLE", "DECIMAL(6,2)", "DATE", "TIMESTAMP", "BOOLEAN"}) {
      EXPECT_THAT(OutsideRange(type, {}, text, ""), HasSubstr("refused: ")) << type << " " << text;
      EXPECT_THAT(NotAccepted(type, {}, {text}), HasSubstr("acceptedValues.values[0] ")) << type << " " << text;
    }
  }
  EXPECT_THAT(NotAccepted("BOOLEAN", {"true"}, {"yes", "maybe"}), HasSubstr("acceptedValues.values[1] 'maybe' is not a BOOLEAN; write one such as true"));
  EXPECT_THAT(NotAccepted("DECIMAL(6,2)", {"10.00"}, {"1.234", "9.99", "10"}), HasSubstr("acceptedValues.values[0] '1.234'"));
}

TEST_F(CheckValues, ThatNoTextOfSqlCanHaveAreNamed) {
  EXPECT_THAT(NotAccepted("VARCHAR", {"a"}, {"b", std::string("a\0b", 3)}),
              HasSubstr("acceptedValues.values[1] 'a\\x00b' has the character U+0000, which no text of SQL can have; take it out"));
}

TEST_F(CheckValues, APatternMatchesTheWholeValueOrTheRowFails) {
  EXPECT_EQ(NotMatched({"AB1", "xAB1", "AB1x", "ab1", "A", ""}, "[A-Z]+[0-9]"), "3 4 5 6 7");
  EXPECT_EQ(NotMatched({"a", "ab", "b"}, "a|ab"), "4") << "each alternative as a whole";
  EXPECT_EQ(NotMatched({"a", "A"}, "(?i)a"), "");
  EXPECT_EQ(NotMatched({"\xC3\xA9", "e"}, "\\pL"), "");
  EXPECT_EQ(NotMatched({"\xC3\xA9", "ee"}, "."), "3") << "one character, not one byte";
  EXPECT_EQ(NotMatched({"it's", "its"}, "it's"), "3");
  EXPECT_EQ(NotMatched({"x"}, "x') OR TRUE --"),
            "refused: check c (regex: v matches x') OR TRUE --) cannot be evaluated: regex.pattern 'x') OR TRUE --' is not a "
            "regular expression of RE2: unexpected ): x') OR TRUE --; write one such as [A-Z]{3}");
  EXPECT_EQ(NotMatched({"x", "x' --"}, "x' --"), "2") << "quotes of SQL are characters";
}

TEST_F(CheckValues, APatternTakesALineEndWhereItSaysSo) {
  const api::Check check{.name = "c", .rule = api::RegexCheck{"v", "a.b"}};
  const std::vector<api::Column> columns{Optional("v", "VARCHAR")};
  Table("t", columns, "SELECT * FROM (VALUES ('a' || chr(10) || 'b'), ('axb'), (NULL), ('axb' || chr(10))) t(v)");
  EXPECT_EQ(*engine_->CountFailures("t", {check}), std::vector<std::int64_t>{2});
  EXPECT_EQ(*engine_->CountFailures("t", {{.name = "c", .rule = api::RegexCheck{"v", "(?s)a.b"}}}), std::vector<std::int64_t>{1});
  EXPECT_EQ(*engine_->CountFailures("t", {{.name = "c", .rule = api::RegexCheck{"v", "a\\nb|axb\\n?"}}}), std::vector<std::int64_t>{0});
}

TEST_F(CheckValues, AMissingValuePassesEveryPattern) {
  const std::vector<api::Column> columns{Optional("v", "VARCHAR")};
  Table("t", columns, "SELECT NULL::VARCHAR AS v UNION ALL SELECT ''");
  EXPECT_EQ(*engine_->CountFailures("t", {{.name = "c", .rule = api::RegexCheck{"v", "x"}}}), std::vector<std::int64_t>{1});
}

TEST_F(CheckValues, APatternThatTheEngineCannotCompileIsRefusedWithItsMistake) {
  for (const auto& [pattern, mistake] : std::vector<std::pair<std::string, std::string>>{{"(a", "missing ): (a"},
                                                                                         {"[z-a]", "invalid character class range: z-a"},
                                                                                         {"(?=a)", "invalid perl operator: (?="},
                                                                                         {"a{1001}", "invalid repetition size: {1001}"}}) {
    const std::string said = NotMatched({"a"}, pattern);
    EXPECT_THAT(said, HasSubstr("regex.pattern '" + pattern + "' is not a regular expression of RE2: " + mistake + "; write one such as [A-Z]{3}"));
    const auto empty = engine_->Attach("none", {}, {Optional("v", "VARCHAR")});
    ASSERT_TRUE(empty.ok());
    const auto counted = engine_->CountFailures("none", {{.name = "c", .rule = api::RegexCheck{"v", pattern}}});
    ASSERT_FALSE(counted.ok()) << "of a table without rows too";
    EXPECT_EQ(counted.error().fault, Fault::Invalid);
  }
  EXPECT_THAT(NotMatched({"a"}, std::string("a\0b", 3)), HasSubstr("regex.pattern 'a\\x00b' has the character U+0000, which no text of SQL can have"));
}

TEST_F(CheckValues, APatternIsForTextsOnly) {
  for (const char* type : {"BIGINT", "DATE", "BLOB", "DECIMAL(6,2)"})
    EXPECT_THAT(Quarantined(type, {"1"}, {.rule = api::RegexCheck{"v", "1"}}),
                HasSubstr(std::string("column v is ") + type + ", and regex matches VARCHAR only; use range or acceptedValues"));
}

TEST_F(CheckValues, ARangeThatNoValuePassesIsRefused) {
  EXPECT_THAT(OutsideRange("BIGINT", {"3"}, "3", "1"), HasSubstr("range.min '3' is greater than range.max '1', so that no value passes; exchange them"));
  EXPECT_THAT(OutsideRange("BIGINT", {"3"}, "10", "9"), HasSubstr("is greater")) << "not as texts";
  EXPECT_EQ(OutsideRange("BIGINT", {"9", "10", "11"}, "9", "10"), "4");
  EXPECT_EQ(OutsideRange("DECIMAL(38,2)", {"1"}, "1.5", "1.50"), "2") << "equal bounds are a range";
  EXPECT_THAT(OutsideRange("DOUBLE", {"3"}, "1e2", "5"), HasSubstr("is greater"));
  EXPECT_THAT(OutsideRange("FLOAT", {"3"}, "1e2", "5"), HasSubstr("is greater"));
  EXPECT_THAT(OutsideRange("BOOLEAN", {"true"}, "yes", "0"), HasSubstr("is greater"));
  EXPECT_THAT(OutsideRange("DATE", {"2024-01-31"}, "2024-02-01", "2024/01/31"), HasSubstr("is greater"));
  EXPECT_THAT(OutsideRange("TIMESTAMP", {"2024-01-31"}, "2024-01-31T10:00:00Z", "2024-01-31T11:00:00+02:00"), HasSubstr("is greater"));
  EXPECT_THAT(OutsideRange("VARCHAR", {"a"}, "b", "a"), HasSubstr("is greater"));
}

TEST_F(CheckValues, AreComparedByValueHoweverTheyAreWritten) {
  EXPECT_EQ(NotAccepted("DECIMAL(6,2)", {"10.00", "9.99", "1.23"}, {"9.99", "10"}), "4");
  EXPECT_EQ(NotAccepted("DOUBLE", {"1e300", "-0", "0.1"}, {"10e299", "0", "1e-1"}), "");
  EXPECT_EQ(NotAccepted("FLOAT", {"0.1", "16777216"}, {"1e-1"}), "3");
  EXPECT_EQ(NotAccepted("BOOLEAN", {"true", "f", "1"}, {"1", "0"}), "");
  EXPECT_EQ(NotAccepted("BOOLEAN", {"true", "f", "1"}, {"yes"}), "3");
  EXPECT_EQ(NotAccepted("BIGINT", {"7", "8"}, {"007.0"}), "3");
  EXPECT_EQ(NotAccepted("TIMESTAMP", {"2024-01-31 10:00:00", "2024-01-31 12:00:00"}, {"2024-01-31T12:00:00+02:00"}), "3");
  EXPECT_EQ(NotAccepted("DATE", {"2024-01-31", "2024-02-01"}, {"2024/01/31"}), "3");
  EXPECT_EQ(NotAccepted("VARCHAR", {"a", "A", "a "}, {"a"}), "3 4");
  EXPECT_EQ(NotAccepted("BLOB", {"\\x41", "A"}, {"\\x41"}), "3") << "the bytes of the text, as in a file";
}

TEST_F(CheckValues, NaNIsInNoRange) {
  const std::vector<api::Column> columns{Optional("v", "DOUBLE")};
  Table("t", columns, "SELECT CAST('nan' AS DOUBLE) AS v UNION ALL SELECT 1 UNION ALL SELECT NULL");
  for (const auto& [min, max] : std::vector<std::pair<std::string, std::string>>{{"0", ""}, {"", "5"}, {"0", "5"}}) {
    const auto failures = engine_->CountFailures("t", {{.name = "c", .rule = api::RangeCheck{"v", min, max}}});
    ASSERT_TRUE(failures.ok());
    EXPECT_EQ(failures->front(), 1) << min << " to " << max;
  }
}

// A value as a text that the grammar takes, and as what tells its order without the product: a whole number for the types
// that are exact, the C library's reading for floating point, bytes for texts.
struct Sample {
  std::string text;
  __extension__ __int128 exact = 0;
  double floating = 0;
  bool kept = true;  // whether the type has the value
};

struct Kind {
  const char* type;
  Sample (*make)(std::mt19937& random, bool bound);
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.type; }

int Below(std::mt19937& random, int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); }

std::string Padded(int number, int digits) {
  const std::string text = std::to_string(number);
  return std::string(static_cast<std::size_t>(std::max(0, digits - static_cast<int>(text.size()))), '0') + text;
}

// In ten thousandths, near zero, so that values and bounds meet.
Sample MakeNumber(std::mt19937& random, int keptDecimals, bool bound) {
  constexpr int kUnits[] = {10'000, 1'000, 100, 10, 1};
  const int step = kUnits[bound ? Below(random, 5) : keptDecimals];
  const int number = (Below(random, 400) - 200) * step % 40'000;
  Sample sample{.exact = number, .kept = number % kUnits[keptDecimals] == 0};
  sample.text = std::string(number < 0 ? "-" : "") + std::to_string(std::abs(number) / 10'000);
  std::string decimals = Padded(std::abs(number) % 10'000, 4);
  while (!decimals.empty() && decimals.back() == '0' && Below(random, 3) > 0) decimals.pop_back();
  if (!decimals.empty()) sample.text += "." + decimals;
  return sample;
}

template <int kDecimals>
Sample MakeExact(std::mt19937& random, bool bound) {
  return MakeNumber(random, kDecimals, bound);
}

template <typename T>
Sample MakeFloating(std::mt19937& random, bool /*bound*/) {
  Sample sample;
  sample.text = MakeNumber(random, 4, true).text + "e" + std::to_string(Below(random, 5) - 2);
  sample.floating = sizeof(T) == 4 ? static_cast<double>(std::strtof(sample.text.c_str(), nullptr)) : std::strtod(sample.text.c_str(), nullptr);
  return sample;
}

Sample MakeBoolean(std::mt19937& random, bool /*bound*/) {
  constexpr const char* kTexts[] = {"0", "f", "No", "FALSE", "1", "T", "yes", "true"};
  const int chosen = Below(random, 8);
  return {.text = kTexts[chosen], .exact = chosen / 4};
}

Sample MakeDate(std::mt19937& random, bool /*bound*/) {
  const int year = 1969 + Below(random, 2);
  const int month = 1 + Below(random, 12);
  const int day = 1 + Below(random, 28);
  const char* separator = Below(random, 2) == 0 ? "-" : "/";
  return {.text = Padded(year, 4) + separator + Padded(month, 2) + separator + Padded(day, 2), .exact = year * 400 + month * 31 + day};
}

// The same hours of one day, in this zone and that.
Sample MakeInstant(std::mt19937& random, bool /*bound*/) {
  const int offset = Below(random, 5);
  const int hour = 5 + Below(random, 3);
  const int micros = Below(random, 3);
  return {.text = "2024-01-31T" + Padded(hour + offset, 2) + ":00:00.00000" + std::to_string(micros) + "+0" + std::to_string(offset) + ":00",
          .exact = hour * 10 + micros};
}

Sample MakeText(std::mt19937& random, bool /*bound*/) {
  constexpr const char* kTexts[] = {"10", "9", "a", "B", "b", "a'", "\xC3\xA9", "zz", "1e1", "-"};
  return {.text = kTexts[Below(random, 10)]};
}

class EveryType : public CheckValues, public testing::WithParamInterface<Kind> {
 protected:
  static int Compare(const Sample& a, const Sample& b) {
    if (a.exact != b.exact) return a.exact < b.exact ? -1 : 1;
    if (a.floating != b.floating) return a.floating < b.floating ? -1 : 1;
    const std::string type = GetParam().type;
    return type == "VARCHAR" || type == "BLOB" ? a.text.compare(b.text) : 0;
  }
  // What lines `fails` names, as Quarantined answers it.
  static std::string Lines(const std::vector<Sample>& values, const std::function<bool(const Sample&)>& fails) {
    std::string lines;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (fails(values[i])) lines += (lines.empty() ? "" : " ") + std::to_string(i + 2);
    return lines;
  }
  void Agree(const std::vector<Sample>& values, const api::Check& check, bool allowed, const std::function<bool(const Sample&)>& fails) {
    std::vector<std::string> texts;
    for (const Sample& value : values) texts.push_back(value.text);
    const std::string answer = Quarantined(GetParam().type, texts, check);
    SCOPED_TRACE(answer + testing::PrintToString(texts) + check.Summary());
    EXPECT_EQ(answer.starts_with("refused: "), !allowed);
    if (!allowed) return;
    EXPECT_EQ(answer, Lines(values, fails));
    EXPECT_EQ(FailuresInTable(GetParam().type, texts, check), std::count_if(values.begin(), values.end(), fails));
  }
};

TEST_P(EveryType, QuarantinesWhatExactComparisonFindsOutside) {
  std::mt19937 random(11);
  for (int round = 0; round < 6; ++round) {
    std::vector<Sample> values;
    for (int i = 0; i < 30; ++i) values.push_back(GetParam().make(random, false));
    const Sample min = GetParam().make(random, true);
    const Sample max = GetParam().make(random, true);
    Agree(values, {.name = "c", .rule = api::RangeCheck{"v", min.text, max.text}}, min.kept && max.kept && Compare(min, max) <= 0,
          [&](const Sample& value) { return Compare(value, min) < 0 || Compare(value, max) > 0; });
    Agree(values, {.name = "c", .rule = api::RangeCheck{"v", "", max.text}}, max.kept, [&](const Sample& value) { return Compare(value, max) > 0; });
    Agree(values, {.name = "c", .rule = api::AcceptedValuesCheck{"v", {min.text, max.text}}}, min.kept && max.kept,
          [&](const Sample& value) { return Compare(value, min) != 0 && Compare(value, max) != 0; });
  }
}

INSTANTIATE_TEST_SUITE_P(Types, EveryType,
                         testing::Values(Kind{"BOOLEAN", MakeBoolean}, Kind{"TINYINT", MakeExact<0>}, Kind{"SMALLINT", MakeExact<0>},
                                         Kind{"INTEGER", MakeExact<0>}, Kind{"BIGINT", MakeExact<0>}, Kind{"FLOAT", MakeFloating<float>},
                                         Kind{"DOUBLE", MakeFloating<double>}, Kind{"DECIMAL(4,0)", MakeExact<0>}, Kind{"DECIMAL(6,2)", MakeExact<2>},
                                         Kind{"DECIMAL(18,3)", MakeExact<3>}, Kind{"DECIMAL(38,4)", MakeExact<4>}, Kind{"DATE", MakeDate},
                                         Kind{"TIMESTAMP", MakeInstant}, Kind{"VARCHAR", MakeText}, Kind{"BLOB", MakeText}));

}  // namespace
}  // namespace weir::engine
