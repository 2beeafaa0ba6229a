#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::HasSubstr;

std::string Messages(const api::StageOutcome& outcome) {
  std::string text;
  for (const api::Finding& finding : outcome.findings) text += finding.message + "\n";
  return text;
}

// A supplier who delivers other content under a name that was delivered before.
class Redelivery : public StageTest {
 protected:
  void Deliver(const std::string& name, const std::string& rows) { folder_.Write("source/in/" + name, "id,city,amount\n" + rows); }
  // Land and accept; the outcome of decode is the caller's.
  void Bring() {
    Good(Land());
    Good(Accept());
  }
  std::string Ids() { return Rows("orders", "SELECT coalesce(string_agg(id::VARCHAR, ',' ORDER BY id), '') AS ids FROM orders").front(); }
};

TEST_F(Redelivery, ARedeliveryThatIsNotDeclaredAppendsAndWarnsOnceWithTheDatasetToChange) {
  Deliver("a.csv", "1,Oslo,10\n");
  EXPECT_EQ(Messages(Decoded()), "");
  NextRun();
  Deliver("a.csv", "2,Oslo,10\n");
  EXPECT_EQ(Messages(Good(Land())), "") << "one warning a run";
  EXPECT_EQ(Messages(Good(Accept())), "");
  const auto outcome = Good(Decode());
  EXPECT_THAT(Messages(outcome), HasSubstr("source/in/a.csv was delivered again with other content"));
  EXPECT_THAT(Messages(outcome), HasSubstr("declare spec.redelivery of Dataset orders-raw"));
  EXPECT_EQ(Ids(), R"({"ids":"1,2"})");
  NextRun();
  Table("orders-raw").redelivery = api::Redelivery::Append;
  EXPECT_EQ(Messages(Good(Decode())), "");
}

TEST_F(Redelivery, RefuseThatIsDeclaredLateKeepsWhatWasAcceptedAndRefusesTheNext) {
  Deliver("a.csv", "1,Oslo,10\n");
  Decoded();
  NextRun();
  Deliver("a.csv", "2,Oslo,10\n");
  Decoded();
  NextRun();
  Table("orders-raw").redelivery = api::Redelivery::Refuse;
  Deliver("a.csv", "3,Oslo,10\n");
  const auto landed = Good(Land());
  EXPECT_EQ(landed.files, (api::FileLedger{.in = 1, .quarantined = 1})) << "what is declared on RawHistory alone holds where files land";
  EXPECT_THAT(Messages(landed), HasSubstr("stays at the source: source/in/a.csv: was delivered before with other content, and spec.redelivery of Dataset "
                                          "orders-raw is Refuse"));
  Good(Accept());
  const std::string warning = Messages(Good(Decode()));
  EXPECT_EQ(Ids(), R"({"ids":"1,2"})");
  for (const char* part :
       {"source/in/a.csv was accepted more than once", "before spec.redelivery of Dataset orders-raw was Refuse", "a_1700007200.csv\", reason: ...}"})
    EXPECT_THAT(warning, HasSubstr(part));
  NextRun();
  Table("orders-raw").exclude = {{"a_1700007200.csv", "a mistake"}};
  EXPECT_EQ(Messages(Good(Decode())), "") << "nothing is doubtful any more";
  EXPECT_EQ(Ids(), R"({"ids":"1"})");
}

// The bad delivery stays in RawHistory beside the good one: what the messages say takes it out of the way.
class Corrected : public Redelivery {
 protected:
  std::string Failed(const std::string& content) {
    folder_.Write("source/in/a.csv", content);
    NextRun();
    Bring();
    return Bad(Decode(), api::OutcomeClass::Data, reason_).message;
  }
  void IsCuredAsTheMessagesSay(const std::string& content) {
    Deliver("other.csv", "7,Bern,1\n");
    EXPECT_THAT(Failed(content), HasSubstr("To correct it, replace \"source/in/a.csv\" at its source and set spec.redelivery: ReplaceSameName of Dataset "
                                           "orders-raw, so that the newest delivery of each name counts"));
    EXPECT_THAT(Failed("id,city,amount\n1,Oslo,10\n"), HasSubstr("A newer delivery of \"source/in/a.csv\" has landed: set spec.redelivery: ReplaceSameName of "
                                                                 "Dataset orders-raw, so that the newest delivery of each name counts"));
    Table("orders-raw").redelivery = api::Redelivery::ReplaceSameName;
    NextRun();
    Good(Decode());
    EXPECT_EQ(Ids(), R"({"ids":"1,7"})");
    EXPECT_THAT(Failed(content + "again\n"), HasSubstr("Correct it at its source, \"source/in/a.csv\": the newest delivery of each name counts"));
    NextRun();
    Deliver("a.csv", "2,Oslo,11\n");
    Decoded();
    EXPECT_EQ(Ids(), R"({"ids":"2,7"})");
  }
  api::Reason reason_ = api::Reason::FileUnreadable;
};

