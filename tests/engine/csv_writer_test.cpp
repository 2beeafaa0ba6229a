// What is exported as CSV reads back as the same values.
#include <rapidcheck.h>

#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<api::Column> kAll{Optional("b", "BOOLEAN"), Optional("t", "TINYINT"), Optional("s", "SMALLINT"),      Optional("i", "INTEGER"),
                                    Optional("l", "BIGINT"),  Optional("f", "FLOAT"),   Optional("d", "DOUBLE"),        Optional("p", "DECIMAL(38,18)"),
                                    Optional("v", "VARCHAR"), Optional("day", "DATE"),  Optional("moment", "TIMESTAMP")};

class CsvWriter : public EngineTest {
 protected:
  // Table t has the rows of a SELECT.
  void Make(const std::vector<api::Column>& columns, const std::string& sql) {
    const std::string file = "t-" + std::to_string(++files_) + ".parquet";
    const Status selected = engine_->Select(sql, columns, "rows of t");
    ASSERT_TRUE(selected.ok()) << selected.error().message;
    Write("rows of t", file);
    ASSERT_TRUE(engine_->Attach("t", {{store_, file}}, columns).ok());
  }
  Result<WrittenText> WriteText(const std::string& name, const std::string& delimiter = ",", const std::string& null_text = "") {
    return engine_->WriteCsv({"t", store_, name, delimiter, null_text});
  }
  // With every digit.
  AnswerRows All(const std::string& table) {
    const auto rows = engine_->Answer("SELECT * FROM " + table + " ORDER BY ALL", 1000);
    EXPECT_TRUE(rows.ok()) << (rows.ok() ? "" : rows.error().message);
    return rows.ok() ? *rows : AnswerRows{};
  }
  // The rows of table t are the same before and after they went through a file.
  void SurvivesAFile(const std::vector<api::Column>& columns, const std::string& delimiter, const std::string& null_text) {
    const std::string name = "text-" + std::to_string(++files_) + ".csv";
    const auto before = All("t");
    const auto written = WriteText(name, delimiter, null_text);
    ASSERT_TRUE(written.ok()) << written.error().message;
    EXPECT_EQ(written->rows, static_cast<std::int64_t>(before.size()));
    EXPECT_EQ(written->bytes, static_cast<std::int64_t>(std::filesystem::file_size(folder_ / name)));
    api::CsvFormat format{.delimiter = delimiter};
    format.nullText = null_text;
    const auto read = Decode({store_, name}, format, columns);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_THAT(rejected_, IsEmpty());
    RowsOf("decoded", columns);
    EXPECT_EQ(All("peek"), before);
  }
  int files_ = 0;
};

TEST_F(CsvWriter, EveryTypeReadsBackAsItWas) {
  std::string casts;
  for (const api::Column& column : kAll) casts += (casts.empty() ? "CAST(" : ", CAST(") + column.name + " AS " + column.type + ") AS " + column.name;
  Make(kAll, "SELECT " + casts +
                 " FROM (VALUES "
                 "('true', '127', '-32768', '2147483647', '-9223372036854775808', '1.1', '5e-324', '12345678901234567890.123456789012345678', ' both ', "
                 "'0001-01-01', '0001-01-01 00:00:00'), "
                 "('false', '-128', '0', '0', '0', '-3.4028235e38', '-0', '-0.000000000000000001', '', '9999-12-31', '9999-12-31 23:59:59.999999'), "
                 "(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), "
                 "('true', '0', '0', '0', '0', '1e-45', '1.7976931348623157e308', '0', 'NA', NULL, '2024-01-31 10:00:00.123456')) "
                 "AS v(b, t, s, i, l, f, d, p, v, day, moment)");
  for (const char* delimiter : {",", ";", "|", "\t"})
    for (const char* null_text : {"", "NULL", "null", "NA", "N/A", "None"}) SurvivesAFile(kAll, delimiter, null_text);
}

