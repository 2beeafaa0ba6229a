// Servers that send without end: what a fetch takes of memory and bytes stays the same, however much comes.
#include <gtest/gtest.h>

#include "runner/storage/http/http_source.h"
#include "tests/peak_resident.h"
#include "tests/storage/http/endless_server.h"

namespace weir::storage {
namespace {

constexpr std::int64_t kMostMemory = 16 << 20;
constexpr std::int64_t kMostSent = 96 << 20;  // with what the kernel's buffers take in

struct Hostile {
  const char* name;
  std::string head;
  std::string piece;
};

std::string Long(char c) { return std::string(16 << 10, c); }

const Hostile kServers[] = {
    {"EndlessHeaders", "HTTP/1.1 200 OK\r\n", "X-Filler: " + Long('x') + "\r\n"},
    {"EndlessShortHeaders", "HTTP/1.1 200 OK\r\n", "a:b\r\na:b\r\na:b\r\na:b\r\na:b\r\na:b\r\na:b\r\na:b\r\n"},
    {"EndlessHeaderLine", "HTTP/1.1 200 OK\r\nX-Filler: ", Long('x')},
    {"EndlessFoldedHeader", "HTTP/1.1 200 OK\r\nX-Filler: x\r\n", " " + Long('x') + "\r\n"},
    {"EndlessStatusLine", "HTTP/1.1 200 ", Long('x')},
    {"EndlessNoise", "", Long('x')},
    {"EndlessNewlines", "", Long('\n')},
    {"EndlessInterimReplies", "", "HTTP/1.1 100 Continue\r\n\r\n"},
    {"EndlessEarlyHints", "", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"},
    {"EndlessBody", "HTTP/1.1 200 OK\r\n\r\n", Long('x')},
    {"EndlessChunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4000\r\n" + Long('x') + "\r\n"},
    {"EndlessChunkSize", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Long('0')},
    {"EndlessTrailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-Filler: " + Long('x') + "\r\n"},
    {"EndlessTrailerLine", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Filler: ", Long('x')},
    {"EndlessError", "HTTP/1.1 500 Oops\r\n\r\n", Long('x')},
    {"EndlessRedirect", "HTTP/1.1 302 Found\r\nLocation: /b\r\nTransfer-Encoding: chunked\r\n\r\n", "4000\r\n" + Long('x') + "\r\n"},
    {"MoreThanItSaid", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", Long('x')},
    {"GzipThatIsNotAskedFor", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08", Long('\0')},
};

class HttpMemory : public testing::TestWithParam<Hostile> {};

TEST_P(HttpMemory, DoesNotGrowWithWhatAServerSends) {
  EndlessServer server(GetParam().head, GetParam().piece);
  std::int64_t taken = 0;
  const auto take = [&taken](std::string_view piece) {
    taken += static_cast<std::int64_t>(piece.size());
    return Ok();
  };
  const test::PeakResident peak;
  const auto fetched = Fetch(server.Url(), take, {.maxBytes = 32 << 20});
  ASSERT_FALSE(fetched.ok());
  EXPECT_LT(fetched.error().message.size(), 2000U);
  EXPECT_LE(taken, 32 << 20);
  EXPECT_LT(server.sent(), kMostSent);
  if (test::kMemoryIsMeasured) {
    EXPECT_LT(peak.Bytes(), kMostMemory);
  }
}

INSTANTIATE_TEST_SUITE_P(Of, HttpMemory, testing::ValuesIn(kServers), [](const auto& instance) { return std::string(instance.param.name); });

// libcurl reads past it without an end of its own: the deadline is the end.
TEST(HttpMemoryOfOne, ChunkExtensionDoesNotGrowAndEndsAtTheTimeout) {
  EndlessServer server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8;", Long('x'));
  const test::PeakResident peak;
  const auto fetched = Fetch(server.Url(), [](std::string_view) { return Ok(); }, {.timeout = Duration{500}});
  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().fault, Fault::Transient);
  if (test::kMemoryIsMeasured) {
    EXPECT_LT(peak.Bytes(), kMostMemory);
  }
}

// However slow it is, the whole has an end: timeout is the field land.from.http.timeout.
TEST(HttpSlowness, OfAnyPartOfAReplyEndsAtTheTimeout) {
  for (const char* head : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nX-Filler: ", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 500 Oops\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"}) {
    EndlessServer server(head, "x", Duration{20});
    const auto fetched = Fetch(server.Url(), [](std::string_view) { return Ok(); }, {.timeout = Duration{300}});
    ASSERT_FALSE(fetched.ok()) << head;
    EXPECT_EQ(fetched.error().fault, Fault::Transient) << head << fetched.error().message;
  }
}

}  // namespace
}  // namespace weir::storage
