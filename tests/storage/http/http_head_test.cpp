#include "runner/storage/http/http_head.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::storage {
namespace {

TEST(HttpHead, KeepsTheFieldsOfTheNewestReply) {
  HttpHead head;
  for (const char* line :
       {"HTTP/1.1 301 Moved: there\r\n", "Location: /x\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "ETag:  \"a\" \r\n", "X:\r\n", "a b: no name\r\n", "\r\n"})
    EXPECT_TRUE(head.Take(line));
  const std::map<std::string, std::string> fields{{"etag", "\"a\""}, {"x", ""}};
  EXPECT_EQ(head.Fields(), fields);
}

TEST(HttpHead, FieldsMayGoOnInTheNextLines) {
  HttpHead head;
  for (const char* line :
       {"HTTP/1.1 200 OK\r\n", "Content-Length:\r\n", " 2\r\n", "X: a\r\n", "\t b: c\r\n", " \r\n", " Content-Length: 4\r\n", "\r\n", " d\r\n"})
    EXPECT_TRUE(head.Take(line));
  const std::map<std::string, std::string> fields{{"content-length", "2"}, {"x", "a b: c Content-Length: 4"}};
  EXPECT_EQ(head.Fields(), fields);
  EXPECT_EQ(head.FaultOfLength(), "");
}

std::string FaultOf(const std::vector<std::string>& fields) {
  HttpHead head;
  EXPECT_TRUE(head.Take("HTTP/1.1 200 OK\r\n"));
  for (const std::string& field : fields) EXPECT_TRUE(head.Take(field + "\r\n"));
  EXPECT_TRUE(head.Take("\r\n"));
  EXPECT_TRUE(head.Ended());
  return head.FaultOfLength();
}

// Any fields: clear exactly where all members of all lengths are one number, and nothing beside them says another end.
TEST(HttpHead, LengthsAreClearExactlyWhereAllAreOneNumber) {
  const std::vector<std::pair<std::string, std::optional<int>>> kMembers{{"6", 6},
                                                                         {"006", 6},
                                                                         {" 6 ", 6},
                                                                         {"4", 4},
                                                                         {"0", 0},
                                                                         {"+6", std::nullopt},
                                                                         {"-6", std::nullopt},
                                                                         {"6x", std::nullopt},
                                                                         {"", std::nullopt},
                                                                         {"6 4", std::nullopt},
                                                                         {"0x6", std::nullopt},
                                                                         {"6.0", std::nullopt}};
  for (const auto& [first, a] : kMembers)
    for (const auto& [second, b] : kMembers)
      for (const bool chunked : {false, true})
        for (const bool joined : {false, true}) {
          std::vector<std::string> fields{"Content-Length:" + first + (joined ? "," + second : "")};
          if (!joined) fields.push_back("CONTENT-LENGTH: " + second);
          if (chunked) fields.insert(fields.begin(), "Transfer-Encoding: chunked");
          EXPECT_EQ(FaultOf(fields).empty(), a && b && *a == *b && !chunked) << first << " and " << second << (joined ? " joined" : "");
        }
  EXPECT_NE(FaultOf({"Content-Length: 6", " 4"}), "") << "a value may go on in the next line";
  EXPECT_NE(FaultOf({"Content-Length: 6", "HTTP/1.1 200 OK", "Content-Length: 4"}), "") << "what looks like a status line within a head is a field";
  EXPECT_NE(FaultOf({"Content-Length: 6", " \t", "Content-Length: 4"}), "") << "a line of blanks ends no head";
  EXPECT_NE(FaultOf({"Content-Length : 6", "Content-Length: 4"}), "");
  EXPECT_EQ(FaultOf({}), "");
  EXPECT_EQ(FaultOf({"Transfer-Encoding: chunked"}), "");
  EXPECT_EQ(FaultOf({"Content-Length: 99999999999999999999999"}), "") << "libcurl has its own limit";
}

TEST(HttpHead, ALengthIsOneOfTheNewestReplyAndNotOfItsTrailers) {
  HttpHead head;
  for (const char* line :
       {"HTTP/1.1 301 Moved\r\n", "Content-Length: 1\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "Content-Length: 2\r\n", "\r\n", "Content-Length: 3\r\n"})
    EXPECT_TRUE(head.Take(line));
  EXPECT_EQ(head.FaultOfLength(), "");
  EXPECT_EQ(head.Fields().at("content-length"), "2");
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
