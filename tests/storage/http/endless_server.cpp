#include "tests/storage/http/endless_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "tests/storage/loopback.h"

namespace weir::storage {

EndlessServer::EndlessServer(std::string head, std::string piece, Duration pause)
    : head_(std::move(head)), piece_(std::move(piece)), pause_(pause), listener_(BindLoopback(port_)) {
  if (::listen(listener_, 1) != 0) std::abort();
  thread_ = std::thread([this] { Serve(); });
}

EndlessServer::~EndlessServer() { thread_.join(); }

void EndlessServer::Serve() {
  const int connection = ::accept(listener_, nullptr, nullptr);
  ::close(listener_);
  const auto send = [&](std::string_view bytes) { return ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL); };
  for (ssize_t n = send(head_); n > 0; n = send(piece_)) {
    sent_ += n;
    pollfd hung_up{connection, POLLRDHUP, 0};
    if (pause_.ms > 0 && ::poll(&hung_up, 1, static_cast<int>(pause_.ms)) > 0) break;
  }
  ::close(connection);
}

}  // namespace weir::storage
