// The SQL that `weir init` advises for texts that are numbers or dates runs over them, and gives what they mean.
#include <random>

#include "runner/formats/columns/column_notes.h"
#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using formats::ColumnFacts;
using Texts = std::vector<std::string>;

ColumnFacts FactsOf(const Texts& values) {
  ColumnFacts facts;
  for (const std::string& value : values) facts.Observe({value, false, false}, {2, 0});
  return facts;
}

// What the note advises, to be run.
std::string AdviceOf(const std::string& note) {
  const std::string before = "in the SQL of the View: ";
  const std::size_t at = note.find(before);
  if (at == std::string::npos) return "";
  const std::string sql = note.substr(at + before.size());
  return sql.substr(0, std::min(sql.find(", which is NULL"), sql.find(';')));
}

class Advice : public EngineTest {
 protected:
  // What the SQL makes of each value, as text; "NULL" for what is missing.
  Texts Run(const std::string& sql, const Texts& values) {
    std::string rows;
    for (std::size_t i = 0; i < values.size(); ++i) {
      rows += (i > 0 ? ", (" : "(") + std::to_string(i) + ", '";
      for (const char c : values[i]) rows.append(c == '\'' ? 2 : 1, c);
      rows += "')";
    }
    const auto answer = engine_->Query("SELECT coalesce(CAST(" + sql + " AS VARCHAR), 'NULL') AS v FROM (VALUES " + rows + ") AS t(i, x) ORDER BY i", 1000);
    if (!answer.ok()) return {answer.error().message};
    Texts texts;
    for (const Json& row : *answer) texts.push_back(row.at("v").get<std::string>());
    return texts;
  }
  Texts Advised(const Texts& values) {
    const std::string note = formats::TypeNote(FactsOf(values), "x", {});
    const std::string sql = AdviceOf(note);
    return sql.empty() ? Texts{note} : Run(sql, values);
  }
};

TEST_F(Advice, ForNumbersGivesWhatTheyMean) {
  const std::pair<Texts, Texts> columns[] = {{{"1 234,50", "7,25", "-3"}, {"1234.50", "7.25", "-3.00"}},
                                             {{"1\u00A0234,50", "1\u202F234,5", "1\u2009000"}, {"1234.50", "1234.50", "1000.00"}},
                                             {{"1 234,50 €", "12 €"}, {"1234.50", "12.00"}},
                                             {{"1,5 %", "100 %"}, {"1.5", "100.0"}},
                                             {{"$1,234.50", "-$5", "$-6", "$.50"}, {"1234.50", "-5.00", "-6.00", "0.50"}},
                                             {{"(12.50)", "3", "($1,000.25)", "$(7)"}, {"-12.50", "3.00", "-1000.25", "-7.00"}},
                                             {{"12-", "13", "1.5-"}, {"-12.0", "13.0", "-1.5"}},
                                             {{" (5) ", "6- ", "7"}, {"-5", "-6", "7"}},
                                             {{"\u22125", "6"}, {"-5", "6"}},
                                             {{"1'234'567.891", "1’000"}, {"1234567.891", "1000.000"}},
                                             {{"CHF 1'000.05", "Fr. 3", "EUR 4"}, {"1000.05", "3.00", "4.00"}},
                                             {{"1.234.567", "1.000", "12"}, {"1234567", "1000", "12"}},
                                             {{"0,12345", "1,5"}, {"0.12345", "1.50000"}},
                                             {{"1.234,567", "2.000"}, {"1234.567", "2000.000"}},
                                             {{"1,5", "2,5", "n/a x", "-"}, {"1.5", "2.5", "NULL", "NULL"}},
                                             {{"123 456 789 012 345 678 901,5", "1,25"}, {"123456789012345678901.50", "1.25"}},
                                             {{"kr 5,5", "R$ 6,5", "7,5 zł"}, {"5.5", "6.5", "7.5"}}};
  const auto exact = [this](const Texts& numbers) { return Run("TRY_CAST(x AS DECIMAL(38,10))", numbers); };
  for (const auto& [values, meant] : columns) EXPECT_EQ(exact(Advised(values)), exact(meant)) << values[0];
}

TEST_F(Advice, ForNumbersKeepsMoreDecimalsOfLaterFiles) {
  const Texts first{"0,92", "1,17", "1,05"};
  EXPECT_EQ(Run(AdviceOf(formats::TypeNote(FactsOf(first), "x", {})), {"0,0061", "123456789,5"}), (Texts{"0.006100", "123456789.500000"}));
}

