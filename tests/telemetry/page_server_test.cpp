#include "operator/telemetry/page_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

namespace weir::telemetry {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Peer {
 public:
  explicit Peer(int port, int family = AF_INET) : socket_(socket(family, SOCK_STREAM, 0)) {
    if (family == AF_INET6) {
      sockaddr_in6 address{};
      address.sin6_family = AF_INET6;
      address.sin6_port = htons(static_cast<std::uint16_t>(port));
      address.sin6_addr = in6addr_loopback;
      connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
      return;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  ~Peer() { close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void Send(const std::string& bytes) const { send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // Until the server closes.
  std::string ReadAll() const {
    std::string text;
    char bytes[4096];
    for (ssize_t n = 0; (n = read(socket_, bytes, sizeof bytes)) > 0;) text.append(bytes, static_cast<std::size_t>(n));
    return text;
  }

 private:
  int socket_;
};

std::string Ask(const PageServer& server, const std::string& line, int family = AF_INET) {
  const Peer peer(server.port(), family);
  peer.Send(line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return peer.ReadAll();
}

class PageServerTest : public testing::Test {
 protected:
  PageServerTest() {
    Pages pages = HealthPages(health);
    pages.merge(MetricsPages(metrics));
    server = PageServer::Start({.host = "127.0.0.1", .port = 0}, std::move(pages)).value();
  }
  Health health;
  Metrics metrics;
  std::unique_ptr<PageServer> server;
};

TEST_F(PageServerTest, HealthIsSaidWithItsReason) {
  EXPECT_THAT(Ask(*server, "GET /healthz"), StartsWith("HTTP/1.1 200"));
  health.BeginPulse("worker", Duration::Seconds(1), std::chrono::steady_clock::now() - std::chrono::seconds(5));
  const std::string sick = Ask(*server, "GET /healthz");
  EXPECT_THAT(sick, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(sick, HasSubstr("worker has not moved for 5"));
}

TEST_F(PageServerTest, ReadinessIsSaidWithItsReason) {
  health.Await("pods");
  EXPECT_THAT(Ask(*server, "GET /readyz"), HasSubstr("pods is not synced yet"));
  health.Arrived("pods");
  EXPECT_THAT(Ask(*server, "GET /readyz?verbose"), StartsWith("HTTP/1.1 200"));
}

TEST_F(PageServerTest, MetricsAreServed) {
  metrics.StageAttempted("Completed");
  const std::string reply = Ask(*server, "GET /metrics");
  EXPECT_THAT(reply, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_THAT(reply, HasSubstr("weirkeeper_stage_attempts_total{reason=\"Completed\"} 1"));
}

TEST_F(PageServerTest, OtherPathsAndMethodsAreRefused) {
  EXPECT_THAT(Ask(*server, "GET /secrets"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Ask(*server, "DELETE /healthz"), StartsWith("HTTP/1.1 405"));
}

TEST_F(PageServerTest, SeveralRequestsGoOverOneConnection) {
  const Peer peer(server->port());
  peer.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string both = peer.ReadAll();
  EXPECT_NE(both.find("HTTP/1.1 200"), both.rfind("HTTP/1.1 200"));
}

TEST_F(PageServerTest, AnEndlessHeaderIsCutOff) {
  const Peer peer(server->port());
  peer.Send("GET /healthz HTTP/1.1\r\nX: " + std::string(64 * 1024, 'x'));
  peer.ReadAll();
  EXPECT_THAT(Ask(*server, "GET /healthz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(PageServerTest, GarbageEndsItsConnectionOnly) {
  const Peer peer(server->port());
  peer.Send(std::string("\x16\x03\x01\0\xff\xff nonsense\r\n\r\n", 20));
  peer.ReadAll();
  EXPECT_THAT(Ask(*server, "GET /healthz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(PageServerTest, ConnectionsBeyondTheBoundAreClosedAndTheRestServed) {
  std::vector<std::unique_ptr<Peer>> idle;
  for (int i = 0; i < 64; ++i) idle.push_back(std::make_unique<Peer>(server->port()));
  EXPECT_EQ(Peer(server->port()).ReadAll(), "");
  idle.front()->Send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(idle.front()->ReadAll(), StartsWith("HTTP/1.1 200"));
}

TEST(PageServer, IsReachedOverIPv4AndIPv6UnlessToldOtherwise) {
  const Health health;
  const auto server = PageServer::Start({}, HealthPages(health));
  ASSERT_TRUE(server.ok()) << server.error().message;
  EXPECT_THAT(Ask(**server, "GET /healthz"), StartsWith("HTTP/1.1 200"));
  const int ipv6 = socket(AF_INET6, SOCK_STREAM, 0);
  if (ipv6 < 0) return;  // a kernel without it
  close(ipv6);
  EXPECT_THAT(Ask(**server, "GET /healthz", AF_INET6), StartsWith("HTTP/1.1 200"));
}

TEST_F(PageServerTest, AnAddressThatIsTakenIsNamed) {
  const auto second = PageServer::Start({.host = "127.0.0.1", .port = server->port()}, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "BadAddress");
  EXPECT_THAT(second.error().message, HasSubstr("127.0.0.1:" + std::to_string(server->port())));
  EXPECT_FALSE(PageServer::Start({.host = "nowhere", .port = 0}, {}));
}

}  // namespace
}  // namespace weir::telemetry
