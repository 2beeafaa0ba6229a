#include "runner/storage/http_head.h"

#include <gtest/gtest.h>

namespace weir::storage {
namespace {

TEST(HttpHead, KeepsTheFieldsOfTheNewestReply) {
  HttpHead head;
  for (const char* line :
       {"HTTP/1.1 301 Moved: there\r\n", "Location: /x\r\n", "HTTP/1.1 200 OK\r\n", "ETag:  \"a\" \r\n", "X:\r\n", "a b: no name\r\n", "\r\n"})
    EXPECT_TRUE(head.Take(line));
  const std::map<std::string, std::string> fields{{"etag", "\"a\""}, {"x", ""}};
  EXPECT_EQ(head.Fields(), fields);
}

TEST(HttpHead, IsBounded) {
  HttpHead head;
  const std::string line = "x: " + std::string(1000, 'y');
  std::size_t taken = 0;
  while (head.Take(line)) taken += line.size();
  EXPECT_LE(taken, HttpHead::kMostBytes);
  EXPECT_GT(taken + line.size(), HttpHead::kMostBytes);
}

TEST(HttpTime, IsOneOfTheCalendar) {
  EXPECT_EQ(Format(ParseHttpTime("Wed, 21 Oct 2015 07:28:00 GMT")), "2015-10-21T07:28:00Z");
  EXPECT_EQ(ParseHttpTime("soon"), Time{});
  EXPECT_EQ(ParseHttpTime("1 Jan 99999999 00:00:00 GMT"), Time{});
}

}  // namespace
}  // namespace weir::storage
