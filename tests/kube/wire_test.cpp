#include "operator/kube/http/wire.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace weir::kube {
namespace {

// Two ends of a TCP connection on the loopback.
class Pair {
 public:
  Pair() {
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener, 1);
    socklen_t size = sizeof address;
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    near = socket(AF_INET, SOCK_STREAM, 0);
    connect(near, reinterpret_cast<sockaddr*>(&address), sizeof address);
    far = accept(listener, nullptr, nullptr);
    close(listener);
  }
  ~Pair() {
    close(near);
    close(far);
  }
  // Sends and reads so many bytes.
  void Carry(std::size_t bytes) const {
    std::string text(bytes, 'x');
    ASSERT_EQ(send(far, text.data(), bytes, 0), static_cast<ssize_t>(bytes));
    ASSERT_EQ(recv(near, text.data(), bytes, MSG_WAITALL), static_cast<ssize_t>(bytes));
  }
  int near = -1, far = -1;
};

TEST(Wire, CountsWhatWasReadSinceItsUse) {
  const Pair pair;
  Wire wire;
  EXPECT_EQ(wire.Bytes(), 0U);
  pair.Carry(100);
  wire.Use(pair.near);
  EXPECT_EQ(wire.Bytes(), 0U);
  pair.Carry(30);
  EXPECT_EQ(wire.Bytes(), 30U);
  wire.CountAnew();
  pair.Carry(5);
  EXPECT_EQ(wire.Bytes(), 5U);
  wire.BeginCall();
  EXPECT_EQ(wire.Bytes(), 0U);
}

TEST(Wire, DoesNotCountWhatWaitsInTheKernel) {
  const Pair pair;
  Wire wire;
  wire.Use(pair.near);
  char byte = 'x';
  ASSERT_EQ(send(pair.far, "0123456789", 10, 0), 10);
  ASSERT_EQ(recv(pair.near, &byte, 1, 0), 1);
  EXPECT_EQ(wire.Bytes(), 1U);
}

TEST(Wire, CountsNothingOfAnotherSocketUnderTheNumber) {
  Wire wire;
  Pair pair;
  wire.Use(pair.near);
  pair.Carry(10);
  const Pair other;
  other.Carry(20);
  ASSERT_EQ(dup2(other.near, pair.near), pair.near);
  EXPECT_EQ(wire.Bytes(), 0U);
  close(std::exchange(pair.near, -1));
  EXPECT_EQ(wire.Bytes(), 0U);
}

TEST(Wire, EndsAConnectionOnceAndIsUsedNoMore) {
  const Pair pair;
  Wire wire;
  ASSERT_TRUE(wire.Use(pair.near));
  EXPECT_FALSE(wire.Ended());
  EXPECT_TRUE(wire.End(0));
  char byte = 'x';
  EXPECT_EQ(recv(pair.near, &byte, 1, 0), 0);
  EXPECT_TRUE(wire.End(0));
  EXPECT_TRUE(wire.Ended());
  EXPECT_FALSE(wire.Use(pair.far));
}

// Stop() tells each call that was under way; one may have ended meanwhile, and its connection may be in the next one's use.
TEST(Wire, IsNotEndedByACallThatIsOver) {
  const Pair pair;
  Wire wire;
  const std::uint64_t first = wire.BeginCall();
  ASSERT_TRUE(wire.Use(pair.near));
  const std::uint64_t next = wire.BeginCall();
  ASSERT_TRUE(wire.Use(pair.near));
  EXPECT_TRUE(wire.End(first));
  EXPECT_FALSE(wire.Ended());
  pair.Carry(1);
  EXPECT_TRUE(wire.End(next));
  EXPECT_TRUE(wire.Ended());
}

TEST(Wire, EndsNothingThatIsNotConnectedOrAnother) {
  Wire none;
  EXPECT_FALSE(none.End(0));
  const int idle = socket(AF_INET, SOCK_STREAM, 0);
  Wire fresh;
  fresh.Use(idle);
  EXPECT_FALSE(fresh.End(0));
  close(idle);
  const Pair pair, other;
  Wire wire;
  wire.Use(pair.near);
  ASSERT_EQ(dup2(other.near, pair.near), pair.near);
  EXPECT_FALSE(wire.End(0));
  other.Carry(1);
}

TEST(Wire, CountsNothingOfWhatIsNoSocket) {
  Wire wire;
  wire.Use(STDIN_FILENO);
  EXPECT_EQ(wire.Bytes(), 0U);
  wire.Use(-1);
  EXPECT_EQ(wire.Bytes(), 0U);
}

}  // namespace
}  // namespace weir::kube
