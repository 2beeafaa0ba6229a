#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace weir::storage {

// What happens to the n-th request on its way to the server or back.
enum class Trouble { KillBefore, KillAfter, LoseRequest, LoseReply };

// Hands HTTP requests on to a server on another loopback port, one after the other, and makes trouble with one of them:
// `kill` is called in front of it or between the server's work and its answer, or request or answer are dropped.
class TroubledProxy {
 public:
  TroubledProxy(int server_port, int n, Trouble trouble, std::function<void()> kill);
  ~TroubledProxy();
  int port() const { return port_; }
  // Whether there was an n-th request.
  bool happened() const { return happened_; }

 private:
  void Serve();
  void Exchange(int client);
  const int server_port_;
  int left_;
  const Trouble trouble_;
  const std::function<void()> kill_;
  std::atomic<bool> happened_{false};
  int port_ = 0;
  int listener_ = -1;
  std::thread thread_;
};

}  // namespace weir::storage
