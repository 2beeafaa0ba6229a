// A DNS that never answers. The C library's look-up is replaced for this program, the HTTP library's calls of it too.
#include "operator/kube/http/host_name.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "operator/kube/http/http.h"
#include "tests/kube/local_server.h"

namespace {

// Names that end with .silent wait until the DNS speaks; then they are 127.0.0.1.
class Dns {
 public:
  void Silence() {
    const std::lock_guard lock(mutex_);
    silent_ = true;
    asked_ = 0;
  }
  void Speak() {
    std::unique_lock lock(mutex_);
    silent_ = false;
    changed_.notify_all();
    changed_.wait(lock, [this] { return waiting_ == 0; });
  }
  void Await() {
    std::unique_lock lock(mutex_);
    ++asked_;
    ++waiting_;
    changed_.wait(lock, [this] { return !silent_; });
    --waiting_;
    changed_.notify_all();
  }
  int asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool silent_ = false;
  int asked_ = 0, waiting_ = 0;
};

Dns& TheDns() {
  static Dns dns;
  return dns;
}

}  // namespace

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const bool ours = name != nullptr && std::string_view(name).ends_with(".silent");
  if (ours) TheDns().Await();
  return real(ours ? "127.0.0.1" : name, service, hints, found);
}

namespace weir::kube {
namespace {

std::string ReasonOf(const auto& result) { return result ? "known" : result.error().reason; }
auto In(std::chrono::milliseconds wait) { return std::chrono::steady_clock::now() + wait; }

class SilentDns : public testing::Test {
 protected:
  SilentDns() { TheDns().Silence(); }
  ~SilentDns() override { TheDns().Speak(); }
};

TEST_F(SilentDns, IsWaitedForUntilTheDeadlineByOneThread) {
  HostName host("a.silent");
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) callers.emplace_back([&] { EXPECT_EQ(ReasonOf(host.FirstProtocol(In(std::chrono::milliseconds(50)), {})), "Timeout"); });
  for (auto& caller : callers) caller.join();
  EXPECT_LE(TheDns().asked(), 1);
  const auto late = host.FirstProtocol(In({}), {});
  EXPECT_THAT(late.error().message, testing::HasSubstr("a.silent was not resolved in time"));
}

TEST_F(SilentDns, IsNotWaitedForByWhoIsStopped) {
  const StopToken stop;
  stop.Stop();
  EXPECT_EQ(ReasonOf(HostName("b.silent").FirstProtocol(In(std::chrono::hours(1)), stop)), "Stopped");
}

TEST_F(SilentDns, LeavesTheAnswerOfBefore) {
  HostName host("c.silent");
  TheDns().Speak();
  EXPECT_EQ(host.FirstProtocol(In(std::chrono::hours(1)), {}).value(), HostName::Protocol::IPv4);
  TheDns().Silence();
  EXPECT_EQ(host.FirstProtocol(In({}), {}).value(), HostName::Protocol::IPv4);
  EXPECT_EQ(TheDns().asked(), 0);
  host.MarkStale();
  EXPECT_EQ(host.FirstProtocol(In(std::chrono::milliseconds(50)), {}).value(), HostName::Protocol::IPv4);
}

TEST_F(SilentDns, IsNotAskedForAnAddress) { EXPECT_EQ(HostName("127.0.0.1").FirstProtocol(In({}), {}).value(), HostName::Protocol::IPv4); }

TEST_F(SilentDns, EndsACallAtItsDeadlineAndHoldsUpNoOther) {
  Access access;
  access.server = "http://d.silent:1";
  constexpr Deadlines kHasty{Duration::Millis(100), Duration::Millis(100)};
  const auto lost = ConnectHttp(access, kHasty).value();
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) callers.emplace_back([&] { EXPECT_EQ(ReasonOf(lost->Call({Method::Get, "/", {}, {}}, {})), "Timeout"); });
  for (auto& caller : callers) caller.join();
  const LocalServer server([](const Connection& peer) { peer.ReadRequest(), peer.SendReply("200 OK", "", "{}"); });
  EXPECT_EQ(ReasonOf(ConnectHttp(server.AccessToIt(), Deadlines::OfLease()).value()->Call({Method::Get, "/", {}, {}}, {})), "known");
}

// The connection may not be back in its pool at once, hence the rounds.
TEST_F(SilentDns, HoldsUpNoCallOnAnOpenConnection) {
  TheDns().Speak();
  const LocalServer server([](const Connection& peer) {
    for (std::string request = peer.ReadRequest(); !request.empty(); request = peer.ReadRequest()) peer.SendReply("200 OK", "", "{}");
  });
  Access access = server.AccessToIt();
  access.server.replace(access.server.find("127.0.0.1"), 9, "e.silent");
  const auto client = ConnectHttp(access, {Duration::Millis(300), Duration::Millis(300)}).value();
  ASSERT_TRUE(client->Call({Method::Get, "/", {}, {}}, {}));
  TheDns().Silence();
  const StopToken stop;
  std::vector<std::thread> others;
  for (int i = 0; i < 8; ++i)
    others.emplace_back([&, i] {
      Access other;
      other.server = "http://" + std::to_string(i) + ".silent:1";
      EXPECT_EQ(ReasonOf(ConnectHttp(other, Deadlines::OfCalls()).value()->Call({Method::Get, "/", {}, {}}, stop)), "Stopped");
    });
  bool answered = false;
  for (int round = 0; round < 10 && !answered; ++round) answered = client->Call({Method::Get, "/", {}, {}}, {}).ok();
  EXPECT_TRUE(answered);
  EXPECT_EQ(server.connections(), 1);
  stop.Stop();
  for (auto& thread : others) thread.join();
}

TEST(HostName, ThatIsNoneIsSaid) {
  const auto none = HostName("no such name").FirstProtocol(In(std::chrono::minutes(1)), {});
  EXPECT_EQ(ReasonOf(none), "ConnectionFailed");
  EXPECT_THAT(none.error().message, testing::HasSubstr("no such name"));
}

}  // namespace
}  // namespace weir::kube
