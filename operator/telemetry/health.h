#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "crds/base/time.h"

namespace weir::telemetry {

// Liveness and readiness of the process. Each worker and each watch has a pulse, with a maximum time between two beats. Each
// cache that must have its first list before the process is ready is awaited. Safe from any thread.
class Health {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  // Starts (or restarts) a pulse, which is stuck when there was no Beat for `longest`. EndPulse removes it.
  void BeginPulse(const std::string& name, Duration longest, Moment now);
  void Beat(const std::string& name, Moment now);
  void EndPulse(const std::string& name);

  void Await(const std::string& name);
  void Arrived(const std::string& name);

  // Reports a problem that a person must fix before the process is ready; `why`: the problem and its fix. Withdraw clears it.
  void Object(const std::string& name, const std::string& why);
  void Withdraw(const std::string& name);

  // Stuck pulses, and awaited caches and problems: each a sentence for a person. Empty: alive, ready.
  std::vector<std::string> Stuck(Moment now) const;
  std::vector<std::string> Awaited() const;

 private:
  struct Pulse {
    Duration longest;
    Moment last;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Pulse> pulses_;
  std::map<std::string, bool> arrived_;
  std::map<std::string, std::string> objections_;
};

}  // namespace weir::telemetry
