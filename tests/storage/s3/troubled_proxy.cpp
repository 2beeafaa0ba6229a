#include "tests/storage/s3/troubled_proxy.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/storage/loopback.h"

namespace weir::storage {
namespace {

// One request, head and body; "" when the client went away.
std::string ReadRequest(int client) {
  std::string request;
  std::size_t whole = std::string::npos;
  char buffer[65536];
  while (request.size() < whole) {
    const ssize_t got = ::recv(client, buffer, sizeof buffer, 0);
    if (got <= 0) return {};
    request.append(buffer, static_cast<std::size_t>(got));
    const auto end = request.find("\r\n\r\n");
    if (whole != std::string::npos || end == std::string::npos) continue;
    const auto length = request.find("Content-Length: ");
    whole = end + 4 + (length < end ? std::stoul(request.substr(length + 16)) : 0);
  }
  return request;
}

std::string ReadToEnd(int server) {
  std::string reply;
  char buffer[65536];
  for (ssize_t got = 0; (got = ::recv(server, buffer, sizeof buffer, 0)) > 0;) reply.append(buffer, static_cast<std::size_t>(got));
  return reply;
}

}  // namespace

TroubledProxy::TroubledProxy(int server_port, int n, Trouble trouble, std::function<void()> kill)
    : server_port_(server_port), left_(n), trouble_(trouble), kill_(std::move(kill)), listener_(BindLoopback(port_)) {
  if (::listen(listener_, 16) != 0) std::abort();
  thread_ = std::thread([this] { Serve(); });
}

TroubledProxy::~TroubledProxy() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void TroubledProxy::Serve() {
  for (int client = 0; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ::close(client)) Exchange(client);
}

void TroubledProxy::Exchange(int client) {
  std::string request = ReadRequest(client);
  if (request.empty()) return;
  const bool now = --left_ == 0;
  if (now) happened_ = true;
  if (now && trouble_ == Trouble::KillBefore) return kill_();
  if (now && trouble_ == Trouble::LoseRequest) return;
  // One connection for each request: its end is the end of the reply.
  request.insert(request.find("\r\n") + 2, "Connection: close\r\n");
  const int server = ConnectLoopback(server_port_);
  SendAll(server, request);
  const std::string reply = ReadToEnd(server);
  ::close(server);
  if (now && trouble_ == Trouble::KillAfter) return kill_();
  if (now && trouble_ == Trouble::LoseReply) return;
  SendAll(client, reply);
}

}  // namespace weir::storage
