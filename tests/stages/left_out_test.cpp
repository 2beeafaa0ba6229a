// Files and rows that are left out, told alike by each run, whatever happened in between.
#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Messages(const api::StageOutcome& outcome) {
  std::string text;
  for (const api::Finding& finding : outcome.findings) text += finding.message + "\n";
  return text;
}

class LeftOutFiles : public StageTest {
 protected:
  void Deliver(const std::string& name, const std::string& rows) { folder_.Write("source/in/" + name, "id,city,amount\n" + rows); }
};

// It did not keep where the file lies. The file itself may be archived by then.
TEST_F(LeftOutFiles, WhatAnOlderReleaseQuarantinedStaysSoWithoutItsFile) {
  Table("orders-raw").onUnreadable = api::OnUnreadable::Quarantine;
  folder_.Write("source/in/short.csv", "id,city\n1,Oslo\n");
  Deliver("good.csv", "2,Rome,20\n");
  Decoded();
  const std::string lake = folder_ / "lake/";
  ASSERT_EQ(std::system(("sed -i 's/\"inputPath\":/\"other\":/g' " + lake + Table("orders").path + "/_delta_log/*.json").c_str()), 0);
  for (const auto& [path, file] : State("orders-raw").files) std::filesystem::remove(lake + Table("orders-raw").path + "/" + path);
  NextRun();
  const auto outcome = Good(Decode());
  EXPECT_THAT(outcome.message, HasSubstr("0 files decoded, 1 kept, 0 removed, 1 quarantined"));
  EXPECT_EQ(outcome.files, (api::FileLedger{.in = 2, .out = 1, .quarantined = 1}));
}

// The log knows how many rows were quarantined: no file is read or written for the verdict.
TEST_F(LeftOutFiles, ALimitThatIsLoweredFailsTheRunWithoutDecodingAgain) {
  Deliver("a.csv", "1,Oslo,10\nx,Rome,20\ny,Bern,30\n");
  Decoded();
  const std::string lake = folder_ / "lake/";
  for (const auto& [path, file] : State("orders-raw").files) std::filesystem::remove(lake + Table("orders-raw").path + "/" + path);
  const auto files_of_table = [&] { return std::distance(std::filesystem::recursive_directory_iterator(lake + Table("orders").path), {}); };
  const auto before = files_of_table();
  Table("orders").quarantine = api::QuarantineLimit{.maxRows = 1};
  for (int again = 0; again < 2; ++again) {
    NextRun();
    const auto failed = Bad(Decode(), api::OutcomeClass::Data, api::Reason::QuarantineExceeded);
    EXPECT_THAT(failed.message, AllOf(HasSubstr("2 of 3 rows do not fit"), HasSubstr("First: line 3, column id, 'x' is not"), HasSubstr("line 4, column id")));
    EXPECT_EQ(files_of_table(), before);
  }
}

// Letters of such a file would become two others each without a word.
TEST_F(LeftOutFiles, AFileInUtf8UnderAnEncodingOfSingleBytesIsAWarningOfEachVersion) {
  for (const char* name : {"orders-landing", "orders-raw"}) Table(name).format = api::CsvFormat{.encoding = api::Encoding::Windows1252};
  Deliver("a.csv", "1,K\xF6ln,10\n");
  EXPECT_THAT(Decoded().findings, testing::IsEmpty());
  NextRun();
  std::string rows;
  for (int i = 0; i < 30'000; ++i) rows += std::to_string(i + 2) + ",K\xC3\xB6ln \xE2\x82\xAC,10\n";  // more than one buffer
  Deliver("b.csv", rows);
  Deliver("ascii.csv", "50000,Oslo,10\n");
  const std::string told = "1 file is UTF-8 by all of its bytes, and Dataset orders-raw declares encoding Windows-1252, by which other letters are read: ";
  EXPECT_THAT(Messages(Decoded()), AllOf(HasSubstr(told), HasSubstr("b_1700007200.csv")));
  NextRun();
  EXPECT_THAT(Messages(Good(Decode())), HasSubstr(told)) << "also while it is kept";
  NextRun();
  Deliver("c.csv", "60000,K\xC3\xB6ln \xF6,10\n");
  EXPECT_THAT(Messages(Decoded()), HasSubstr(told)) << "with one other byte it is not UTF-8";
}

TEST_F(LeftOutFiles, MoreFilesThanALogNamesAreCountedInIt) {
  Table("orders-landing").onUnreadable = api::OnUnreadable::Quarantine;
  for (int i = 0; i < 1004; ++i) folder_.Write("source/in/" + std::to_string(i) + ".csv", "");
  EXPECT_THAT(Messages(Good(Land())), AllOf(HasSubstr("1,004 files were not landed"), HasSubstr("The first 1,000 are listed by weir explain")));
  const auto listed = [this] { return At(State("orders-landing").Facts(), "quarantinedWhole"); };
  EXPECT_EQ(listed().size(), 1001U);
  EXPECT_EQ(listed().back(), Json({{"more", 4}}));
  const std::int64_t version = State("orders-landing").version;
  NextRun();
  Good(Land());
  EXPECT_EQ(State("orders-landing").version, version) << "the same files";
  std::filesystem::remove(folder_ / "source/in/999.csv");  // the last by name, which the list does not have
  NextRun();
  EXPECT_THAT(Messages(Good(Land())), HasSubstr("1,003 files were not landed"));
  EXPECT_EQ(listed().back(), Json({{"more", 3}}));
}

TEST_F(LeftOutFiles, AnAttemptAfterOneThatEndedBeforeItToldReportsWhatIsLeftInLanding) {
  Deliver("a.csv", "1,Oslo,10\n");
  Good(Land());
  const auto first = Good(Accept());
  const auto second = Good(Accept(2));
  const auto of_landing = [](const api::StageOutcome& outcome) {
    std::vector<std::pair<std::int64_t, std::int64_t>> versions;
    for (const api::Commit& commit : outcome.commits)
      if (commit.name == "orders-landing") versions.emplace_back(commit.files, commit.version);
    return versions;
  };
  EXPECT_THAT(of_landing(first), ElementsAre(std::pair<std::int64_t, std::int64_t>(0, 1)));
  // The claim of the second attempt is a version too.
  EXPECT_THAT(of_landing(second), ElementsAre(std::pair<std::int64_t, std::int64_t>(0, State("orders-landing").version)));
}

}  // namespace
}  // namespace weir::stages
