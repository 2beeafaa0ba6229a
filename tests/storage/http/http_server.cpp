#include "tests/storage/http/http_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/storage/loopback.h"

namespace weir::storage {

HttpServer::HttpServer(Answer answer) : answer_(std::move(answer)), listener_(BindLoopback(port_)) {
  if (::listen(listener_, 16) != 0) std::abort();
  thread_ = std::thread([this] { Serve(); });
}

HttpServer::~HttpServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void HttpServer::Serve() {
  for (;;) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    std::string head;
    char buffer[4096];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      head.append(buffer, static_cast<std::size_t>(got));
    }
    ++requests_;
    SendAll(connection, answer_(head));
    ::close(connection);
  }
}

}  // namespace weir::storage
