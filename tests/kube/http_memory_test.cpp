// A server, or what is in its place, that sends without end: what a call takes of memory stays the same, however much comes,
// and the call does not wait for its deadline.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "operator/kube/http/http.h"
#include "tests/counted_memory.h"
#include "tests/kube/local_server.h"

namespace weir::kube {
namespace {

constexpr std::size_t kMostOfFraming = 128 << 20;  // 17 MiB of it are kept, and what comes until that is seen, in a buffer that doubles: 48 MiB as a rule
constexpr std::size_t kMostOfBody = 400 << 20;     // 64 MiB of it are kept, in a string that grows
constexpr std::int64_t kMostSent = 256 << 20;

struct Hostile {
  const char* name;
  std::string head;
  std::string piece;
  std::size_t memory;
  const char* end;  // of the call: the words of its error; "" where it ends well
};

std::string Long(char c) { return std::string(16 << 10, c); }

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const Hostile kServers[] = {
    {"EndlessBody", "HTTP/1.1 200 OK\r\n\r\n", Long('x'), kMostOfBody, "larger than 64 MiB"},
    {"EndlessChunks", kChunked, "4000\r\n" + Long('x') + "\r\n", kMostOfBody, "larger than 64 MiB"},
    {"EndlessError", "HTTP/1.1 500 Oops\r\n\r\n", Long('x'), kMostOfBody, "larger than 64 MiB"},
    {"GzipThatIsNotAskedFor", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08", Long('\0'), kMostOfBody, "larger than 64 MiB"},
    {"EndlessStatusLine", "HTTP/1.1 200 ", Long('x'), kMostOfFraming, "without the end of a head"},
    {"EndlessHeader", "HTTP/1.1 200 OK\r\nX-Filler: ", Long('x'), kMostOfFraming, "without the end of a head"},
    {"EndlessHeaders", "HTTP/1.1 200 OK\r\n", "X-Filler: " + Long('x') + "\r\n", kMostOfFraming, "without the end of a head"},
    {"EndlessShortHeaders", "HTTP/1.1 200 OK\r\n", "a: b\r\nc: d\r\ne: f\r\ng: h\r\n", kMostOfFraming, "without the end of a head"},
    {"EndlessChunkSize", kChunked, "00000000000000000000000000000000", kMostOfFraming, "without the end of a head or a chunk"},
    {"EndlessChunkExtension", kChunked + "1;x=", Long('x'), kMostOfFraming, "without the end of a head or a chunk"},
    {"EndlessChunk", kChunked + "7ffffff0\r\n", Long('x'), kMostOfFraming, "without the end of a head or a chunk"},
    {"EndlessInterimReplies", "", "HTTP/1.1 100 Continue\r\n\r\n", kMostOfFraming, ""},              // the first is the answer
    {"EndlessTrailers", kChunked + "0\r\n", "X-Filler: " + Long('x') + "\r\n", kMostOfFraming, ""},  // which nobody reads
};

class KubeHttpMemory : public testing::TestWithParam<std::tuple<Hostile, Security>> {};

TEST_P(KubeHttpMemory, DoesNotGrowWithWhatAServerSends) {
  const auto& [hostile, security] = GetParam();
  std::string piece = hostile.piece;
  while (piece.size() < 16 << 10) piece += hostile.piece;
  std::atomic<std::int64_t> sent{0};
  const LocalServer server(
      [&, head = hostile.head](const Connection& peer) {
        peer.ReadRequest();
        for (bool open = peer.Send(head); open && sent < kMostSent; sent += static_cast<std::int64_t>(piece.size())) open = peer.Send(piece);
      },
      security);
  const auto client = ConnectHttp(server.AccessToIt(), {Duration::Seconds(30), Duration::Seconds(60)}).value();
  const PeakMemory peak;
  const auto reply = client->Call({Method::Get, "/", {}, {}}, {});
  EXPECT_EQ(reply.ok(), hostile.end[0] == '\0');
  if (!reply) {
    EXPECT_EQ(reply.error().reason, "TooLarge");
    EXPECT_THAT(reply.error().message, testing::HasSubstr(hostile.end));
  }
  EXPECT_LT(peak.Bytes(), hostile.memory);
  EXPECT_LT(sent, kMostSent);
  RecordProperty("peak_mib", static_cast<int>(peak.Bytes() >> 20));
  RecordProperty("sent_mib", static_cast<int>(sent >> 20));
}

std::string NameOf(const testing::TestParamInfo<KubeHttpMemory::ParamType>& of) {
  return std::string(std::get<0>(of.param).name) + (std::get<1>(of.param) == Security::Tls ? "OverTls" : "");
}
INSTANTIATE_TEST_SUITE_P(Of, KubeHttpMemory, testing::Combine(testing::ValuesIn(kServers), testing::Values(Security::Plain, Security::Tls)), NameOf);

class KubeHttpOverhead : public testing::TestWithParam<Security> {};

// A watch of hours receives more between its events than may be kept at once.
TEST_P(KubeHttpOverhead, EndsNoStreamThatIsDelivered) {
  constexpr int kEvents = 48 << 10;
  const LocalServer server(
      [&](const Connection& peer) {
        peer.ReadRequest();
        peer.Send(kChunked);
        const std::string event = "1;x=" + std::string(1 << 10, 'x') + "\r\n.\r\n";
        std::string many;
        for (int i = 0; i < 16; ++i) many += event;
        for (int i = 0; i < kEvents / 16; ++i) peer.Send(many);
        peer.Send("0\r\n\r\n");
      },
      GetParam());
  const auto client = ConnectHttp(server.AccessToIt(), {Duration::Seconds(30), {}}).value();
  std::size_t events = 0;
  const auto reply = client->Stream({Method::Get, "/", {}, {}}, [&](std::string_view bytes) { events += bytes.size(); }, {});
  EXPECT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(events, kEvents);
}

// As API servers before 1.33 send a page of a list.
TEST_P(KubeHttpOverhead, EndsNoChunkOf16MiB) {
  const std::string page(16 << 20, 'x');
  const LocalServer server([&](const Connection& peer) { peer.ReadRequest(), peer.Send(kChunked + "1000000\r\n"), peer.Send(page + "\r\n0\r\n\r\n"); },
                           GetParam());
  const auto reply = ConnectHttp(server.AccessToIt(), Deadlines::OfCalls()).value()->Call({Method::Get, "/", {}, {}}, {});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body.size(), page.size());
}

INSTANTIATE_TEST_SUITE_P(Of, KubeHttpOverhead, testing::Values(Security::Plain, Security::Tls),
                         [](const auto& of) { return of.param == Security::Tls ? std::string("Tls") : std::string("Plain"); });

}  // namespace
}  // namespace weir::kube