TEST_F(Corrected, AFileThatCouldNotBeReadIsReplacedUnderItsName) { IsCuredAsTheMessagesSay("nothing,of,it\n1,2,3\n"); }

TEST_F(Corrected, AFileOfWhichNoRowFitsIsReplacedUnderItsName) {
  reason_ = api::Reason::QuarantineExceeded;
  IsCuredAsTheMessagesSay("id,city,amount\nx,Oslo,10\n");
}

TEST_F(Redelivery, ReplaceSameNameThatIsDeclaredLateOnRawHistoryAloneTakesTheNewest) {
  const std::string first = "1,Oslo,10\n", second = "2,Oslo,10\n";
  for (const std::string& rows : {first, second}) {
    NextRun();
    Deliver("a.csv", rows);
    Decoded();
  }
  EXPECT_EQ(Ids(), R"({"ids":"1,2"})");
  NextRun();
  Table("orders-raw").redelivery = api::Redelivery::ReplaceSameName;
  Bring();
  const auto outcome = Good(Decode());
  EXPECT_EQ(Ids(), R"({"ids":"2"})");
  EXPECT_EQ(outcome.files, (api::FileLedger{.in = 2, .out = 1, .superseded = 1}));
  EXPECT_THAT(outcome.message, HasSubstr("1 superseded: source/in/a.csv (file_land_timestamp=1700007200/a_1700007200.csv), by "
                                         "file_land_timestamp=1700010800/a_1700010800.csv"));
  EXPECT_EQ(Messages(outcome), "");
  NextRun();
  Deliver("a.csv", first);
  Bring();
  Good(Decode());
  EXPECT_EQ(Ids(), R"({"ids":"1"})") << "what comes back is the newest again";
  NextRun();
  Table("orders-raw").redelivery = api::Redelivery::Append;
  const auto appended = Good(Decode());
  EXPECT_EQ(Ids(), R"({"ids":"1,2"})") << "one content counts once";
  EXPECT_EQ(appended.files, (api::FileLedger{.in = 3, .out = 2, .superseded = 1}));
}

TEST_F(Redelivery, TheNewestOfEachNameReplacesTheOthersAlsoWhenItsContentComesBack) {
  Table("orders-raw").redelivery = Table("orders-landing").redelivery = api::Redelivery::ReplaceSameName;
  const std::string first = "1,Oslo,10\n", second = "2,Oslo,10\n";
  for (const auto& [rows, ids] : std::vector<std::pair<std::string, std::string>>{{first, "1"}, {second, "2"}, {first, "1"}, {first, "1"}, {second, "2"}}) {
    NextRun();
    Deliver("a.csv", rows);
    Bring();
    const auto outcome = Good(Decode());
    EXPECT_EQ(Ids(), "{\"ids\":\"" + ids + "\"}");
    ASSERT_TRUE(outcome.files.has_value());
    EXPECT_TRUE(outcome.files->Closed());
    EXPECT_EQ(outcome.files->out, 1);
  }
  EXPECT_EQ(State("orders-raw").files.size(), 4U) << "RawHistory keeps every delivery";
}

