// What a stage reads is what was committed: any other file, log entry or log is told before a row of it is used.
#include <fstream>
#include <random>

#include "runner/storage/digest.h"
#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Verification : public StageTest {
 protected:
  Verification() { folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n2,Rome,20\n"); }

  std::string FileOf(const std::string& table) { return "lake/" + Table(table).path + "/" + State(table).files.begin()->first; }
  std::string LogOf(const std::string& table, int version) {
    const std::string log = HoldsFiles(Table(table).zone) ? "_weirkeeper_log" : "_delta_log";
    char name[32];
    std::snprintf(name, sizeof name, "%020d.json", version);
    return "lake/" + Table(table).path + "/" + log + "/" + name;
  }
  api::TableName Of(const std::string& table) { return {Table(table).kind, table}; }
  void Change(const std::string& file, const std::function<void(std::string&)>& change) {
    std::string bytes = folder_.Read(file);
    change(bytes);
    folder_.Write(file, bytes);
  }
  void Replace(const std::string& file, const std::string& from, const std::string& to) {
    Change(file, [&](std::string& text) {
      ASSERT_NE(text.find(from), std::string::npos) << text;
      text.replace(text.find(from), from.size(), to);
    });
  }
};

TEST_F(Verification, ARawHistoryFileThatWasChangedIsNotDecoded) {
  Good(Land());
  Good(Accept());
  const std::string was = State("orders-raw").files.begin()->second.tags.at("sha256");
  Replace(FileOf("orders-raw"), "20", "99");
  const auto outcome = Bad(Decode(), api::OutcomeClass::Data, api::Reason::FileUnreadable);
  EXPECT_THAT(outcome.message, HasSubstr("file_land_timestamp=1700003600/a_1700003600.csv"));
  EXPECT_THAT(outcome.message, HasSubstr("SHA-256 " + storage::Sha256Hex(folder_.Read(FileOf("orders-raw"))) + " instead of " + was));
  EXPECT_EQ(outcome.damaged, Of("orders-raw"));
  EXPECT_EQ(State("orders").version, -1);
}

TEST_F(Verification, NoSingleByteOfARawHistoryFileCanBeOther) {
  Good(Land());
  Good(Accept());
  const std::string file = FileOf("orders-raw"), whole = folder_.Read(file);
  for (std::size_t i = 0; i < whole.size(); i += 3) {
    Change(file, [&](std::string& bytes) { bytes[i] ^= 1; });
    Bad(Decode(), api::OutcomeClass::Data, api::Reason::FileUnreadable);
    folder_.Write(file, whole);
  }
  Change(file, [](std::string& bytes) { bytes += '\n'; });
  Bad(Decode(), api::OutcomeClass::Data, api::Reason::FileUnreadable);
  std::filesystem::remove(folder_ / file);
  const auto gone = Bad(Decode(), api::OutcomeClass::Data, api::Reason::FileUnreadable);
  EXPECT_THAT(gone.message, HasSubstr("is gone"));
  EXPECT_EQ(gone.damaged, Of("orders-raw"));
  folder_.Write(file, whole);
  EXPECT_EQ(Good(Decode()).rows, Sums(2, 2, 0, 0));
}

TEST_F(Verification, AFileThatItsSupplierBrokeIsNoDamageOfTheTable) {
  folder_.Write("source/in/b.csv", "other,columns\n1,2\n");
  Good(Land());
  Good(Accept());
  EXPECT_EQ(Bad(Decode(), api::OutcomeClass::Data, api::Reason::FileUnreadable).damaged, std::nullopt);
}

TEST_F(Verification, ALandedFileThatWasChangedIsDamageOfLanding) {
  Good(Land());
  Replace(FileOf("orders-landing"), "20", "99");
  EXPECT_EQ(Bad(Accept(), api::OutcomeClass::Data, api::Reason::FileUnreadable).damaged, Of("orders-landing"));
}

class Damaged : public Verification, public testing::WithParamInterface<const char*> {
 protected:
  // As the parameter says; false when nothing is left to damage.
  void Damage(const std::string& file) {
    const std::string how = GetParam();
    if (how == "lost") std::filesystem::remove(folder_ / file);
    if (how == "truncated") Change(file, [](std::string& bytes) { bytes.resize(bytes.size() - 40); });
    if (how == "empty") folder_.Write(file, "");
    if (how == "noise") Change(file, [](std::string& bytes) { bytes.assign(bytes.size(), 'x'); });
    if (how == "flipped") Change(file, [](std::string& bytes) { bytes[bytes.size() / 4] ^= 0x55; });
  }
};

