#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

class LandStage : public StageTest {};

TEST_F(LandStage, FilesLandWithTheRunsTimeInFolderAndName) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  folder_.Write("source/in/b.csv", "id\n2\n");
  folder_.Write("source/in/other.txt", "no");
  folder_.Write("source/in/deeper/c.csv", "no");
  const auto outcome = Good(Land());
  EXPECT_EQ(outcome.rows, Sums(2, 2, 0, 0));
  ASSERT_EQ(outcome.commits.size(), 1U);
  EXPECT_EQ(outcome.commits[0].files, 2);
  EXPECT_EQ(outcome.commits[0].epoch, Land().epoch) << "the operator tells newer commits by it";
  EXPECT_EQ(outcome.commits[0].dataAsOf, Time::FromSeconds(1'700'003'600));
  EXPECT_EQ(folder_.Read("lake/Landing/default/shop/orders_landing/file_land_timestamp=1700003600/a_1700003600.csv"), "id\n1\n");
  const auto state = State("orders-landing");
  EXPECT_EQ(state.provider, "csv");
  EXPECT_EQ(state.files.begin()->second.tags.at("source"), "source/in/a.csv");
}

TEST_F(LandStage, AFileIsLandedOnceAndAgainOnlyWhenItsContentChanged) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  Good(Land());
  NextRun();
  folder_.Write("source/in/b.csv", "id\n1\n");  // same content from another source is another file
  auto outcome = Good(Land());
  EXPECT_EQ(outcome.rows, Sums(2, 1, 0, 1));
  NextRun();
  folder_.Write("source/in/a.csv", "id\n1\n3\n");
  outcome = Good(Land());
  EXPECT_EQ(outcome.rows, Sums(2, 1, 0, 1));
  EXPECT_EQ(State("orders-landing").files.size(), 3U);
}

TEST_F(LandStage, AFileThatWasAcceptedIsNotLandedAgain) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  Good(Land());
  Good(Accept());
  NextRun();
  const auto outcome = Good(Land());
  EXPECT_EQ(outcome.rows, Sums(1, 0, 0, 1));
  EXPECT_THAT(outcome.commits, IsEmpty());
}

TEST_F(LandStage, ARunWithoutNewsCommitsNothing) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  Good(Land());
  NextRun();
  EXPECT_THAT(Good(Land()).commits, IsEmpty());
  EXPECT_EQ(State("orders-landing").version, 0);
}

TEST_F(LandStage, AnEmptyFileStopsTheLandingAndNothingIsLost) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  folder_.Write("source/in/b.csv", "");
  const auto outcome = Bad(Land(), api::OutcomeClass::Data, api::Reason::BadInput);
  EXPECT_THAT(outcome.message, HasSubstr("in/b.csv"));
  EXPECT_THAT(outcome.message, HasSubstr("empty (0 bytes)"));
  EXPECT_EQ(State("orders-landing").version, -1);
  EXPECT_EQ(folder_.Read("source/in/a.csv"), "id\n1\n");
}

TEST_F(LandStage, WhatIsNoFileIsNamedAndNothingLands) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  std::filesystem::create_directories(folder_ / "source/in/folder.csv");  // no file matches inside: not ours
  Good(Land());
  for (const char* target : {"nowhere.csv", "a.csv", "/etc/passwd"}) {
    NextRun();
    std::filesystem::create_symlink(target, folder_ / "source/in/link.csv");
    EXPECT_THAT(Bad(Land(), api::OutcomeClass::User, api::Reason::Invalid).message, HasSubstr("in/link.csv is or passes through a symbolic link"));
    std::filesystem::remove(folder_ / "source/in/link.csv");
  }
  EXPECT_EQ(State("orders-landing").files.size(), 1U);
}

TEST_F(LandStage, NoMatchingFileSaysWhatWasLookedFor) {
  for (const char* pattern : {"in/*.csv", "nowhere/*.csv", "in/a.csv"}) {
    auto task = Land(pattern);
    task.whenEmpty = api::WhenEmpty::Fail;
    const auto outcome = Bad(task, api::OutcomeClass::Data, api::Reason::NoFiles);
    EXPECT_THAT(outcome.message, HasSubstr(pattern));
  }
}

TEST_F(LandStage, NoMatchingFileNamesTheFolderAndTheNearestFilesThere) {
  for (const char* name : {"sales-2026.csv", "Sale_2026.CSV", "orders.csv", "readme.txt", "zebra.txt", "sub/sales.json"})
    folder_.Write(std::string("source/in/") + name, "x");
  const std::string nearest = "folder in has 5 files, nearest are \"sales-2026.csv\", \"Sale_2026.CSV\", \"zebra.txt\"";
  EXPECT_THAT(Good(Land("in/sales-2026*.json")).message, HasSubstr("there is no file to land: no file matches in/sales-2026*.json in "));
  EXPECT_THAT(Good(Land("in/sales-2026*.json")).message, HasSubstr(nearest));
  EXPECT_THAT(Bad(Land("in/sales-2026.json"), api::OutcomeClass::Data, api::Reason::NoFiles).message, HasSubstr(nearest)) << "a path without wildcard";
  EXPECT_THAT(Good(Land("absent/*.csv")).message, HasSubstr("there is no file in folder absent"));
}