TEST_F(CsvWriter, TheFileIsAsItIsDescribed) {
  const std::vector<api::Column> columns{Optional("id", "INTEGER"), Optional("name", "VARCHAR"), Optional("moment", "TIMESTAMP")};
  Make(columns, "SELECT * FROM (VALUES (1, 'a\"b', TIMESTAMP '2024-01-31 10:00:00'), (2, NULL, NULL)) AS v(id, name, moment)");
  ASSERT_TRUE(WriteText("out.csv", ";", "NA").ok());
  EXPECT_EQ(*store_->Get("out.csv"), "id;\"name\";moment\n1;\"a\"\"b\";2024-01-31T10:00:00.000000Z\n2;NA;NA\n");
}

TEST_F(CsvWriter, ATableWithoutRowsHasAHeader) {
  Make({Optional("id", "INTEGER")}, "SELECT 1 AS id WHERE false");
  const auto written = WriteText("out.csv");
  ASSERT_TRUE(written.ok()) << written.error().message;
  EXPECT_EQ(written->rows, 0);
  EXPECT_EQ(*store_->Get("out.csv"), "id\n");
}

TEST_F(CsvWriter, AMissingValueOfAnOnlyColumnIsARow) {
  const std::vector<api::Column> columns{Optional("v", "VARCHAR")};
  Make(columns, "SELECT unnest([NULL, '', 'x', NULL]) AS v");
  SurvivesAFile(columns, ",", "");
  SurvivesAFile(columns, ",", "NA");
}

// One SQL value: NULL, or a text made of pieces that delimited text has a meaning for.
std::string AnyText() {
  const std::vector<std::string> pieces{
      "\"", ",", ";", "\n", "\r", "\r\n", " ", "\t", "#", "NA", "NULL", "x", "''", "\\N", "0", "\xEF\xBF\xBD", "\xEF\xBB\xBF", "\xC2\xA0", "\xF0\x9F\x98\x80"};
  if (*rc::gen::inRange(0, 5) == 0) return "NULL";
  std::string text = "'";
  for (const std::size_t piece : *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, pieces.size()))) text += pieces[piece];
  return text + "'";
}

TEST_F(CsvWriter, AnyTextReadsBackAsItWas) {
  const std::vector<api::Column> columns{Optional("i", "INTEGER"), Optional("v", "VARCHAR"), Optional("w", "VARCHAR")};
  EXPECT_TRUE(rc::check([&] {
    std::string rows;
    const int count = *rc::gen::inRange(1, 6);
    for (int i = 0; i < count; ++i) rows += (i == 0 ? "(" : ", (") + std::to_string(i) + ", " + AnyText() + ", " + AnyText() + ")";
    Make(columns, "SELECT i, CAST(v AS VARCHAR) AS v, CAST(w AS VARCHAR) AS w FROM (VALUES " + rows + ") AS v(i, v, w)");
    SurvivesAFile(columns, *rc::gen::elementOf(std::vector<std::string>{",", ";", "|", "\t"}), *rc::gen::elementOf(std::vector<std::string>{"", "NA", "NULL"}));
    RC_ASSERT(!HasFailure());
  }));
}

TEST_F(CsvWriter, AValueThatTextCannotHoldIsRefusedAndNothingIsWritten) {
  Make({Optional("d", "DOUBLE"), Optional("v", "VARCHAR")}, "SELECT 'nan'::DOUBLE AS d, 'x' AS v UNION ALL SELECT -'inf'::DOUBLE, 'y' UNION ALL SELECT 1, 'z'");
  auto refused = WriteText("out.csv");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "BadInput");
  EXPECT_THAT(refused.error().message, HasSubstr("column d of t has NaN or infinity in 2 rows"));
  Make({Optional("v", "VARCHAR")}, "SELECT 'x' || chr(0) AS v");
  refused = WriteText("out.csv");
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("column v of t has the character U+0000 in 1 row"));
  Make({Optional("x", "BLOB")}, "SELECT 'x'::BLOB AS x");
  refused = WriteText("out.csv");
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("column x of t is a BLOB"));
  EXPECT_FALSE(store_->Stat("out.csv").ok());
}

}  // namespace
}  // namespace weir::engine