TEST_P(Damaged, ProcessedFilesAreDecodedAgainFromRawHistoryInOneCommit) {
  Decoded();
  const auto before = State("orders");
  Damage(FileOf("orders"));
  NextRun();
  const auto outcome = Good(Decode());
  EXPECT_THAT(outcome.message, HasSubstr("1 of them were lost or damaged and made anew"));
  ASSERT_EQ(logged_.size(), 1U);
  EXPECT_THAT(logged_[0], HasSubstr("a_1700003600.csv.parquet"));
  EXPECT_EQ(State("orders").version, before.version + 1);
  EXPECT_EQ(State("orders").files.size(), 1U);
  EXPECT_EQ(outcome.commits[0].contentHash, Text(before.Facts(), "contentHash"));
  EXPECT_THAT(Rows("orders", "SELECT city, amount FROM orders ORDER BY ALL"), ElementsAre(R"({"amount":10,"city":"Oslo"})", R"({"amount":20,"city":"Rome"})"));
}

TEST_P(Damaged, FilesStopTheSqlThatReadsThemByName) {
  if (std::string(GetParam()) == "flipped") GTEST_SKIP() << "its size and footer are as committed: the decode stage finds it by its hash";
  Decoded();
  const std::string file = State("orders").files.begin()->first;
  Damage(FileOf("orders"));
  const auto outcome = Bad(Transform(), api::OutcomeClass::Data, api::Reason::FileUnreadable);
  EXPECT_THAT(outcome.message, HasSubstr(Table("orders").path + "/" + file));
  EXPECT_THAT(outcome.message, HasSubstr("Run the pipeline that writes Dataset orders again"));
  EXPECT_EQ(outcome.message.find("weir://"), std::string::npos) << outcome.message;
  EXPECT_EQ(outcome.damaged, Of("orders"));
  EXPECT_EQ(State("totals").version, -1);
}

INSTANTIATE_TEST_SUITE_P(All, Damaged, testing::Values("lost", "truncated", "empty", "noise", "flipped"), [](const auto& how) { return how.param; });

TEST_F(Verification, AFileWithOtherRowsThanItsLogSaysIsNotRead) {
  Decoded();
  const std::string log = LogOf("orders", 0);
  Replace(log, "numRecords\\\":2", "numRecords\\\":3");
  Replace(log, "\"rows\":2}", "\"rows\":3}");  // what the commit recorded, too
  EXPECT_THAT(Bad(Transform(), api::OutcomeClass::Data, api::Reason::FileUnreadable).message, HasSubstr("has 2 rows instead of the 3 that were committed"));
}

TEST_F(Verification, AnEntryOfALogThatDoesNotAddUpIsTold) {
  Decoded();
  Replace(LogOf("orders", 0), "numRecords\\\":2", "numRecords\\\":1");
  const auto outcome = Bad(Transform(), api::OutcomeClass::Data, api::Reason::LogCorrupt);
  EXPECT_THAT(outcome.message, HasSubstr("has 1 rows"));
  EXPECT_THAT(outcome.message, HasSubstr("recorded 2 rows"));
  EXPECT_EQ(outcome.damaged, Of("orders")) << "the log of an input";
}

TEST_F(Verification, AZoneOfFilesAddsUpToItsContentHash) {
  Good(Land());
  Good(Accept());
  const std::string sha256 = State("orders-raw").files.begin()->second.tags.at("sha256");
  Replace(LogOf("orders-raw", 0), "\"sha256\":\"" + sha256, "\"sha256\":\"" + std::string(64, '0'));
  const auto outcome = Bad(Decode(), api::OutcomeClass::Data, api::Reason::LogCorrupt);
  EXPECT_THAT(outcome.message, HasSubstr("content hash"));
  EXPECT_EQ(outcome.damaged, Of("orders-raw"));
}

