#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DecodeStage : public StageTest {};

const std::string kRaw = "RawHistory/default/shop/orders_raw/file_land_timestamp=1700003600/";

TEST_F(DecodeStage, RowsThatDoNotFitAreQuarantinedAndTheLedgerCloses) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\nx,Rome,20\n3,Rome\n,Bern,4\n5,Bern,50\n");
  const auto outcome = Decoded();
  EXPECT_EQ(outcome.rows, Sums(5, 2, 3, 0));
  EXPECT_EQ(outcome.commits[0].rows, 2);
  EXPECT_THAT(Rows("orders"), ElementsAre(R"({"amount":10,"city":"Oslo","id":1})", R"({"amount":50,"city":"Bern","id":5})"));
  EXPECT_THAT(
      QuarantineLines("decode"),
      ElementsAre("{\"column\":\"id\",\"file\":\"" + kRaw + "a_1700003600.csv\",\"line\":3,\"reason\":\"'x' is not an INTEGER\",\"text\":\"x,Rome,20\"}",
                  "{\"column\":\"amount\",\"file\":\"" + kRaw + "a_1700003600.csv\",\"line\":4,\"reason\":\"has too few values\",\"text\":\"3,Rome\"}",
                  "{\"column\":\"id\",\"file\":\"" + kRaw + "a_1700003600.csv\",\"line\":5,\"reason\":\"is missing\",\"text\":\",Bern,4\"}"));
}

TEST_F(DecodeStage, ASecondRunDecodesOnlyTheNewFileAndTheSumsAreOverAll) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\nx,Rome,20\n");
  Decoded();
  const auto before = State("orders");
  NextRun();
  folder_.Write("source/in/b.csv", "id,city,amount\n2,Rome,20\n3,Bern,30\n");
  const auto outcome = Decoded();
  EXPECT_EQ(outcome.message, "1 file decoded, 1 kept, 0 removed");
  EXPECT_EQ(outcome.rows, Sums(4, 3, 1, 0));
  const auto after = State("orders");
  EXPECT_EQ(after.files.size(), 2U);
  EXPECT_EQ(after.files.at(before.files.begin()->first), before.files.begin()->second);
  EXPECT_EQ(outcome.commits[0].dataAsOf, Time::FromSeconds(1'700'007'200));
}

TEST_F(DecodeStage, TheHashOfTheVersionIsThatOfItsRowsHoweverTheyCame) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n2,Rome,20\n");
  const std::string one = Decoded().commits[0].contentHash;
  std::filesystem::remove_all(folder_ / "lake");
  std::filesystem::create_directories(folder_ / "lake");
  folder_.Write("source/in/a.csv", "id,city,amount\n2,Rome,20\n");
  Decoded();
  NextRun();
  folder_.Write("source/in/b.csv", "amount,city,id\n10,Oslo,1\n");
  EXPECT_EQ(Decoded().commits[0].contentHash, one);
}

TEST_F(DecodeStage, ANewSchemaDecodesEverythingAgain) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Decoded();
  NextRun();
  Table("orders").columns[2].type = "BIGINT";
  const auto outcome = Good(Decode());
  EXPECT_EQ(outcome.message, "1 file decoded, 0 kept, 1 removed");
  EXPECT_EQ(State("orders").files.size(), 1U);
  EXPECT_THAT(Rows("orders"), ElementsAre(R"({"amount":10,"city":"Oslo","id":1})"));
}

