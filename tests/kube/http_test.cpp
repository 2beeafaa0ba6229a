#include "operator/kube/http/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "tests/kube/local_server.h"
#include "tests/temporary_folder.h"

namespace weir::kube {
namespace {

using testing::HasSubstr;

constexpr Deadlines kPatient{Duration::Seconds(30), Duration::Seconds(60)};
constexpr Deadlines kHasty{Duration::Millis(200), Duration::Seconds(60)};

std::unique_ptr<HttpClient> ClientOf(const LocalServer& server, const Deadlines& deadlines = kPatient) {
  return ConnectHttp(server.AccessToIt(), deadlines).value();
}

std::string ReasonOf(const Result<HttpReply>& reply) { return reply ? "replied" : reply.error().reason; }

TEST(Http, ARequestAndItsReplyArriveWhole) {
  std::string seen;
  {
    const LocalServer server([&](const Connection& peer) {
      seen = peer.ReadRequest();
      peer.SendReply("201 Created", "Warning: 299 - \"old\"\r\nRetry-After: 5\r\n", "{\"a\":1}");
    });
    const auto client = ClientOf(server);
    const auto reply = client->Call({Method::Post, "/api/v1/x?a=b%20c", "application/json", "{}"}, {});
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->status, 201);
    EXPECT_EQ(reply->body, "{\"a\":1}");
    EXPECT_EQ(reply->warning, "299 - \"old\"");
    EXPECT_EQ(reply->retryAfterSeconds, 5);
  }
  EXPECT_THAT(seen, HasSubstr("POST /api/v1/x?a=b%20c HTTP/1.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("Content-Type:application/json\r\n"));
  EXPECT_THAT(seen, testing::Not(HasSubstr("gzip")));
}

TEST(Http, AStreamArrivesPieceByPieceBeforeItEnds) {
  const LocalServer server([&](const Connection& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n");
    peer.Hold();
  });
  const auto client = ClientOf(server);
  const StopToken stop;
  std::string seen;
  const auto reply = client->Stream(
      {Method::Get, "/watch", {}, {}}, [&](std::string_view bytes) { seen += bytes, stop.Stop(); }, stop);
  EXPECT_EQ(seen, "first\n");
  EXPECT_EQ(ReasonOf(reply), "Stopped");
}

TEST(Http, ASlowSinkSlowsTheServerAndLosesNothing) {
  const std::string piece(64 * 1024, 'x');
  constexpr int kPieces = 200;
  const LocalServer server([&](const Connection& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < kPieces; ++i) peer.Send("10000\r\n" + piece + "\r\n");
    peer.Send("0\r\n\r\n");
  });
  const auto client = ClientOf(server);
  std::size_t seen = 0, largest = 0;
  const auto reply =
      client->Stream({Method::Get, "/", {}, {}},
                     [&](std::string_view bytes) { seen += bytes.size(), largest = std::max(largest, bytes.size()), std::this_thread::yield(); }, {});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(seen, piece.size() * kPieces);
  EXPECT_LT(largest, 2u << 20);
}

TEST(Http, AnErrorOfAStreamIsItsBody) {
  const LocalServer server([](const Connection& peer) { peer.ReadRequest(), peer.SendReply("410 Gone", "", "expired"); });
  const auto client = ClientOf(server);
  const auto reply = client->Stream({Method::Get, "/", {}, {}}, [](std::string_view) { ADD_FAILURE(); }, {});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 410);
  EXPECT_EQ(reply->body, "expired");
}

TEST(Http, AServerThatSaysNothingIsATimeout) {
  const LocalServer server([](const Connection& peer) { peer.Hold(); });
  EXPECT_EQ(ReasonOf(ClientOf(server, kHasty)->Call({Method::Get, "/", {}, {}}, {})), "Timeout");
}

TEST(Http, AServerThatDripsIsEndedByTheWholeDeadline) {
  const LocalServer server([](const Connection& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (peer.Send("1\r\nx\r\n")) continue;
  });
  const auto client = ClientOf(server, {Duration::Seconds(30), Duration::Millis(200)});
  const auto reply = client->Stream({Method::Get, "/", {}, {}}, [](std::string_view) {}, {});
  EXPECT_EQ(ReasonOf(reply), "Timeout");
}

TEST(Http, AStoppedCallEndsAtOnce) {
  const StopToken stop;
  const LocalServer server([&](const Connection& peer) { peer.ReadRequest(), stop.Stop(), peer.Hold(); });
  EXPECT_EQ(ReasonOf(ClientOf(server)->Call({Method::Get, "/", {}, {}}, stop)), "Stopped");
  EXPECT_EQ(ReasonOf(ClientOf(server)->Call({Method::Get, "/", {}, {}}, stop)), "Stopped");
}

TEST(Http, ASinkThatThrowsEndsTheRequest) {
  const LocalServer server([&](const Connection& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n");
    peer.Hold();
  });
  const auto client = ClientOf(server);
  EXPECT_THROW(static_cast<void>(client->Stream({Method::Get, "/", {}, {}}, [](std::string_view) { throw std::runtime_error("sink"); }, {})),
               std::runtime_error);
}

TEST(Http, AHostNameIsResolved) {
  const LocalServer server([](const Connection& peer) { peer.ReadRequest(), peer.SendReply("200 OK", "", "{}"); });
  Access access = server.AccessToIt();
  access.server.replace(access.server.find("127.0.0.1"), 9, "localhost");
  const auto reply = ConnectHttp(access, kPatient).value()->Call({Method::Get, "/", {}, {}}, {});
  EXPECT_TRUE(reply) << reply.error().message;
}

TEST(Http, ABodyThatIsCutIsAnErrorAndNotAShortAnswer) {
  const LocalServer server([](const Connection& peer) { peer.ReadRequest(), peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"); });
  const auto reply = ClientOf(server)->Call({Method::Get, "/", {}, {}}, {});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().fault, Fault::Transient);
}

TEST(Http, AResetConnectionIsTransient) {
  const LocalServer server([](const Connection& peer) { peer.ReadRequest(), peer.Reset(); });
  const auto reply = ClientOf(server)->Call({Method::Get, "/", {}, {}}, {});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().fault, Fault::Transient);
  EXPECT_EQ(reply.error().reason, "ConnectionReset");
}

TEST(Http, NobodyListeningIsSaid) {
  Access access;
  {
    const LocalServer server([](const Connection&) {});
    access = server.AccessToIt();
  }
  const auto reply = ConnectHttp(access, kPatient).value()->Call({Method::Get, "/", {}, {}}, {});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().reason, "ConnectionRefused");
  EXPECT_THAT(reply.error().message, HasSubstr(access.server));
}

