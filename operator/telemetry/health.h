#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "crds/base/time.h"

namespace weir::telemetry {

// Whether the process works and whether it may be used. Each worker and each watch has a pulse: it says that it moves,
// and promised how long it is silent at most. Each cache that must be full before anything is decided is awaited. Safe
// from any thread.
class Health {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  // Begins (or begins again) a pulse that is stuck when no Beat came for `longest`. Ended for good by EndPulse.
  void BeginPulse(const std::string& name, Duration longest, Moment now);
  void Beat(const std::string& name, Moment now);
  void EndPulse(const std::string& name);

  void Await(const std::string& name);
  void Arrived(const std::string& name);

  // Something is wrong that a person must mend before this process may be used; `why` says what and how.
  void Object(const std::string& name, const std::string& why);
  void Withdraw(const std::string& name);

  // Who is stuck; what is still awaited or objected: each a sentence for a person. Empty is good.
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