TEST_F(DecodeStage, AnotherFormatOfDatesDecodesEverythingAgain) {
  Table("orders").columns.push_back(Optional("day", "DATE"));
  folder_.Write("source/in/a.csv", "id,city,amount,day\n1,Oslo,10,02.01.2024\n");
  folder_.Write("source/in/b.csv", "id,city,amount,day\n2,Rome,20,2024-01-03\n");
  Table("orders-raw").format = api::CsvFormat{.dateFormat = "%d.%m.%Y"};
  Table("orders").quarantine = api::QuarantineLimit{.maxShare = "100%"};
  EXPECT_EQ(Decoded().rows, Sums(2, 1, 1, 0));
  EXPECT_THAT(Rows("orders"), ElementsAre(R"({"amount":10,"city":"Oslo","day":"2024-01-02","id":1})"));
  NextRun();
  Table("orders-raw").format = api::CsvFormat{.dateFormat = "%m.%d.%Y"};
  EXPECT_EQ(Good(Decode()).rows, Sums(2, 1, 1, 0));
  EXPECT_THAT(Rows("orders"), ElementsAre(R"({"amount":10,"city":"Oslo","day":"2024-02-01","id":1})"));
  NextRun();
  Table("orders-raw").format = api::CsvFormat{};
  Good(Decode());
  EXPECT_THAT(Rows("orders"), ElementsAre(R"({"amount":20,"city":"Rome","day":"2024-01-03","id":2})"));
}

TEST_F(DecodeStage, NothingNewCommitsNothing) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Decoded();
  NextRun();
  const auto outcome = Good(Decode());
  EXPECT_EQ(State("orders").version, 0);
  ASSERT_EQ(outcome.commits.size(), 1U) << "the version that holds is reported, so that status has what this run found";
  EXPECT_EQ(outcome.commits[0].version, 0);
  EXPECT_EQ(outcome.rows, Sums(1, 1, 0, 0));
}

TEST_F(DecodeStage, TheSameStageAgainAnswersWithTheSameFacts) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\nx,,\n");
  const auto first = Decoded();
  const auto again = Good(Decode(2));
  EXPECT_EQ(again.rows, first.rows);
  EXPECT_EQ(again.commits[0].contentHash, first.commits[0].contentHash);
  EXPECT_EQ(again.commits[0].version, first.commits[0].version);
  EXPECT_FALSE(again.commits[0].unchanged) << "this run made it";
  EXPECT_THAT(again.message, HasSubstr("an earlier attempt had committed"));
  NextRun();
  const auto next = Good(Decode());
  EXPECT_TRUE(next.commits.at(0).unchanged);
  EXPECT_EQ(next.commits[0].version, first.commits[0].version);
  EXPECT_TRUE(next.rows) << "its files and rows are accounted for all the same";
}

TEST_F(DecodeStage, AnOlderAttemptCannotCommitAfterANewerOneHasTheTable) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Good(Land());
  Good(Accept());
  auto broken = Decode(2);
  broken.tables[2].columns.push_back(Required("absent", "INTEGER"));
  Bad(broken, api::OutcomeClass::Data, api::Reason::FileUnreadable);  // it has claimed the table
  EXPECT_THAT(Bad(Decode(1), api::OutcomeClass::Fenced, api::Reason::Fenced).message, HasSubstr("newer attempt"));
}

TEST_F(DecodeStage, AnOlderRunReplacesNothingOfANewerOne) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Good(Land());
  Good(Accept());
  const api::StageTask late = Decode();
  NextRun();
  folder_.Write("source/in/b.csv", "id,city,amount\n2,Rome,20\n");
  Decoded();
  const auto rows = Rows("orders");
  const auto version = State("orders").version;
  EXPECT_THAT(Bad(late, api::OutcomeClass::Fenced, api::Reason::Fenced).message, HasSubstr("was taken by a newer run, orders-"));
  EXPECT_EQ(Rows("orders"), rows);
  EXPECT_EQ(State("orders").version, version);
}

TEST_F(DecodeStage, AnUnreadableFileIsNamed) {
  folder_.Write("source/in/a.csv", "id,city\n1,Oslo\n");
  Good(Land());
  Good(Accept());
  const auto outcome = Bad(Decode(), api::OutcomeClass::Data, api::Reason::FileUnreadable);
  EXPECT_THAT(outcome.message, HasSubstr("a_1700003600.csv"));
  EXPECT_THAT(outcome.message, HasSubstr("amount"));
  EXPECT_EQ(State("orders").version, -1);
}

