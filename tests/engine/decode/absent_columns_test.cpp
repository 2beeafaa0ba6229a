// Declared columns that a file does not have, and columns of a file that nobody declared: one rule over all formats.
#include <duckdb.hpp>
#include <random>

#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const api::Format kCsv = api::CsvFormat{}, kJson = api::JsonFormat{}, kParquet = api::ParquetFormat{};

api::Column When(api::WhenAbsent when, api::Column column) {
  column.whenAbsent = when;
  return column;
}

// Two rows with these columns of small numbers, written in each format.
class AbsentColumns : public EngineTest {
 protected:
  InputFile File(const api::Format& format, const std::vector<std::string>& names) {
    if (format.Is<api::CsvFormat>()) return Put("in.csv", Csv(names));
    if (format.Is<api::JsonFormat>()) return Put("in.json", Json(names));
    std::string outputs;
    for (std::size_t i = 0; i < names.size(); ++i) outputs += (i > 0 ? ", r + " : "r + ") + std::to_string(i) + " AS \"" + names[i] + "\"";
    duckdb::DuckDB database(nullptr);
    duckdb::Connection other(database);
    EXPECT_FALSE(other.Query("COPY (SELECT " + outputs + " FROM range(2) q(r)) TO '" + (folder_ / "in.parquet") + "' (FORMAT parquet)")->HasError());
    return {store_, "in.parquet"};
  }
  std::string ErrorOf(const api::Format& format, const std::vector<std::string>& names, const std::vector<api::Column>& columns) {
    const auto rows = Decode(File(format, names), format, columns);
    if (rows.ok()) return "";
    EXPECT_EQ(rows.error().fault, Fault::Data) << rows.error().message;
    EXPECT_EQ(rows.error().reason, "FileUnreadable") << rows.error().message;
    return rows.error().message;
  }

 private:
  static std::string Csv(const std::vector<std::string>& names) {
    std::string text;
    for (int row = -1; row < 2; ++row)
      for (std::size_t i = 0; i < names.size(); ++i)
        text += (row < 0 ? names[i] : std::to_string(row + static_cast<int>(i))) + (i + 1 < names.size() ? "," : "\n");
    return text;
  }
  static std::string Json(const std::vector<std::string>& names) {
    std::string text;
    for (int row = 0; row < 2; ++row) {
      weir::Json record = weir::Json::object();
      for (std::size_t i = 0; i < names.size(); ++i) record[names[i]] = row + static_cast<int>(i);
      text += Dump(record) + "\n";
    }
    return text;
  }
};

TEST_F(AbsentColumns, AreNullInEveryFormatWhereThatIsDeclared) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), When(api::WhenAbsent::SetNull, Optional("discount", "DECIMAL(6,2)")),
                                         Optional("price", "INTEGER"), When(api::WhenAbsent::SetNull, Optional("note", "VARCHAR"))};
  for (const api::Format& format : {kCsv, kJson, kParquet}) {
    EXPECT_EQ(ErrorOf(format, {"id", "price"}, columns), "");
    EXPECT_THAT(rejected_, IsEmpty());
    EXPECT_THAT(absent_, ElementsAre("discount<discount as expected", "note<note as expected"));
    EXPECT_THAT(RowsOf("decoded", columns),
                ElementsAre(R"({"discount":null,"id":0,"note":null,"price":1})", R"({"discount":null,"id":1,"note":null,"price":2})"));
  }
}

TEST_F(AbsentColumns, MakeAFileOfEveryFormatUnreadableWhereThatIsDeclared) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), When(api::WhenAbsent::Fail, Optional("discount", "DECIMAL(6,2)"))};
  for (const api::Format& format : {kCsv, kJson, kParquet}) {
    const std::string error = ErrorOf(format, {"id", "discont", "price"}, columns);
    for (const char* part :
         {"in.", "is missing these columns: discount (did you mean discont?) (found: ", "price", "whenAbsent: SetNull for discount", "sourceName"})
      EXPECT_THAT(error, HasSubstr(part));
  }
}

TEST_F(AbsentColumns, ThatSayNothingMeanWhatTheyMeant) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("discount", "DECIMAL(6,2)")};
  for (const api::Format& format : {kCsv, kParquet}) EXPECT_THAT(ErrorOf(format, {"id"}, columns), HasSubstr("is missing these columns: discount"));
  EXPECT_EQ(ErrorOf(kJson, {"id"}, columns), "");
  EXPECT_THAT(absent_, ElementsAre("discount<discount"));
}

TEST_F(AbsentColumns, ThatMustHaveAValueAreToldWhatToDeclareFirst) {
  const std::string error = ErrorOf(kCsv, {"price"}, {Required("id", "BIGINT"), Optional("price", "INTEGER")});
  EXPECT_THAT(error, HasSubstr("declare it without nullable: false and with whenAbsent: SetNull"));
  EXPECT_THAT(error, Not(HasSubstr("SetNull for")));
}

// Else a file of another kind would be a table of nothing but NULL.
TEST_F(AbsentColumns, AreUnreadableWhenTheyAreAll) {
  const std::vector<api::Column> columns{When(api::WhenAbsent::SetNull, Optional("id", "BIGINT")),
                                         When(api::WhenAbsent::SetNull, Optional("price", "INTEGER"))};
  for (const api::Format& format : {kCsv, kJson, kParquet})
    EXPECT_THAT(ErrorOf(format, {"x", "y"}, columns),
                AllOf(HasSubstr("has none of the declared columns: id, price"), testing::Not(HasSubstr("declare whenAbsent"))));
  const std::vector<api::Column> undeclared{Optional("id", "BIGINT"), Optional("price", "INTEGER")};
  for (const api::Format& format : {kCsv, kParquet})
    EXPECT_THAT(ErrorOf(format, {"x", "y"}, undeclared),
                AllOf(HasSubstr("has none of the declared columns: id, price"), testing::Not(HasSubstr("declare whenAbsent"))));
}