TEST_F(Verification, ALogThatStatusKnowsAndThatIsGoneIsNoFreshTable) {
  Decoded();
  const auto known = Good(Transform()).commits[0];
  Table("totals").known = api::KnownVersion{known.version, known.epoch, known.contentHash, known.location};
  NextRun();
  Good(Transform());  // what is there is fine, and newer is too
  std::filesystem::remove_all(folder_ / "lake/Curated/default/shop/totals/_delta_log");
  NextRun();
  const auto lost = Bad(Transform(), api::OutcomeClass::Data, api::Reason::LogLost);
  EXPECT_THAT(lost.message, HasSubstr("has version 0 by its status, and its log is gone"));
  EXPECT_EQ(lost.damaged, Of("totals")) << "the log of the target";
  EXPECT_FALSE(std::filesystem::exists(folder_ / LogOf("totals", 0)));
  Table("totals").known.reset();  // the loss was accepted
  EXPECT_EQ(Good(Transform()).commits[0].version, 0);
}

TEST_F(Verification, FilesThatALostHistoryHadAreNamedUntilTheyAreThereAgain) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,2\n");
  Good(Land());
  const auto accepted = Good(Accept()).commits[0];
  Table("orders-raw").known = api::KnownVersion{accepted.version, accepted.epoch, accepted.contentHash, accepted.location};
  std::filesystem::remove_all(folder_ / ("lake/" + Table("orders-raw").path));
  NextRun();
  Good(Land());
  EXPECT_THAT(Bad(Accept(), api::OutcomeClass::Data, api::Reason::LogLost).message, HasSubstr("only when the log of Landing is given up too"));
  Table("orders-raw").known.reset();  // the loss was accepted
  NextRun();
  const api::StageOutcome anew = Good(Accept());
  ASSERT_THAT(anew.findings, testing::SizeIs(1));
  EXPECT_THAT(anew.findings[0].message, AllOf(HasSubstr("1 file that was accepted is no longer in its log and counts as landed"), HasSubstr("in/a.csv"),
                                              HasSubstr("Dataset orders-landing")));
  folder_.Write("source/in/b.csv", "id,city,amount\n2,Rome,3\n");
  NextRun();
  Good(Land());
  EXPECT_THAT(Good(Accept()).commits[0].warnings, testing::SizeIs(1));
  NextRun();
  Good(Land());
  EXPECT_THAT(Good(Accept()).findings, testing::SizeIs(1)) << "nothing was accepted";
  std::filesystem::remove_all(folder_ / ("lake/" + Table("orders-landing").path));
  NextRun();
  Good(Land());
  EXPECT_THAT(Good(Accept()).findings, testing::IsEmpty());
  EXPECT_THAT(State("orders-raw").files, testing::SizeIs(2));
}

TEST_F(Verification, AFileThatTheEndOfAHistoryHadIsNamed) {
  for (const char* name : {"a.csv", "b.csv"}) {
    folder_.Write(std::string("source/in/") + name, "id,city,amount\n1,Oslo,2\n");
    Good(Land());
    Good(Accept());
    NextRun();
  }
  std::filesystem::remove(folder_ / LogOf("orders-raw", 1));  // and status was lost
  Good(Land());
  EXPECT_THAT(Good(Accept()).findings.at(0).message, HasSubstr("in/b.csv"));
}

TEST_F(Verification, AnOlderOrAnotherLogIsLostToo) {
  Decoded();
  Good(Transform());
  NextRun();
  const auto second = Good(Transform("SELECT 'x' AS city, 1 AS total")).commits[0];
  Table("totals").known = api::KnownVersion{second.version, second.epoch, second.contentHash, second.location};
  const std::string newest = folder_.Read(LogOf("totals", 1));
  std::filesystem::remove(folder_ / LogOf("totals", 1));
  NextRun();
  EXPECT_THAT(Bad(Publish(), api::OutcomeClass::Data, api::Reason::LogLost).message, HasSubstr("its log ends at version 0"));
  folder_.Write(LogOf("totals", 1), newest);
  Replace(LogOf("totals", 1), "\"contentHash\":\"" + second.contentHash, "\"contentHash\":\"" + std::string(32, '0'));
  EXPECT_THAT(Bad(Publish(), api::OutcomeClass::Data, api::Reason::LogLost).message, HasSubstr("its log has another version 1"));
}

TEST_F(Verification, WhatIsKnownOfAnotherPlaceSaysNothing) {
  Decoded();
  Table("totals").known = api::KnownVersion{7, 7, "h", "file:///elsewhere/totals"};
  Good(Transform());
}

}  // namespace
}  // namespace weir::stages
