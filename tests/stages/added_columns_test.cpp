// Columns that a schema gets after files were delivered, and columns of files that no schema has.
#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

api::Column SetNull(api::Column column) {
  column.whenAbsent = api::WhenAbsent::SetNull;
  return column;
}

class AddedColumns : public StageTest {
 protected:
  // Two deliveries: of before, and of after the column was added.
  void DeliverBoth() {
    folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
    Decoded();
    NextRun();
    folder_.Write("source/in/b.csv", "id,city,amount,discount\n2,Rome,20,5\n");
    Good(Land());
    Good(Accept());
  }
};

TEST_F(AddedColumns, OfOlderFilesAreNullAndNoRowIsLost) {
  DeliverBoth();
  Table("orders").columns.push_back(SetNull(Optional("discount", "INTEGER")));
  const auto outcome = Good(Decode());
  EXPECT_EQ(*outcome.rows, Sums(2, 2, 0, 0));
  EXPECT_THAT(outcome.findings, IsEmpty()) << "what is declared needs nobody to look at it";
  EXPECT_THAT(outcome.message, HasSubstr("column discount is NULL in 1 file that does not have it"));
  EXPECT_THAT(Rows("orders"),
              testing::ElementsAre(R"({"amount":10,"city":"Oslo","discount":null,"id":1})", R"({"amount":20,"city":"Rome","discount":5,"id":2})"));
  NextRun();
  EXPECT_THAT(Good(Decode()).message, HasSubstr("column discount is NULL in 1 file")) << "of each version";
}

TEST_F(AddedColumns, OfMoreThanAFilesTagNamesAreNotCountedTooFew) {
  DeliverBoth();
  for (int i = 0; i < 30; ++i) Table("orders").columns.push_back(SetNull(Optional("extra_" + std::to_string(i), "INTEGER")));
  EXPECT_THAT(Good(Decode()).message, HasSubstr("column extra_0 is NULL in 2 files that do not have it; column extra_1"));
  NextRun();
  EXPECT_THAT(Good(Decode()).message, HasSubstr("and so are at least 17 more columns"));
}

TEST_F(AddedColumns, ThatSayNothingFailWithBothWaysOut) {
  DeliverBoth();
  Table("orders").columns.push_back(Optional("discount", "INTEGER"));
  const auto outcome = Bad(Decode(), api::OutcomeClass::Data, api::Reason::FileUnreadable);
  for (const char* part : {"a_1700003600.csv", "is missing these columns: discount", "found: id, city, amount", "declare whenAbsent: SetNull for discount",
                           "spec.exclude", "onUnreadable: Quarantine", "The stage committed nothing"})
    EXPECT_THAT(outcome.message, HasSubstr(part));
  Table("orders").columns.back() = SetNull(Table("orders").columns.back());
  EXPECT_EQ(*Good(Decode(2)).rows, Sums(2, 2, 0, 0));
}

TEST_F(AddedColumns, QuarantinedFilesComeBackOnceTheColumnMayBeAbsent) {
  DeliverBoth();
  Table("orders-raw").onUnreadable = api::OnUnreadable::Quarantine;
  Table("orders").columns.push_back(Optional("discount", "INTEGER"));
  EXPECT_EQ(Good(Decode()).files->quarantined, 1);
  EXPECT_EQ(Rows("orders").size(), 1U);
  NextRun();
  Table("orders").columns.back() = SetNull(Table("orders").columns.back());
  EXPECT_EQ(Good(Decode()).files->quarantined, 0);
  EXPECT_EQ(Rows("orders").size(), 2U);
}

TEST_F(AddedColumns, WithFailMakeAJsonFileUnreadable) {
  for (const char* name : {"orders-landing", "orders-raw"}) Table(name).format = api::JsonFormat{};
  Table("orders").columns[2].whenAbsent = api::WhenAbsent::Fail;
  folder_.Write("source/in/a.json", R"({"id":1,"city":"Oslo","amout":10})");
  Good(Land("in/*.json"));
  Good(Accept());
  const auto outcome = Bad(Decode(), api::OutcomeClass::Data, api::Reason::FileUnreadable);
  EXPECT_THAT(outcome.message, AllOf(HasSubstr("a_1700003600.json"), HasSubstr("amount (did you mean amout?)")));
}

class UndeclaredColumns : public StageTest {
 protected:
  std::vector<std::string> NotesAfter(const std::string& name, const std::string& text) {
    folder_.Write("source/in/" + name, text);
    const auto outcome = Decoded();
    EXPECT_THAT(outcome.findings, IsEmpty());
    NextRun();
    return outcome.notes;
  }
};

