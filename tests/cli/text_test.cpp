#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cli/manifests/finding.h"
#include "cli/manifests/yaml_text.h"
#include "cli/run/progress.h"
#include "cli/screen/text_table.h"
#include "crds/base/text.h"
#include "crds/base/yaml.h"

namespace weir::cli {
namespace {

Json ReadBack(const Json& value) {
  const auto documents = ParseYaml(YamlText(value));
  if (!documents || documents->size() != 1) return "not one document: " + YamlText(value);
  return documents->front().value;
}

TEST(YamlText, ReadsBackToTheSameValue) {
  const Json value = {
      {"plain", "word"},
      {"number", 7},
      {"text-number", "7"},
      {"yes", "no"},
      {"null", nullptr},
      {"empty", Json::array()},
      {"none", Json::object()},
      {"sentence", "One row, of one: \"thing\" # here"},
      {"sql", "SELECT a,\n       b\nFROM t"},
      {"ends", "line\n"},
      {"spaced", " a\n b\t"},
      {"blank", "a\n\nb"},
      {"umlaut", "ä\xE2\x82\xAC"},
      {"duration", "1d"},
      {"date", "2026-01-01"},
      {"float", 1.5},
      {"list", Json::array({Json{{"name", "x"}, {"deep", Json{{"er", Json::array({1, "2", true})}}}}, "a: b", Json::array({Json::array({1})})})}};
  EXPECT_EQ(ReadBack(value), value) << YamlText(value);
}

TEST(MachineText, HoldsNothingThatATerminalObeysAndReadsBackToTheSameValue) {
  const std::string all = "line\n\x7F\u0085\u009B\u00E9\u061C\u200F\u2028\u202E\u2066\uFEFF\U0001F600";
  for (const Json& value : {Json{{"purpose", all}}, Json{{all, {{"list", {all, "plain"}}}}}}) {
    const std::string json = JsonText(value), yaml = YamlText(value);
    EXPECT_EQ(json, Printable(json));
    EXPECT_EQ(yaml, Printable(yaml));
    EXPECT_EQ(ParseJson(json).value(), value);
    const auto documents = ParseYaml(yaml);
    ASSERT_TRUE(documents.ok()) << documents.error().message << yaml;
    EXPECT_EQ(documents->at(0).value, value);
    EXPECT_NE(json.find("\u00E9"), std::string::npos) << "letters stay";
  }
}

// What others read otherwise than we do is quoted.
TEST(YamlText, NobodyReadsItOtherwise) {
  for (const char* text : {"y", "No", "ON", "off", "010", "0x10", "0b1", "0o7", "1_000", ".inf", "-.INF", ".nan", "+5", "1e3", "~", "Null", "TRUE", "2024_01"})
    for (const Json& value : {Json{{"a", text}}, Json{{"a", {text}}}, Json{{text, "a"}}}) {
      const auto documents = ParseYaml(YamlText(value));
      ASSERT_TRUE(documents.ok()) << text;
      EXPECT_EQ(documents->at(0).value, value) << text;
      EXPECT_TRUE(documents->at(0).remarks.empty()) << text << ": " << YamlText(value);
    }
}

TEST(TextTable, OfANameTheEndStays) {
  std::ostringstream out;
  Terminal terminal{out, out, Terminal::Kind::Tty};
  terminal.width = 30;
  Print(terminal, {{"NAME", "STATE"}, {{"pipelinerun.weirkeeper.io/orders-20261201t052213-12", "Succeeded"}}, {}, {true}});
  EXPECT_EQ(out.str(), "NAME                 STATE\n...0261201t052213-12 Succeeded\n") << out.str();
}

TEST(YamlText, PutsFirstWhatPeopleWriteFirst) {
  const std::string text = YamlText({{"spec", {{"zone", "Landing"}}}, {"kind", "Dataset"}, {"apiVersion", "x/v1"}});
  EXPECT_EQ(text, "apiVersion: x/v1\nkind: Dataset\nspec:\n  zone: Landing\n");
}

TEST(TextTable, AlignsFiguresToTheRightAndLeavesNoTrailingSpace) {
  std::ostringstream out, err;
  Print(Terminal{out, err}, {{"NAME", "ROWS", "WHY"}, {{"a", "7", ""}, {"bcd", "3000", "x"}}, {false, true}});
  EXPECT_EQ(out.str(), "NAME   ROWS   WHY\na         7\nbcd    3000   x\n");
}

class Narrow : public ::testing::Test {
 protected:
  Narrow() { terminal.outKind = Terminal::Kind::Tty, terminal.width = 60; }
  std::size_t Widest() const {
    std::istringstream lines(out.str());
    std::size_t widest = 0;
    for (std::string line; std::getline(lines, line);) widest = std::max(widest, Width(line));
    return widest;
  }
  std::ostringstream out, err;
  Terminal terminal{out, err};
};

TEST_F(Narrow, LongTextsAreCutToTheTerminal) {
  Print(terminal, {{"NAME", "ROWS", "MESSAGE"}, {{"orders", "7", std::string(200, 'x')}, {std::string(90, 'y'), "12", "fine"}}, {false, true, false}});
  EXPECT_LE(Widest(), 60U) << out.str();
  EXPECT_NE(out.str().find("x..."), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("12 fine"), std::string::npos) << "figures are whole: " << out.str();
}

TEST_F(Narrow, TooManyColumnsBecomeOneLineForEachCell) {
  TextTable table;
  for (int i = 0; i < 20; ++i) table.header.push_back("COLUMN-" + std::to_string(i));
  table.rows = {std::vector<std::string>(20, "1"), std::vector<std::string>(20, "2")};
  Print(terminal, table);
  EXPECT_LE(Widest(), 60U);
  EXPECT_NE(out.str().find("COLUMN-0   1\n"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("COLUMN-19  2\n"), std::string::npos) << out.str();
}

TEST_F(Narrow, APipeGetsEverything) {
  terminal.outKind = Terminal::Kind::Pipe;
  Print(terminal, {{"A"}, {{std::string(300, 'x')}}, {}});
  EXPECT_EQ(Widest(), 300U);
}

TEST(TextTable, NeitherTitlesNorCellsMoveTheCursor) {
  std::ostringstream out, err;
  Print(Terminal{out, err}, {{"A\033[2J"}, {{"b\xC2\x9B\nc"}}, {}});
  EXPECT_EQ(out.str(), "A?[2J\nb? c\n");
}

TEST(TextTable, TheSharedFolderIsToldOnce) {
  EXPECT_EQ(AsUrl("file:///tmp/a b/\xC3\xA4%#?x"), "file:///tmp/a%20b/%C3%A4%25%23%3Fx");
  EXPECT_EQ(AsUrl("s3://bucket/a b"), "s3://bucket/a b");
  EXPECT_EQ(SharedFolder({"file:///a/b/c", "file:///a/b/d/e", "file:///a/bc"}), "file:///a/");
  EXPECT_EQ(SharedFolder({"a/b", "a/b"}), "a/");
  EXPECT_EQ(SharedFolder({"a/b"}), "") << "one path stands in its row";
  EXPECT_EQ(SharedFolder({"a", ""}), "");
}

TEST(TextTable, GroupsThousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(3'000'000), "3,000,000");
  EXPECT_EQ(Grouped(-1234), "-1,234");
  EXPECT_EQ(Grouped(-123), "-123");
}

// A command's streams, as texts.
class OnTerminal : public ::testing::Test {
 protected:
  std::ostringstream out, err;
  Terminal terminal{out, err};
};

using Findings = OnTerminal;
TEST_F(Findings, AreSortedByPlaceAndSaidOnce) {
  const Finding late{"b.yaml", 3, "Dataset/x", "spec.zone", "Schema", "is wrong"};
  Print(terminal, out, {late, {"a.yaml", 9, "", "", "BadYaml", "is none"}, late});
  EXPECT_EQ(out.str(), "a.yaml:9: is none [BadYaml]\nb.yaml:3: Dataset/x spec.zone: is wrong [Schema]\n");
}

TEST_F(Findings, CannotMoveTheCursor) {
  EXPECT_EQ(Printable("a\033[2Jb\r\x7F"), "a?[2Jb??");
  EXPECT_EQ(OneLine("a\nb"), "a b");
}

RunView OneStage(api::StageState state) {
  RunView run{"r-1", "flights", {}};
  run.status.stages.push_back({.name = "land", .state = state, .attempt = 1});
  run.status.stages[0].started = Time::FromSeconds(10);
  return run;
}

class ProgressTold : public OnTerminal {};
class ProgressDrawn : public OnTerminal {
 protected:
  ProgressDrawn() { terminal.errKind = Terminal::Kind::Tty; }
};

TEST_F(ProgressTold, TellsEachChangeOnceInAPipe) {
  Progress progress(terminal);
  RunView run = OneStage(api::StageState::Running);
  progress.Show({run}, Time::FromSeconds(11));
  progress.Show({run}, Time::FromSeconds(12));
  run.status.stages[0].state = api::StageState::Succeeded;
  run.status.stages[0].finished = Time::FromSeconds(13);
  run.status.stages[0].rows = api::Ledger{1000, 997, 3, 0};
  progress.Show({run}, Time::FromSeconds(20));
  EXPECT_EQ(err.str(), "flights land: Running\nflights land: Succeeded in 3.0s, 1,000 in, 997 out, 3 quarantined\n");
}

TEST_F(ProgressTold, TellsTheMessageOfEachRetryOnceAndLeavesThatOfTheEndToTheClosingLines) {
  Progress progress(terminal);
  RunView run = OneStage(api::StageState::Retrying);
  api::StageStatus& stage = run.status.stages[0];
  stage.message = "the store is away";
  for (stage.attempt = 1; stage.attempt <= 3; ++stage.attempt) progress.Show({run}, Time::FromSeconds(11));
  stage.state = api::StageState::Failed;
  stage.reason = api::Reason::StoreUnavailable;
  progress.Show({run}, Time::FromSeconds(20));
  EXPECT_EQ(err.str(),
            "flights land: Retrying: the store is away\nflights land: Retrying, attempt 2: as before\nflights land: Retrying, attempt 3: as before\n"
            "flights land: Failed, attempt 4 (StoreUnavailable)\n");
}

TEST_F(ProgressDrawn, DrawsOverItselfOnATerminalWithoutColoursWhenNoneAreWanted) {
  Progress progress(terminal);
  progress.Show({OneStage(api::StageState::Running)}, Time::FromSeconds(11));
  progress.Show({OneStage(api::StageState::Running)}, Time::FromSeconds(12));
  EXPECT_NE(err.str().find("[..............................] 0 of 1 stages"), std::string::npos) << err.str();
  EXPECT_NE(err.str().find("\033[2A\r\033[J"), std::string::npos) << "two lines are drawn over";
  EXPECT_EQ(err.str().find("\033[3"), std::string::npos);
}

TEST_F(ProgressDrawn, LeavesWhatWasSaidOnTheScreen) {
  Progress progress(terminal);
  progress.Show({OneStage(api::StageState::Running)}, Time::FromSeconds(11));
  progress.Say("Interrupted");
  err.str("");
  progress.Show({OneStage(api::StageState::Running)}, Time::FromSeconds(12));
  EXPECT_EQ(err.str().find("\033["), std::string::npos) << "the next picture begins below";
}

TEST_F(ProgressDrawn, FitsOnASmallScreen) {
  terminal.width = 40, terminal.height = 10;
  RunView run = OneStage(api::StageState::Running);
  for (int i = 0; i < 50; ++i) run.status.stages.push_back({.name = "ready-" + std::to_string(i), .state = api::StageState::Succeeded, .attempt = 1});
  run.status.stages[0].message = std::string(200, 'x') + "\xC3\xBC";
  Progress(terminal).Show({run}, Time::FromSeconds(11));
  std::istringstream lines(err.str());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LT(Width(line), 40U) << line;
  EXPECT_EQ(count, 2) << "the run and the stage that is under way";
}

TEST_F(ProgressTold, TellsWhyFilesWereLeftOut) {
  RunView run = OneStage(api::StageState::Succeeded);
  run.status.stages[0].rows = api::Ledger{10, 4, 0, 6};
  Progress(terminal).Show({run}, Time::FromSeconds(11));
  EXPECT_NE(err.str().find("10 in, 4 out, 6 left out"), std::string::npos) << err.str();
  err.str("");
  run.status.stages[0].files = api::FileLedger{.in = 10, .out = 4, .known = 5, .excluded = 1};
  Progress(terminal).Show({run}, Time::FromSeconds(11));
  EXPECT_NE(err.str().find("10 in, 4 out, 5 known before, 1 excluded"), std::string::npos) << err.str();
  EXPECT_EQ(err.str().find("filtered"), std::string::npos);
}

TEST(Clip, CountsCharactersNotBytes) {
  EXPECT_EQ(Clip("\xC3\xBC\xC3\xBC\xC3\xBC", 2), "\xC3\xBC\xC3\xBC");
  EXPECT_EQ(Clip("ab", 5), "ab");
  EXPECT_EQ(Clip("ab", 0), "");
}

TEST(Terminal, DoesNotTakeHalfAnAnswerForAWholeOne) {
  std::ofstream full("/dev/full");
  std::ostringstream err;
  const Terminal terminal{full, err};
  terminal.out << "rows";
  EXPECT_EQ(Delivered(terminal, Exit::Ok), Exit::Failed);
  EXPECT_NE(err.str().find("could not be written"), std::string::npos);
}

}  // namespace
}  // namespace weir::cli