TEST(Http, AnEndlessAnswerIsRefused) {
  const LocalServer server([](const Connection& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "100000\r\n" + std::string(1 << 20, 'x') + "\r\n";
    while (peer.Send(chunk)) continue;
  });
  EXPECT_EQ(ReasonOf(ClientOf(server)->Call({Method::Get, "/", {}, {}}, {})), "TooLarge");
}

// The library sends again when a pooled connection dies before the status line: why every create has a derived name. The
// connection of the GET may not be back in the pool yet, hence the rounds.
TEST(Http, ARequestOnADyingConnectionMayReachTheServerTwice) {
  std::atomic<int> posts{0};
  const LocalServer server([&](const Connection& peer) {
    for (std::string request = peer.ReadRequest(); !request.empty(); request = peer.ReadRequest()) {
      if (request.starts_with("POST") && ++posts == 1) return;
      peer.SendReply("200 OK", "", "{}");
    }
  });
  const auto client = ClientOf(server);
  bool answered = false;
  for (int round = 0; round < 1000 && !answered; ++round) {
    posts = 0;
    ASSERT_TRUE(client->Call({Method::Get, "/", {}, {}}, {}));
    answered = client->Call({Method::Post, "/", {}, {}}, {}).ok();
    EXPECT_EQ(posts, answered ? 2 : 1);
  }
  EXPECT_TRUE(answered);
}

