#include "operator/kube/watch_frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::kube {
namespace {

using testing::ElementsAre;

std::vector<std::string> LinesOf(const std::vector<std::string>& pieces) {
  std::vector<std::string> lines;
  LineFramer framer;
  for (const auto& piece : pieces) EXPECT_TRUE(framer.Feed(piece, [&](std::string_view line) { lines.emplace_back(line); }));
  return lines;
}

TEST(LineFramer, TheSameLinesComeOutWhereverTheStreamIsSplit) {
  const std::string stream = "{\"a\":1}\n{\"b\":\"\xc3\xa4\"}\n\n{}\n";
  const std::vector<std::string> whole = LinesOf({stream});
  EXPECT_THAT(whole, ElementsAre("{\"a\":1}", "{\"b\":\"\xc3\xa4\"}", "{}"));
  for (std::size_t first = 0; first <= stream.size(); ++first)
    for (std::size_t second = first; second <= stream.size(); ++second)
      EXPECT_EQ(LinesOf({stream.substr(0, first), stream.substr(first, second - first), stream.substr(second)}), whole);
}

TEST(LineFramer, ALineThatIsNotCompleteIsKeptBack) {
  LineFramer framer;
  int lines = 0;
  EXPECT_TRUE(framer.Feed("{\"a\"", [&](std::string_view) { ++lines; }));
  EXPECT_EQ(lines, 0);
  EXPECT_TRUE(framer.Midline());
}

TEST(LineFramer, AnEndlessLineIsRefused) {
  LineFramer framer;
  const std::string piece(4 * 1024 * 1024, 'x');
  Status fed = Ok();
  for (int i = 0; i < 5 && fed; ++i) fed = framer.Feed(piece, [](std::string_view) {});
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().reason, "TooLarge");
}

TEST(WatchFrame, EventsAreReadAndTrimmed) {
  const auto frame = ReadWatchFrame(R"({"type":"MODIFIED","object":{"kind":"Pod","metadata":{"name":"a","managedFields":[{}]}}})");
  ASSERT_TRUE(frame);
  const auto& event = std::get<WatchEvent>(*frame);
  EXPECT_EQ(event.type, WatchEventType::Modified);
  EXPECT_EQ(event.object, Json::parse(R"({"kind":"Pod","metadata":{"name":"a"}})"));
}

TEST(WatchFrame, BookmarksMoveTheVersion) {
  const auto frame = ReadWatchFrame(R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"12"}}})");
  ASSERT_TRUE(frame);
  EXPECT_EQ(std::get<WatchEvent>(*frame).type, WatchEventType::Bookmark);
}

TEST(WatchFrame, AnErrorIsAStatus) {
  const auto frame = ReadWatchFrame(R"({"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old","reason":"Expired","code":410}})");
  ASSERT_TRUE(frame);
  EXPECT_TRUE(IsExpired(std::get<ApiStatus>(*frame)));
}

TEST(WatchFrame, WhatIsNeitherIsRefused) {
  for (const char* line : {"", "{", "[]", "{}", R"({"type":"ADDED"})", R"({"type":"ADDED","object":1})", R"({"type":"RENAMED","object":{}})",
                           R"({"type":"ADDED","type":"DELETED","object":{}})"}) {
    const auto frame = ReadWatchFrame(line);
    ASSERT_FALSE(frame) << line;
    EXPECT_EQ(frame.error().fault, Fault::Transient) << line;
    EXPECT_EQ(frame.error().reason, "BadEvent") << line;
  }
}

}  // namespace
}  // namespace weir::kube