TEST_F(AbsentColumns, OfAFileWithoutHeaderAreTheLastOnes) {
  api::Format format = api::CsvFormat{.header = false};
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("price", "INTEGER"),
                                         When(api::WhenAbsent::SetNull, Optional("discount", "INTEGER")),
                                         When(api::WhenAbsent::SetNull, Optional("note", "VARCHAR"))};
  ASSERT_TRUE(Decode(Put("in.csv", "1,10\n2,20\n"), format, columns).ok());
  EXPECT_THAT(rejected_, IsEmpty());
  EXPECT_THAT(RowsOf("decoded", columns),
              ElementsAre(R"({"discount":null,"id":1,"note":null,"price":10})", R"({"discount":null,"id":2,"note":null,"price":20})"));
  ASSERT_TRUE(Decode(Put("in.csv", "1,10,5\n2,20,6\n"), format, columns).ok());
  EXPECT_THAT(absent_, ElementsAre("note<note as expected"));
  ASSERT_TRUE(Decode(Put("in.csv", "1,10,5,x\n2,20\n"), format, columns).ok());
  EXPECT_THAT(absent_, IsEmpty());
  EXPECT_EQ(rejected_.size(), 1U) << "the first record says what the file has";
  ASSERT_TRUE(Decode(Put("in.csv", "1\n2\n"), format, columns).ok());
  EXPECT_EQ(rejected_.size(), 2U) << "price may not be absent";
}

TEST_F(AbsentColumns, DoNotHideThatAColumnIsThereTwice) {
  const std::vector<api::Column> columns{Optional("id", "BIGINT"), When(api::WhenAbsent::SetNull, Optional("note", "VARCHAR"))};
  const auto rows = Decode(Put("in.csv", "id,id\n1,2\n"), kCsv, columns);
  ASSERT_FALSE(rows.ok());
  EXPECT_THAT(rows.error().message, HasSubstr("has these columns twice: id"));
}

TEST_F(AbsentColumns, WithAQuarantiningCheckAreQuarantinedRowByRow) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), When(api::WhenAbsent::SetNull, Optional("discount", "INTEGER"))};
  const std::vector<api::Check> checks{{.name = "there", .rule = api::NotNullCheck{{"discount"}}, .onFailure = api::OnFailure::Quarantine}};
  for (const api::Format& format : {kCsv, kJson, kParquet}) {
    ASSERT_TRUE(Decode(File(format, {"id"}), format, columns, checks).ok());
    EXPECT_EQ(rejected_.size(), 2U);
  }
}

TEST_F(AbsentColumns, NobodyDeclaredAreNamedWithTheOneThatIsMissed) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), When(api::WhenAbsent::SetNull, Optional("discount", "INTEGER"))};
  for (const api::Format& format : {kCsv, kJson, kParquet}) {
    EXPECT_EQ(ErrorOf(format, {"id", "discont", "identity"}, columns), "");
    EXPECT_THAT(undeclared_, testing::UnorderedElementsAre("discont (did you mean discount?)", "identity")) << "id is there, so identity is not meant for it";
    EXPECT_EQ(ErrorOf(format, {"id", "discount"}, columns), "");
    EXPECT_THAT(undeclared_, IsEmpty());
  }
}

// Which columns a file has, which are declared, and what each says when it is absent: the three formats agree.
TEST_F(AbsentColumns, AreJudgedAlikeInEveryFormat) {
  std::mt19937 random(5);
  const std::vector<std::string> names{"a", "b", "c", "d", "total"};
  int unreadable = 0, read = 0;
  for (int round = 0; round < 150; ++round) {
    std::vector<std::string> there;
    std::vector<api::Column> columns;
    for (const std::string& name : names) {
      if (random() % 3 > 0) there.push_back(name);
      if (random() % 3 > 0) columns.push_back(When(random() % 3 == 0 ? api::WhenAbsent::Fail : api::WhenAbsent::SetNull, Optional(name, "INTEGER")));
    }
    if (there.empty() || columns.empty()) continue;
    std::vector<std::string> answers;
    for (const api::Format& format : {kCsv, kJson, kParquet}) {
      const std::string error = ErrorOf(format, there, columns);
      std::string answer = error.substr(0, error.find(" (found"));
      answer = answer.substr(std::min(answer.find(" is missing"), answer.size()));
      if (error.empty()) {
        std::sort(undeclared_.begin(), undeclared_.end());
        for (const std::string& row : RowsOf("decoded", columns)) answer += row;
        answer += testing::PrintToString(absent_) + testing::PrintToString(undeclared_);
      }
      answers.push_back(answer);
    }
    EXPECT_EQ(answers[0], answers[1]) << "CSV and JSON";
    EXPECT_EQ(answers[0], answers[2]) << "CSV and Parquet";
    (answers[0].starts_with(" is missing") ? unreadable : read) += 1;
  }
  EXPECT_GT(unreadable, 20);
  EXPECT_GT(read, 20);
}

}  // namespace
}  // namespace weir::engine