TEST(Http, TheTokenIsReadForEveryRequest) {
  const test::TemporaryFolder folder;
  std::vector<std::string> seen;
  {
    const LocalServer server([&](const Connection& peer) {
      for (std::string request = peer.ReadRequest(); !request.empty(); request = peer.ReadRequest())
        seen.push_back(request), peer.SendReply("200 OK", "", "{}");
    });
    Access access = server.AccessToIt();
    access.token.file = folder.Write("token", "first");
    const auto client = ConnectHttp(access, kPatient).value();
    ASSERT_TRUE(client->Call({Method::Get, "/", {}, {}}, {}));
    folder.Write("token", "second");
    ASSERT_TRUE(client->Call({Method::Get, "/", {}, {}}, {}));
    folder.Write("token", "");
    EXPECT_EQ(ReasonOf(client->Call({Method::Get, "/", {}, {}}, {})), "BadCredentials");
  }
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_THAT(seen[0], HasSubstr("Authorization:Bearer first\r\n"));
  EXPECT_THAT(seen[1], HasSubstr("Authorization:Bearer second\r\n"));
}

TEST(Http, ATokenFromAPipeWithoutAWriterIsWaitedForNoLongerThanALeg) {
  const test::TemporaryFolder folder;
  const LocalServer server([](const Connection& peer) { peer.ReadRequest(), peer.SendReply("200 OK", "", "{}"); });
  Access access = server.AccessToIt();
  access.token.file = folder.Write("token", "first");
  const auto client = ConnectHttp(access, kHasty).value();
  std::filesystem::remove(access.token.file);
  ASSERT_EQ(mkfifo(access.token.file.c_str(), 0600), 0);
  const auto reply = client->Call({Method::Get, "/", {}, {}}, {});
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message, HasSubstr("200ms"));
  EXPECT_THAT(ConnectHttp(access, kHasty).error().message, HasSubstr("200ms"));
}

TEST(Http, AServerThatDoesNotGreetIsATimeout) {
  Access access = LocalServer([](const Connection&) {}, Security::Tls).AccessToIt();
  const LocalServer silent([](const Connection& peer) { peer.Hold(); });
  access.server = silent.AccessToIt().server;
  access.server.replace(0, 4, "https");
  EXPECT_EQ(ReasonOf(ConnectHttp(access, kHasty).value()->Call({Method::Get, "/", {}, {}}, {})), "Timeout");
}

TEST(Http, WhatFollowsAnInterimReplyIsNotTheAnswerToTheNextRequest) {
  const LocalServer server([](const Connection& peer) {
    for (std::string request = peer.ReadRequest(); !request.empty(); request = peer.ReadRequest()) {
      if (request.starts_with("GET /first")) peer.Send("HTTP/1.1 103 Early Hints\r\n\r\n");
      peer.SendReply("200 OK", "", request.substr(0, request.find(" HTTP")));
    }
  });
  const auto client = ClientOf(server);
  for (int round = 0; round < 20; ++round) {
    const auto first = client->Call({Method::Get, "/first", {}, {}}, {});
    EXPECT_NE(first ? first->status : 0, 200);
    const auto second = client->Call({Method::Get, "/second", {}, {}}, {});
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->body, "GET /second");
  }
}

std::size_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(Http, NoDescriptorIsLeftOfConnectionsThatEnd) {
  for (const Security security : {Security::Plain, Security::Tls}) {
    const LocalServer server(
        [](const Connection& peer) {
          if (peer.ReadRequest().starts_with("GET /lost")) return;
          peer.SendReply("200 OK", "Connection: close\r\n", "{}");
        },
        security);
    const auto client = ClientOf(server);
    ASSERT_TRUE(client->Call({Method::Get, "/", {}, {}}, {}));
    const std::size_t before = OpenDescriptors();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(client->Call({Method::Get, i % 2 == 0 ? "/" : "/lost", {}, {}}, {}).ok(), i % 2 == 0);
    // The library's threads, and the server's, let go of the last ones in a moment.
    while (OpenDescriptors() > before) std::this_thread::yield();
    EXPECT_GE(server.connections(), 101);
  }
}

TEST(Http, CredentialsThatCannotBeUsedAreRefusedAtOnce) {
  Access access;
  access.server = "https://127.0.0.1:1";
  access.authority.text = "nonsense";
  EXPECT_EQ(ConnectHttp(access, kPatient).error().reason, "BadCredentials");
  access.authority = {.text = {}, .file = "/nonexistent/ca.crt"};
  EXPECT_EQ(ConnectHttp(access, kPatient).error().reason, "BadCredentials");
}

}  // namespace
}  // namespace weir::kube
