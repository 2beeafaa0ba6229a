#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace weir::storage {

// A plain HTTP server on a free loopback port, one connection after the other, that answers each request head with the
// bytes that the test gives, and then closes. Stops with the object.
class HttpServer {
 public:
  using Answer = std::function<std::string(const std::string& head)>;
  explicit HttpServer(Answer answer);
  ~HttpServer();
  std::string Url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  int requests() const { return requests_; }

 private:
  void Serve();
  const Answer answer_;
  int port_ = 0;
  const int listener_;
  std::atomic<int> requests_{0};
  std::thread thread_;
};

inline std::string Reply(const std::string& status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n" + headers + "\r\n" + body;
}

}  // namespace weir::storage
