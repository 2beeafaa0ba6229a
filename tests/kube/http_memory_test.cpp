// A server, or what is in its place, that sends a body without end: what a call takes of memory stays the same, however much
// comes. Heads and the lines between chunks are not here: the library keeps them in a buffer that has no limit, so that they end
// at the deadline only.
#include <gtest/gtest.h>

#include <atomic>

#include "operator/kube/http.h"
#include "tests/counted_memory.h"
#include "tests/kube/local_server.h"

namespace weir::kube {
namespace {

constexpr std::size_t kMostOfHead = 160 << 20;  // the library keeps three times what came
constexpr std::size_t kMostOfBody = 400 << 20;  // 64 MiB of it are kept, in a string that grows
constexpr std::int64_t kMostSent = 256 << 20;

struct Hostile {
  const char* name;
  std::string head;
  std::string piece;
  std::size_t memory;
};

std::string Long(char c) { return std::string(16 << 10, c); }

const Hostile kServers[] = {
    {"EndlessBody", "HTTP/1.1 200 OK\r\n\r\n", Long('x'), kMostOfBody},
    {"EndlessChunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4000\r\n" + Long('x') + "\r\n", kMostOfBody},
    {"EndlessTrailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-Filler: " + Long('x') + "\r\n", kMostOfHead},
    {"EndlessError", "HTTP/1.1 500 Oops\r\n\r\n", Long('x'), kMostOfBody},
    {"GzipThatIsNotAskedFor", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08", Long('\0'), kMostOfBody},
};

class KubeHttpMemory : public testing::TestWithParam<Hostile> {};

TEST_P(KubeHttpMemory, DoesNotGrowWithWhatAServerSends) {
  std::atomic<std::int64_t> sent{0};
  const Hostile& hostile = GetParam();
  const LocalServer server([&](const Connection& peer) {
    peer.ReadRequest();
    for (bool open = peer.Send(hostile.head); open && sent < kMostSent; sent += static_cast<std::int64_t>(hostile.piece.size()))
      open = peer.Send(hostile.piece);
  });
  const auto client = ConnectHttp(server.AccessToIt(), {Duration::Seconds(30), Duration::Seconds(60)}).value();
  const PeakMemory peak;
  const auto reply = client->Call({Method::Get, "/", {}, {}}, {});
  if (hostile.name != std::string("EndlessTrailers")) {  // which nobody reads
    EXPECT_FALSE(reply);
  }
  EXPECT_LT(reply ? 0U : reply.error().message.size(), 2000U);
  EXPECT_LT(peak.Bytes(), hostile.memory);
  EXPECT_LT(sent, kMostSent);
}

INSTANTIATE_TEST_SUITE_P(Of, KubeHttpMemory, testing::ValuesIn(kServers), [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace weir::kube
