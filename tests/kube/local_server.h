#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "operator/kube/auth.h"

struct ssl_st;  // OpenSSL's SSL

namespace weir::kube {

enum class Security { Plain, Tls };

// A connection that the server under the test's control has accepted, closed with the object.
class Connection {
 public:
  Connection(int socket, Security security);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::string ReadRequest() const;            // up to the end of the headers; empty when the peer has closed
  bool Send(const std::string& bytes) const;  // false when the peer has closed
  void SendReply(const std::string& status, const std::string& headers, const std::string& body) const;
  void Hold() const;   // until the peer closes
  void Reset() const;  // closing sends RST instead of FIN

 private:
  long Read(char* to, std::size_t size) const;

  int socket_;
  ssl_st* tls_ = nullptr;
};

// On a free port of the loopback; each accepted connection is given to `serve` on a thread of its own. The
// destructor closes what is open and waits for them.
class LocalServer {
 public:
  explicit LocalServer(std::function<void(const Connection&)> serve, Security security = Security::Plain);
  ~LocalServer();
  Access AccessToIt() const;
  int connections() const { return connections_.load(); }

 private:
  void Serve(int peer);

  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::function<void(const Connection&)> serve_;
  Security security_;
  std::mutex mutex_;
  std::set<int> open_;                // sockets
  std::vector<std::thread> threads_;  // of the accepting thread until it ends
  std::thread accepting_;
};

}  // namespace weir::kube
