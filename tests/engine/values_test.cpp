// One grammar for every reader: what a text is as a value of a type does not depend on the file it stands in.
#include <duckdb.hpp>
#include <random>
#include <set>

#include "runner/formats/values/value.h"
#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

constexpr int kTexts = 10'000;
const std::vector<std::string> kMissing{"", " ", "\t", "  \t "};  // in every type but those of texts
const std::vector<std::string> kNullWords{"NA", "-", "n/a"};      // where a CSV format declares them

// Texts near the grammar: a value of some type with a few bytes changed.
std::vector<std::string> Texts(unsigned seed) {
  const std::vector<std::string> seeds{"0",
                                       "-1",
                                       "127",
                                       "32768",
                                       "2147483647",
                                       "9223372036854775807",
                                       "1.50",
                                       "1e5",
                                       "-.5e-3",
                                       "12345.67",
                                       "true",
                                       "F",
                                       "no",
                                       "2024-02-29",
                                       "2024/01/31",
                                       "epoch",
                                       "NaN",
                                       "infinity",
                                       "0001-01-01",
                                       "9999-12-31",
                                       "2024-01-31T10:00:00Z",
                                       "2024-01-31 10:00:00.123456+02:00",
                                       "0x1F",
                                       "1_000",
                                       "10:00",
                                       "2024-05-01 10:10:00.500 America/New_York",
                                       "text \"quoted\", with ünicode",
                                       " 7 ",
                                       "00",
                                       "1.0"};
  const std::string bytes = "0123456789.-+:/eETZ _x,\"";
  std::mt19937 random(seed);
  std::vector<std::string> texts;
  while (texts.size() < kTexts) {
    std::string text = seeds[random() % seeds.size()];
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % (text.size() + 1);
      if (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) continue;
      const std::size_t gone = at < text.size() ? random() % 2 : 0;
      if (at > 0 && static_cast<unsigned char>(text[at - 1]) >= 0x80) continue;
      text.replace(at, gone, 1, bytes[random() % bytes.size()]);
    }
    texts.push_back(std::move(text));
    if (texts.size() % 100 == 0) texts.insert(texts.end(), kMissing.begin(), kMissing.end());
  }
  return texts;
}

class OneGrammar : public EngineTest, public testing::WithParamInterface<const char*> {
 protected:
  bool IsOfTexts() const { return std::string(GetParam()) == "VARCHAR" || std::string(GetParam()) == "BLOB"; }
  bool IsMissing(const std::string& text) const { return !IsOfTexts() && formats::Trimmed(text).empty(); }

  std::set<std::int64_t> Rejected(const InputFile& file, const api::Format& format, api::Column column) {
    const auto rows = Decode(file, format, {std::move(column)});
    EXPECT_TRUE(rows.ok()) << (rows.ok() ? "" : rows.error().message);
    std::set<std::int64_t> lines;
    for (const RejectedRow& row : rejected_) lines.insert(row.line);
    return lines;
  }

  InputFile Csv(const std::vector<std::string>& texts) {
    std::string file = "v\n";
    for (const std::string& text : texts) {
      file += '"';
      for (const char c : text) file += c == '"' ? std::string("\"\"") : std::string(1, c);
      file += "\"\n";
    }
    return Put("in.csv", file);
  }

  InputFile Json(const std::vector<std::string>& texts) {
    std::string file;
    for (const std::string& text : texts) file += Dump({{"v", text}}) + "\n";
    return Put("in.json", file);
  }

  InputFile Parquet(const std::vector<std::string>& texts) {
    duckdb::DuckDB database(nullptr);
    duckdb::Connection other(database);
    EXPECT_FALSE(other.Query("CREATE TABLE t (v VARCHAR)")->HasError());
    duckdb::Appender rows(other, "t");
    for (const std::string& text : texts) rows.AppendRow(duckdb::Value(text));
    rows.Close();
    EXPECT_FALSE(other.Query("COPY t TO '" + (folder_ / "in.parquet") + "' (FORMAT parquet)")->HasError());
    return {store_, "in.parquet"};
  }
};

// A text has one value, or one reason to be refused, whatever file it is in; an empty or blank one is missing, also where a
// value is wanted.
TEST_P(OneGrammar, JudgesATextTheSameInEveryFormat) {
  const std::vector<std::string> texts = Texts(11);
  const auto type = *formats::ParseColumnType(GetParam());
  for (const api::Column& column : {Optional("v", GetParam()), Required("v", GetParam())}) {
    std::set<std::int64_t> misfits;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const bool refused = IsMissing(texts[i]) ? !column.IsNullable() : formats::MisfitOf(texts[i], type) != formats::Misfit::None;
      if (refused) misfits.insert(static_cast<std::int64_t>(i) + 1);
    }
    std::set<std::int64_t> csv;
    for (const std::int64_t line : Rejected(Csv(texts), api::CsvFormat{}, column)) csv.insert(line - 1);
    const std::string values = Measure("decoded").contentHash;
    EXPECT_EQ(csv, misfits);
    EXPECT_EQ(Rejected(Json(texts), api::JsonFormat{}, column), misfits);
    EXPECT_EQ(Measure("decoded").contentHash, values) << "JSON";
    EXPECT_EQ(Rejected(Parquet(texts), api::ParquetFormat{}, column), misfits);
    EXPECT_EQ(Measure("decoded").contentHash, values) << "Parquet";
  }
}

TEST_P(OneGrammar, GivesTheSameReasonInEveryFormat) {
  std::vector<std::string> texts = Texts(23);
  texts.resize(1000);
  const auto reasons = [this](const InputFile& file, const api::Format& format) {
    std::vector<std::string> all;
    Rejected(file, format, Required("v", GetParam()));
    for (const RejectedRow& row : rejected_) all.push_back(row.reason);
    return all;
  };
  const auto csv = reasons(Csv(texts), api::CsvFormat{});
  EXPECT_EQ(reasons(Json(texts), api::JsonFormat{}), csv);
  EXPECT_EQ(reasons(Parquet(texts), api::ParquetFormat{}), csv);
}

// CSV alone has words for missing values: there they are missing, and all other texts are what they are without them.
TEST_P(OneGrammar, TakesDeclaredNullWordsForMissingAndChangesNothingElse) {
  std::vector<std::string> texts = Texts(7);
  for (std::size_t i = 0; i < texts.size(); i += 37) texts[i] = kNullWords[i % kNullWords.size()];
  const auto is_word = [](const std::string& text) { return std::find(kNullWords.begin(), kNullWords.end(), formats::Trimmed(text)) != kNullWords.end(); };
  const auto type = *formats::ParseColumnType(GetParam());
  std::set<std::int64_t> misfits;
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (!IsMissing(texts[i]) && (IsOfTexts() || !is_word(texts[i])) && formats::MisfitOf(texts[i], type) != formats::Misfit::None)
      misfits.insert(static_cast<std::int64_t>(i) + 2);
  EXPECT_EQ(Rejected(Csv(texts), api::CsvFormat{.nullTexts = kNullWords}, Optional("v", GetParam())), misfits);
}

INSTANTIATE_TEST_SUITE_P(Types, OneGrammar,
                         testing::Values("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(10,2)", "DECIMAL(38,19)", "DATE",
                                         "TIMESTAMP", "VARCHAR", "BLOB"));

}  // namespace
}  // namespace weir::engine