TEST_F(Advice, ForDatesGivesWhatTheyMean) {
  const std::pair<Texts, Texts> columns[] = {{{"31.12.2024", "1.2.2024"}, {"2024-12-31", "2024-02-01"}},
                                             {{"12/31/2024", "1/2/24"}, {"2024-12-31", "2024-01-02"}},
                                             {{"31.12.2024 10:00", "1.2.2024"}, {"2024-12-31 10:00:00", "2024-02-01 00:00:00"}},
                                             {{"31.12.2024 noon", "1.2.2024"}, {"2024-12-31", "2024-02-01"}},
                                             {{" 31.12.2024", "1.2.2024 "}, {"2024-12-31", "2024-02-01"}},
                                             {{"Jan 1 2000", "Jun 12 1998"}, {"2000-01-01", "1998-06-12"}},
                                             {{"January 1, 2000", "May 3, 1998", "Sep 4, 2001"}, {"2000-01-01", "1998-05-03", "2001-09-04"}},
                                             {{"12-Jun-98", "1-MAY-2001"}, {"1998-06-12", "2001-05-01"}},
                                             {{"12 jun 2024 10:30:05"}, {"2024-06-12 10:30:05"}},
                                             {{"1. Januar 2024", "31. März 2023"}, {"2024-01-01", "2023-03-31"}},
                                             {{"1 août 2024", "2 Février 2023", "bientôt 2023"}, {"2024-08-01", "2023-02-02", "NULL"}},
                                             {{"1 enero 2024", "soon"}, {"2024-01-01", "NULL"}},
                                             {{"31.12.2024", "soon"}, {"2024-12-31", "NULL"}}};
  for (const auto& [values, meant] : columns) EXPECT_EQ(Advised(values), meant) << values[0];
}

// How one supplier writes numbers.
struct Style {
  std::string decimal, group, before, behind;
  unsigned minus = 0;

  std::string Written(std::string digits, const std::string& fraction, bool negative) const {
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, group);
    const std::string number = before + digits + (fraction.empty() ? "" : decimal + fraction);
    if (!negative) return number + behind;
    switch (minus) {
      case 0: return "-" + number + behind;
      case 1: return "(" + number + behind + ")";
      case 2: return "\u2212" + number + behind;
      default: return number + "-" + behind;
    }
  }
};

Style AnyStyle(std::mt19937& random) {
  const auto pick = [&](const Texts& of) { return of[random() % of.size()]; };
  Style style;
  style.decimal = random() % 2 == 0 ? "," : ".";
  if (random() % 4 > 0) style.group = pick({style.decimal == "," ? "." : ",", "'", "’", " ", "\u00A0", "\u202F"});
  const std::string mark = pick({"", "", "€", "$", "EUR", "%", "kr", "CHF"}), gap = pick({"", " ", "\u00A0"});
  if (!mark.empty() && random() % 2 == 0) style.before = mark + gap;
  if (!mark.empty() && style.before.empty()) style.behind = gap + mark;
  style.minus = random() % 4;
  return style;
}

// Property: numbers in any one style come back with every digit, or the note says that it does not show how to read them.
TEST_F(Advice, ForGeneratedNumbersLosesNoDigit) {
  std::mt19937 random(11);
  int checked = 0;
  for (int round = 0; round < 300; ++round) {
    const Style style = AnyStyle(random);
    Texts values, meant;
    for (int i = 0; i < 8; ++i) {
      const std::string whole = std::to_string(random() % (i % 2 == 0 ? 1000U : 1'000'000'000U));
      std::string fraction;
      for (std::size_t n = random() % 5; n > 0; --n) fraction += static_cast<char>('0' + random() % 10);
      const bool negative = random() % 3 == 0 && whole != "0";
      values.push_back(style.Written(whole, fraction, negative));
      meant.push_back((negative ? "-" : "") + whole + (fraction.empty() ? "" : "." + fraction));
    }
    const ColumnFacts facts = FactsOf(values);
    const std::string note = formats::TypeNote(facts, "x", {}), sql = AdviceOf(note), all = testing::PrintToString(values) + note;
    if (facts.Type() != "VARCHAR" || note.find("does not show") != std::string::npos || note.find("compare with the source") != std::string::npos) continue;
    ASSERT_NE(sql, "") << all;
    EXPECT_EQ(sql.find("TRY_CAST"), std::string::npos) << all;
    const Texts got = Run(sql, values);
    ASSERT_EQ(got.size(), values.size()) << got[0] << all;
    Texts exact;
    for (const std::string& text : meant) exact.push_back(Run("CAST(x AS DECIMAL(38,10))", {text})[0]);
    EXPECT_EQ(Run("CAST(x AS DECIMAL(38,10))", got), exact) << all;
    ++checked;
  }
  EXPECT_GT(checked, 150);
}

}  // namespace
}  // namespace weir::engine
