#include "operator/kube/http/wire.h"

// The C library's tcp_info ends before tcpi_bytes_received.
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace weir::kube {
namespace {

// Of <netinet/tcp.h>, which cannot be included beside <linux/tcp.h>.
constexpr int kEstablished = 1, kCloseWait = 8;

// Unique among the sockets of a boot. 0 where `socket` is none.
std::uint64_t CookieOf(int socket) {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  return getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0 ? cookie : 0;
}

// What was read from it since it was connected. What has arrived and waits in the kernel is bounded there.
std::uint64_t ReadFrom(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || size < offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
    return 0;
  const std::uint64_t arrived = info.tcpi_bytes_received;
  int waiting = 0;
  if (ioctl(socket, FIONREAD, &waiting) != 0) return 0;
  return arrived - std::min<std::uint64_t>(arrived, static_cast<std::uint64_t>(std::max(waiting, 0)));
}

// Over a descriptor of its own, which stays the same socket whatever becomes of `socket`.
bool ShutDown(int socket, std::uint64_t cookie) {
  const int own = fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return false;
  tcp_info info{};
  socklen_t size = sizeof info;
  const bool connected = CookieOf(own) == cookie && getsockopt(own, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
                         (info.tcpi_state == kEstablished || info.tcpi_state == kCloseWait);
  const bool shut = connected && shutdown(own, SHUT_RDWR) == 0;
  close(own);
  return shut;
}

}  // namespace

std::uint64_t Wire::BeginCall() {
  const std::lock_guard lock(mutex_);
  socket_ = -1;
  cookie_ = 0;
  return ++call_;
}

bool Wire::Use(int socket) {
  const std::lock_guard lock(mutex_);
  if (ended_) return false;
  socket_ = socket;
  cookie_ = CookieOf(socket);
  from_ = ReadFrom(socket);
  return true;
}

void Wire::CountAnew() {
  const std::lock_guard lock(mutex_);
  if (cookie_ != 0) from_ = std::max(from_, ReadFrom(socket_));
}

std::uint64_t Wire::Bytes() const {
  const std::lock_guard lock(mutex_);
  if (cookie_ == 0) return 0;
  const std::uint64_t read = ReadFrom(socket_);
  // Asked last: one that is the same now was the same before.
  if (CookieOf(socket_) != cookie_) return 0;
  return read - std::min(read, from_);
}

bool Wire::Ended() const {
  const std::lock_guard lock(mutex_);
  return ended_.has_value();
}

bool Wire::End(std::uint64_t call) {
  const std::lock_guard lock(mutex_);
  if (call != call_) return true;
  if (!ended_) ended_ = cookie_ != 0 && ShutDown(socket_, cookie_);
  return *ended_;
}

}  // namespace weir::kube