TEST_F(Redelivery, ADeliveryThatCannotBeReadReplacesNothing) {
  Table("orders-raw").redelivery = Table("orders-landing").redelivery = api::Redelivery::ReplaceSameName;
  Table("orders-raw").onUnreadable = api::OnUnreadable::Quarantine;
  Deliver("a.csv", "1,Oslo,10\n");
  Decoded();
  NextRun();
  folder_.Write("source/in/a.csv", "id,city\n2,Oslo\n");
  EXPECT_EQ(Decoded().files, (api::FileLedger{.in = 2, .out = 1, .quarantined = 1}));
  EXPECT_EQ(Ids(), R"({"ids":"1"})");
}

TEST_F(Redelivery, OrderOfDeliveriesIsCountedNotTimed) {
  Table("orders-raw").redelivery = Table("orders-landing").redelivery = api::Redelivery::ReplaceSameName;
  run_ = 9;
  Deliver("a.csv", "1,Oslo,10\n");
  Decoded();
  Deliver("a.csv", "2,Oslo,10\n");
  auto land = Land(), accept = Accept(), decode = Decode();
  for (api::StageTask* task : {&land, &accept, &decode}) {  // the clock was set back; the epoch was not
    task->run = "orders-late";
    task->runUid = "uid-late";
    task->epoch += 1000;
    task->logicalTime = task->logicalTime - Duration::Hours(1);
    Good(*task);
  }
  EXPECT_EQ(Ids(), R"({"ids":"2"})");
}

TEST_F(Redelivery, AKeyThatADeliveryBreaksNamesTheRedelivery) {
  Table("orders").keys = {api::Key{{"id"}}};
  Deliver("a.csv", "1,Oslo,10\n");
  Decoded();
  NextRun();
  Deliver("a.csv", "1,Oslo,11\n");
  Good(Land());
  Good(Accept());
  EXPECT_THAT(
      Bad(Decode(), api::OutcomeClass::Data, api::Reason::CheckFailed).message,
      testing::AllOf(HasSubstr("key (id) must be unique"), HasSubstr("delivered again with other content, and the rows of all deliveries count: declare "
                                                                     "spec.redelivery of Dataset orders-raw")));
}

TEST_F(Redelivery, ARefusedRedeliveryStaysAtItsSourceAndTheOthersLand) {
  Table("orders-raw").redelivery = Table("orders-landing").redelivery = api::Redelivery::Refuse;
  Deliver("a.csv", "1,Oslo,10\n");
  Decoded();
  NextRun();
  Deliver("a.csv", "2,Oslo,10\n");
  Deliver("b.csv", "3,Oslo,10\n");
  const auto landed = Good(Land());
  EXPECT_EQ(landed.files, (api::FileLedger{.in = 2, .out = 1, .quarantined = 1}));
  EXPECT_THAT(Messages(landed), HasSubstr("source/in/a.csv: was delivered before with other content, and spec.redelivery of Dataset orders-raw is Refuse"))
      << "the plan gives the landing's table what RawHistory declares";
  Good(Accept());
  Good(Decode());
  EXPECT_EQ(Ids(), R"({"ids":"1,3"})");
}

TEST_F(Redelivery, ARedeliveryThatOnlyTheLandingRefusesNamesTheLanding) {
  Table("orders-landing").redelivery = api::Redelivery::Refuse;
  Deliver("a.csv", "1,Oslo,10\n");
  Good(Land());
  NextRun();
  Deliver("a.csv", "2,Oslo,10\n");
  EXPECT_THAT(Messages(Good(Land())), HasSubstr("spec.redelivery of Dataset orders-landing is Refuse"));
}

TEST_F(Redelivery, WhatLandedBeforeRefuseWasDeclaredStaysInLanding) {
  Deliver("a.csv", "1,Oslo,10\n");
  Decoded();
  NextRun();
  Deliver("a.csv", "2,Oslo,10\n");
  Good(Land());
  Table("orders-raw").redelivery = api::Redelivery::Refuse;
  const auto accepted = Good(Accept());
  EXPECT_EQ(accepted.files, (api::FileLedger{.in = 1, .quarantined = 1}));
  EXPECT_THAT(Messages(accepted), HasSubstr("stays in Landing: source/in/a.csv: was accepted before"));
  EXPECT_EQ(State("orders-landing").files.size(), 1U);
  Good(Decode());
  EXPECT_EQ(Ids(), R"({"ids":"1"})");
}

}  // namespace
}  // namespace weir::stages
