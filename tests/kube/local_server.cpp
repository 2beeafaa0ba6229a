#include "tests/kube/local_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

// A stopped stream lives on in the library's pool threads for a moment; a program that ends in that moment is told to
// leak it, once, whatever the number of streams.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libcpprest\nleak:pplx::"; }

namespace weir::kube {

Connection::~Connection() { close(socket_); }

std::string Connection::ReadRequest() const {
  std::string text;
  char byte = 0;
  while (!text.ends_with("\r\n\r\n") && read(socket_, &byte, 1) == 1) text.push_back(byte);
  return text;
}

bool Connection::Send(const std::string& bytes) const { return send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()); }

void Connection::SendReply(const std::string& status, const std::string& headers, const std::string& body) const {
  Send("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
}

void Connection::Hold() const {
  char byte = 0;
  while (read(socket_, &byte, 1) > 0) continue;
}

void Connection::Reset() const {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

LocalServer::LocalServer(std::function<void(const Connection&)> serve) : serve_(std::move(serve)) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  listen(listener_, 16);
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] {
    for (int peer = accept(listener_, nullptr, nullptr); peer >= 0; peer = accept(listener_, nullptr, nullptr)) {
      ++connections_;
      threads_.emplace_back([this, peer] { serve_(Connection(peer)); });
    }
  });
}

LocalServer::~LocalServer() {
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  close(listener_);
  for (auto& thread : threads_) thread.join();
}

Access LocalServer::AccessToIt() const {
  Access access;
  access.server = "http://127.0.0.1:" + std::to_string(port_);
  return access;
}

}  // namespace weir::kube
