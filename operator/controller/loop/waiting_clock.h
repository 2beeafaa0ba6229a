#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include "crds/base/time.h"

namespace weir::controller {

// A clock that threads can wait on. All waiting for time in this folder uses it, so that tests control the time.
class WaitingClock : public Clock {
 public:
  // Waits on `changed` (with `lock` held) until it is notified or `deadline` has come; may return early. Without a
  // deadline: until notified.
  virtual void Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::optional<Time> deadline) const = 0;
};

// Real time. Reads the clock every few seconds while it waits, so that a step of the system's clock causes no long delay.
class SystemWaitingClock final : public WaitingClock {
 public:
  Time Now() const override;
  void Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::optional<Time> deadline) const override;
};

}  // namespace weir::controller
