#include "operator/telemetry/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "crds/base/json.h"

namespace weir::telemetry {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;

class LogTest : public testing::Test {
 protected:
  void Start(LogLevel level, LogForm form) {
    StartLog(level, form, [this](std::string_view line) { lines.emplace_back(line); });
  }
  void TearDown() override { StartLog(LogLevel::Info, LogForm::Text); }
  std::vector<std::string> lines;
};

TEST_F(LogTest, EachLineIsAJsonObjectWithItsFields) {
  Start(LogLevel::Info, LogForm::Json);
  Log(LogLevel::Warning, "The pod \"a\"\nwas lost", {{"namespace", "data"}, {"attempt", 2}, {"seconds", 0.5}, {"retried", true}, {"bytes", std::size_t{7}}});
  ASSERT_THAT(lines, SizeIs(1));
  const auto line = ParseJson(lines[0]);
  ASSERT_TRUE(line) << lines[0];
  EXPECT_EQ(Text(*line, "level"), "warning");
  EXPECT_EQ(Text(*line, "message"), "The pod \"a\"\nwas lost");
  EXPECT_EQ((*line)["namespace"], "data");
  EXPECT_EQ((*line)["attempt"], 2);
  EXPECT_EQ((*line)["seconds"], 0.5);
  EXPECT_EQ((*line)["retried"], true);
  EXPECT_EQ((*line)["bytes"], 7);
  EXPECT_THAT(Text(*line, "time"), MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z"));
  EXPECT_EQ(std::count(lines[0].begin(), lines[0].end(), '\n'), 1);
}

TEST_F(LogTest, AFieldCannotPassForTheLinesOwn) {
  Start(LogLevel::Info, LogForm::Json);
  Log(LogLevel::Info, "real", {{"level", "fake"}, {"message", "fake"}});
  const auto line = ParseJson(lines.at(0));
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(Text(*line, "message"), "real");
  EXPECT_EQ(Text(*line, "field_message"), "fake");
}

TEST_F(LogTest, BytesThatAreNotUtf8AndPatternsDoNotBreakALine) {
  Start(LogLevel::Info, LogForm::Json);
  Log(LogLevel::Info, "bad \xff %v {}", {{"key", "\xc3"}});
  EXPECT_TRUE(ParseJson(lines.at(0))) << lines[0];
  EXPECT_THAT(lines[0], HasSubstr("%v {}"));
}

TEST_F(LogTest, TextIsForATerminal) {
  Start(LogLevel::Info, LogForm::Text);
  Log(LogLevel::Info, "Run ended", {{"run", "flights-1"}, {"why", "a b"}, {"forged", "x\ny"}});
  EXPECT_THAT(lines.at(0), HasSubstr("info    Run ended run=flights-1 why=\"a b\" forged=\"x\\ny\"\n"));
}

TEST_F(LogTest, LowerLevelsAreDropped) {
  Start(LogLevel::Warning, LogForm::Text);
  Log(LogLevel::Info, "quiet");
  Log(LogLevel::Error, "loud");
  EXPECT_THAT(lines, SizeIs(1));
}

TEST_F(LogTest, LinesOfSeveralThreadsDoNotMix) {
  Start(LogLevel::Info, LogForm::Json);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (int i = 0; i < 100; ++i) Log(LogLevel::Info, "x", {{"i", i}});
    });
  for (auto& thread : threads) thread.join();
  ASSERT_THAT(lines, SizeIs(400));
  for (const auto& line : lines) EXPECT_TRUE(ParseJson(line)) << line;
}

}  // namespace
}  // namespace weir::telemetry