TEST_F(DecodeStage, ADoubledKeyOverTwoFilesRefusesTheCommit) {
  Table("orders").keys = {api::Key{{"id"}}};
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Decoded();
  NextRun();
  folder_.Write("source/in/b.csv", "id,city,amount\n1,Rome,20\n");
  Good(Land());
  Good(Accept());
  EXPECT_THAT(
      Bad(Decode(), api::OutcomeClass::Data, api::Reason::CheckFailed).message,
      HasSubstr(
          "key (id) must be unique: 1 row fails, e.g. id = '1', which is there 2 times, in source/in/a.csv, source/in/b.csv. The stage committed nothing"));
  EXPECT_EQ(State("orders").files.size(), 1U);
}

TEST_F(DecodeStage, AnExampleOfAFailedCheckIsShortAndFitForATerminal) {
  Table("orders").keys = {api::Key{{"city"}}};
  const std::string city = "\x1b[31mred" + std::string(5000, 'x');
  folder_.Write("source/in/a.csv", "id,city,amount\n1," + city + ",10\n2," + city + ",10\n");
  Good(Land());
  Good(Accept());
  const std::string message = Bad(Decode(), api::OutcomeClass::Data, api::Reason::CheckFailed).message;
  EXPECT_THAT(message, HasSubstr("e.g. city = '\\x1B[31mred"));
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_LT(message.size(), 400U);
}

TEST_F(DecodeStage, ChecksQuarantineRowsWithTheirFileAndLine) {
  Table("orders").checks = {{.name = "small", .rule = api::RangeCheck{"amount", "", "15"}, .onFailure = api::OnFailure::Quarantine}};
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n2,Rome,20\n");
  const auto outcome = Decoded();
  EXPECT_EQ(outcome.rows, Sums(2, 1, 1, 0));
  ASSERT_EQ(QuarantineLines("decode").size(), 1U);
  EXPECT_THAT(QuarantineLines("decode")[0], HasSubstr("\"file\":\"" + kRaw + "a_1700003600.csv\",\"line\":3,"));
  EXPECT_THAT(QuarantineLines("decode")[0], HasSubstr("fails check small"));
}

TEST_F(DecodeStage, ChecksQuarantineTheRowsOfEachFileAnew) {
  Table("orders").checks = {{.name = "small", .rule = api::RangeCheck{"amount", "", "15"}, .onFailure = api::OnFailure::Quarantine}};
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n2,Rome,20\n");
  folder_.Write("source/in/b.csv", "id,city,amount\n3,Bern,11\n4,Bern,12\n5,Bern,99\n");
  EXPECT_EQ(Decoded().rows, Sums(5, 3, 2, 0));
  EXPECT_THAT(Rows("orders", "SELECT sum(id)::BIGINT AS ids FROM orders"), ElementsAre(R"({"ids":8})"));
}

TEST_F(DecodeStage, AFileWithoutAGoodRowStillStandsInTheLedger) {
  Table("orders").quarantine = api::QuarantineLimit{.maxShare = "100%"};
  folder_.Write("source/in/a.csv", "id,city,amount\nx,Oslo,10\n");
  EXPECT_EQ(Decoded().rows, Sums(1, 0, 1, 0));
  EXPECT_EQ(State("orders").files.size(), 1U);
  EXPECT_THAT(Rows("orders"), IsEmpty());
}

TEST_F(DecodeStage, DataTimeIsTheNewestEventWhereOneIsDeclared) {
  Table("orders").columns.push_back(Optional("at", "TIMESTAMP"));
  Table("orders").eventTime = "at";
  folder_.Write("source/in/a.csv", "id,city,amount,at\n1,Oslo,10,2023-05-06T07:08:09Z\n2,Oslo,10,2023-01-01T00:00:00Z\n");
  EXPECT_EQ(Format(*Decoded().commits[0].dataAsOf), "2023-05-06T07:08:09Z");
}

}  // namespace
}  // namespace weir::stages