TEST_F(LandStage, TheSameAttemptAgainAnswersTheSameAndWritesNothing) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  const auto first = Good(Land());
  folder_.Write("source/in/b.csv", "id\n2\n");
  const auto again = Good(Land("in/*.csv", 2));
  EXPECT_EQ(again.rows, first.rows);
  EXPECT_EQ(again.commits[0].version, first.commits[0].version);
  EXPECT_EQ(again.commits[0].contentHash, first.commits[0].contentHash);
  EXPECT_EQ(State("orders-landing").files.size(), 1U);
}

TEST_F(LandStage, WhatAnAttemptWroteWithoutCommitIsTakenOrPassedBy) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  folder_.Write("source/in/b.csv", "id\n2\n");
  const std::string folder = "lake/Landing/default/shop/orders_landing/file_land_timestamp=1700003600/";
  folder_.Write(folder + "a_1700003600.csv", "id\n1\n");
  folder_.Write(folder + "b_1700003600.csv", "id\nold\n");
  const auto outcome = Good(Land("in/*.csv", 2));
  EXPECT_EQ(outcome.rows, Sums(2, 2, 0, 0));
  std::vector<std::string> paths;
  for (const auto& [path, file] : State("orders-landing").files) paths.push_back(path);
  EXPECT_THAT(paths,
              ElementsAre("file_land_timestamp=1700003600/a_1700003600.csv", MatchesRegex("file_land_timestamp=1700003600/b_1700003600-[0-9a-f]{16}.csv")));
}

TEST_F(LandStage, AStoreThatIsNotInTheLakeIsTheUsersMistake) {
  auto task = Land();
  task.source->As<api::FilesSource>()->store = "absent";
  EXPECT_THAT(Bad(task, api::OutcomeClass::User, api::Reason::LakeInvalid).message, HasSubstr("absent"));
}

TEST_F(LandStage, LinkLocalAddressesAreRefused) {
  auto task = Land();
  task.source = api::HttpSource{"http://169.254.169.254/latest/meta-data"};
  Bad(task, api::OutcomeClass::User, api::Reason::SourceUnavailable);
}

TEST_F(LandStage, TheOutcomeLiesInTheLake) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  const auto outcome = Good(Land());
  const auto kept = ParseJson(folder_.Read("lake/processed/default/_weirkeeper/outcomes/orders-1/uid-1/land-1.json"));
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(Dump(*kept), Dump(api::Write(outcome)));
  EXPECT_THAT(logged_, IsEmpty());
}

class AcceptStage : public StageTest {};

TEST_F(AcceptStage, FilesMoveToRawHistoryByteForByte) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  Good(Land());
  const auto outcome = Good(Accept());
  EXPECT_EQ(outcome.rows, Sums(1, 1, 0, 0));
  ASSERT_EQ(outcome.commits.size(), 2U);
  EXPECT_EQ(outcome.commits[0].name, "orders-raw");
  EXPECT_EQ(outcome.commits[1].name, "orders-landing");
  EXPECT_EQ(outcome.commits[1].files, 0);
  EXPECT_EQ(folder_.Read("lake/RawHistory/default/shop/orders_raw/file_land_timestamp=1700003600/a_1700003600.csv"), "id\n1\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "lake/Landing/default/shop/orders_landing/file_land_timestamp=1700003600/a_1700003600.csv"));
  EXPECT_EQ(State("orders-raw").files.begin()->second.tags, State("orders-landing").tombstones.begin()->second.tags);
}

TEST_F(AcceptStage, AFileThatChangedAfterLandingIsNotAccepted) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  Good(Land());
  folder_.Write("lake/Landing/default/shop/orders_landing/file_land_timestamp=1700003600/a_1700003600.csv", "id\n2\n");
  EXPECT_THAT(Bad(Accept(), api::OutcomeClass::Data, api::Reason::FileUnreadable).message, HasSubstr("is not what was landed"));
  EXPECT_EQ(State("orders-raw").version, -1);
}

TEST_F(AcceptStage, NothingLandedIsNothingToDo) {
  const auto outcome = Good(Accept());
  EXPECT_EQ(outcome.rows, Sums(0, 0, 0, 0));
  EXPECT_THAT(outcome.commits, IsEmpty());
}

TEST_F(AcceptStage, StoppedAfterTheCommitTheNextAttemptClearsLanding) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  Good(Land());
  const std::string landed = "lake/Landing/default/shop/orders_landing";
  std::filesystem::copy(folder_ / landed, folder_ / "before", std::filesystem::copy_options::recursive);
  const auto first = Good(Accept());
  // As if the attempt had ended right after the commit of RawHistory.
  std::filesystem::remove_all(folder_ / landed);
  std::filesystem::copy(folder_ / "before", folder_ / landed, std::filesystem::copy_options::recursive);
  const auto second = Good(Accept(2));
  EXPECT_EQ(second.rows, first.rows);
  EXPECT_EQ(second.commits[0].version, first.commits[0].version);
  EXPECT_EQ(State("orders-landing").files.size(), 0U);
  EXPECT_FALSE(std::filesystem::exists(folder_ / (landed + "/file_land_timestamp=1700003600/a_1700003600.csv")));
  EXPECT_EQ(State("orders-raw").files.size(), 1U);
}

TEST_F(AcceptStage, StoppedBeforeTheFilesWereRemovedTheNextRunRemovesThem) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  Good(Land());
  Good(Accept());
  const std::string left = "lake/Landing/default/shop/orders_landing/file_land_timestamp=1700003600/a_1700003600.csv";
  folder_.Write(left, "id\n1\n");
  NextRun();
  Good(Accept());
  EXPECT_FALSE(std::filesystem::exists(folder_ / left));
}

}  // namespace
}  // namespace weir::stages
