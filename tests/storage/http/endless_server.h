#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "crds/base/time.h"

namespace weir::storage {

// Accepts one connection and sends `head`, then `piece` again and again until the client hangs up.
class EndlessServer {
 public:
  explicit EndlessServer(std::string head, std::string piece, Duration pause = {});
  ~EndlessServer();
  std::string Url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/f"; }
  std::int64_t sent() const { return sent_; }

 private:
  void Serve();

  const std::string head_, piece_;
  const Duration pause_;  // between two pieces
  int port_ = 0;
  const int listener_;
  std::atomic<std::int64_t> sent_{0};
  std::thread thread_;
};

}  // namespace weir::storage
