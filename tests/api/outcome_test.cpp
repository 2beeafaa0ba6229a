#include <gtest/gtest.h>

#include <set>

#include "crds/api/describe/read.h"
#include "crds/api/protocol/stage_outcome.h"
#include "tests/api/arbitrary.h"

namespace weir::api {
namespace {

StageOutcome OutcomeOf(const std::string& text) {
  const auto parsed = ParseJson(text);
  EXPECT_TRUE(parsed.ok()) << text.substr(0, 200);
  const auto outcome = ReadStrict<StageOutcome>(parsed.ok() ? *parsed : Json());
  EXPECT_TRUE(outcome.ok());
  return outcome.ok() ? *outcome : StageOutcome{};
}

TEST(FitOutcome, LeavesAShortOneAsItIs) {
  StageOutcome outcome{.result = OutcomeClass::Data, .reason = Reason::CheckFailed, .message = "3 rows failed", .rows = Ledger{10, 7, 3, 0}};
  outcome.findings = {{"enough", "7 rows, fewer than 8"}};
  EXPECT_EQ(OutcomeOf(FitOutcome(outcome)), outcome);
}

TEST(FitOutcome, CutsMessagesAndFindingsButNeverFigures) {
  StageOutcome outcome{.result = OutcomeClass::Data, .message = std::string(2000, 'm'), .rows = Ledger{1'000'000'000'000, 1, 2, 999'999'999'997}};
  for (int i = 0; i < 1000; ++i) outcome.findings.push_back({"spec.stages[" + std::to_string(i) + "].transform.sql", std::string(1000, 'f')});
  const std::string text = FitOutcome(outcome);
  EXPECT_LE(text.size(), 4096U);
  const StageOutcome read = OutcomeOf(text);
  EXPECT_EQ(read.rows, outcome.rows);
  EXPECT_FALSE(read.findings.empty());
  EXPECT_EQ(read.message.substr(0, 8), "mmmmmmmm");
}

TEST(FitOutcome, CutsBetweenCharacters) {
  StageOutcome outcome;
  for (int i = 0; i < 2000; ++i) outcome.message += "漢";
  const std::string text = FitOutcome(outcome);
  EXPECT_LE(text.size(), 4096U);
  EXPECT_EQ(text.find("\xEF\xBF\xBD"), std::string::npos);
}

TEST(FitOutcome, FitsFourCommitsWithTheLongestLocations) {
  StageOutcome outcome{.result = OutcomeClass::Succeeded};
  for (int i = 0; i < 4; ++i) {
    Commit commit{.name = std::string(63, 'n'),
                  .version = 1'000'000 + i,
                  .rows = 1'000'000'000'000,
                  .files = 1,
                  .bytes = 1'000'000'000'000,
                  .dataAsOf = Time{1},
                  .location = std::string(1024, 'l')};
    commit.contentHash = commit.contractHash = std::string(64, 'h');
    outcome.commits.push_back(commit);
  }
  const std::string text = FitOutcome(outcome);
  EXPECT_LE(text.size(), 4096U);
  const StageOutcome read = OutcomeOf(text);
  ASSERT_EQ(read.commits.size(), 4U);
  EXPECT_EQ(read.commits[3].version, 1'000'003);
  EXPECT_EQ(read.commits[3].contentHash, std::string(64, 'h'));
}

TEST(FitOutcome, FitsWhateverComes) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 300; ++i) {
    StageOutcome outcome = Any<StageOutcome>(random);
    for (Finding& finding : outcome.findings) finding.message += std::string(random() % 1024, '\x01');
    outcome.message += std::string(random() % 2000, '"');
    EXPECT_LE(FitOutcome(outcome).size(), 4096U);
  }
}

TEST(FitOutcome, IsReadBackWhateverCame) {
  for (const std::size_t length : {511U, 512U, 513U, 1023U, 1024U, 1025U, 1189U, 2049U, 3000U, 5000U}) {
    StageOutcome outcome{.result = OutcomeClass::Succeeded};
    outcome.findings = {{"Dataset/orders", std::string(length, 'f')}};
    EXPECT_FALSE(OutcomeOf(FitOutcome(outcome)).findings.at(0).message.empty()) << length;
    EXPECT_FALSE(OutcomeOf(FitOutcome(outcome, 1 << 20)).findings.at(0).message.empty()) << length;
    outcome.message = outcome.dependencies = std::string(length, 'm');
    outcome.commits = {Commit{.name = "orders"}};
    for (int i = 0; i < 12; ++i) outcome.commits[0].warnings.push_back(std::string(length, 'w'));
    for (int i = 0; i < 1200; ++i) outcome.findings.push_back({"c", "f"});
    EXPECT_EQ(OutcomeOf(FitOutcome(outcome)).commits.size(), 1U) << length;
    EXPECT_EQ(OutcomeOf(FitOutcome(outcome, 1 << 20)).commits.size(), 1U) << length;
  }
}

TEST(ExitCodes, AreClearOfTheShellsAndOfSignals) {
  std::set<int> codes;
  for (std::size_t i = 0; i < Words<OutcomeClass>::kAll.size(); ++i) codes.insert(ExitCodeOf(static_cast<OutcomeClass>(i)));
  EXPECT_EQ(codes.size(), Words<OutcomeClass>::kAll.size());
  EXPECT_EQ(*codes.begin(), 0);
  EXPECT_EQ(*std::next(codes.begin()), 10);
  EXPECT_LT(*codes.rbegin(), 126);
}

TEST(FitOutcome, FoldsInputsBeyondAFewIntoOneAndTheirRowsStillAddUp) {
  StageOutcome outcome{.result = OutcomeClass::Succeeded, .rows = Ledger{.rowsIn = 100'000, .rowsOut = 7}};
  for (int i = 0; i < 100; ++i) outcome.rows->inputs.push_back({std::string(63, 'n') + std::to_string(i), 1'000'000, 1000});
  outcome.message = std::string(2000, 'm');
  const std::string text = FitOutcome(outcome);
  EXPECT_LE(text.size(), 4096U);
  const StageOutcome read = OutcomeOf(text);
  EXPECT_TRUE(read.rows->Closed());
  EXPECT_EQ(read.rows->inputs.back().name, "...");
  EXPECT_FALSE(read.rows->inputs.back().version);
}

TEST(Ledgers, OfSqlAreClosedWhenTheInputsAddUpWhateverWasWritten) {
  Ledger ledger{.rowsIn = 10, .rowsOut = 70, .inputs = {{"a", 1, 4}, {"b", 0, 6}}};
  EXPECT_TRUE(ledger.Closed());
  ledger.inputs[0].rows = 5;
  EXPECT_FALSE(ledger.Closed());
}

TEST(Ledgers, AreClosedWhenEveryRowIsAccountedFor) {
  EXPECT_TRUE((Ledger{10, 5, 2, 3}).Closed());
  EXPECT_FALSE((Ledger{10, 5, 2, 2}).Closed());
}

}  // namespace
}  // namespace weir::api