TEST_F(UndeclaredColumns, AreNotedOnceForEachName) {
  const auto first = NotesAfter("a.csv", "id,city,amount,region\n1,Oslo,10,north\n");
  ASSERT_EQ(first.size(), 1U);
  EXPECT_THAT(first[0], AllOf(HasSubstr("a_1700003600.csv"), HasSubstr("a column that Dataset orders does not declare"), HasSubstr(": region.")));
  EXPECT_THAT(NotesAfter("b.csv", "id,city,amount,region\n2,Rome,20,south\n"), IsEmpty()) << "who declares fewer columns has no noise";
  const auto next = NotesAfter("c.csv", "id,city,amount,region,channel\n3,Bern,30,west,web\n");
  ASSERT_EQ(next.size(), 1U);
  EXPECT_THAT(next[0], AllOf(HasSubstr(": channel."), Not(HasSubstr("region"))));
  EXPECT_THAT(NotesAfter("d.csv", "id,city,amount\n4,Kyiv,40\n"), IsEmpty());
}

TEST_F(UndeclaredColumns, ThatAreMisspeltNameTheOneThatIsMissed) {
  Table("orders").columns.push_back(SetNull(Optional("discount", "INTEGER")));
  EXPECT_THAT(NotesAfter("a.csv", "id,city,amount,discont\n1,Oslo,10,5\n"), testing::ElementsAre(HasSubstr("discont (did you mean discount?)")));
}

TEST_F(UndeclaredColumns, ThatWereDeclaredForATimeAreNewsAgain) {
  EXPECT_EQ(NotesAfter("a.csv", "id,city,amount,region\n1,Oslo,10,north\n").size(), 1U);
  Table("orders").columns.push_back(Optional("region", "VARCHAR"));
  EXPECT_THAT(NotesAfter("a.csv", "id,city,amount,region\n1,Oslo,10,north\n"), IsEmpty());
  Table("orders").columns.pop_back();
  EXPECT_EQ(NotesAfter("a.csv", "id,city,amount,region\n1,Oslo,10,north\n").size(), 1U);
}

TEST_F(UndeclaredColumns, OfAFailedRunAreNotedByTheOneThatCommits) {
  Table("orders").keys = {api::Key{{"id"}}};
  folder_.Write("source/in/a.csv", "id,city,amount,region\n1,Oslo,10,north\n1,Oslo,10,north\n");
  Good(Land());
  Good(Accept());
  Bad(Decode(), api::OutcomeClass::Data, api::Reason::CheckFailed);
  Table("orders").keys.clear();
  EXPECT_EQ(Good(Decode(2)).notes.size(), 1U);
  const auto found = Good(Decode(3));
  EXPECT_THAT(found.message, HasSubstr("an earlier attempt had committed"));
  EXPECT_EQ(found.notes.size(), 1U) << "the outcome of the attempt that committed may have been lost";
}

TEST_F(UndeclaredColumns, WithoutALegibleNameAreShownInQuotationMarks) {
  for (const char* name : {"orders-landing", "orders-raw"}) Table(name).format = api::JsonFormat{};
  folder_.Write("source/in/a.json", R"({"":5,"id":1,"city":"Oslo","amount":1," ":2,"region ":"north","a b":3})");
  Good(Land("in/*.json"));
  Good(Accept());
  const auto outcome = Good(Decode());
  ASSERT_EQ(outcome.notes.size(), 1U);
  for (const char* name : {R"( "",)", R"( " ",)", R"( "region ")", " a b"}) EXPECT_THAT(outcome.notes[0], HasSubstr(name));
}

TEST_F(UndeclaredColumns, OfAnyNameAndNumberMakeOneShortLine) {
  EXPECT_THAT(NotesAfter("a.csv", "id,city,amount\n1,Oslo,10\n"), IsEmpty());
  for (const char* name : {"orders-landing", "orders-raw"}) Table(name).format = api::JsonFormat{};
  std::string record = "{\"id\":1,\"city\":\"Oslo\",\"amount\":1,\"\\u001b[31mred\":1";
  for (int i = 0; i < 3000; ++i) record += ",\"k" + std::to_string(i) + std::string(100, 'x') + "\":1";
  folder_.Write("source/in/b.json", record + "}");
  std::filesystem::remove(folder_ / "source/in/a.csv");
  Table("orders-raw").exclude = {{"in/a.csv", "another format"}};
  Good(Land("in/*.json"));
  Good(Accept());
  const auto outcome = Good(Decode());
  ASSERT_EQ(outcome.notes.size(), 1U);
  EXPECT_LT(outcome.notes[0].size(), 1000U);
  EXPECT_EQ(outcome.notes[0].find('\x1B'), std::string::npos);
  EXPECT_THAT(outcome.notes[0], HasSubstr(" more. They are not read"));
  EXPECT_LE(State("orders").Facts()["undeclared"].size(), 200U);
}

}  // namespace
}  // namespace weir::stages
