#pragma once

#include <atomic>
#include <chrono>
#include <functional>

#include "operator/controller/loop/waiting_clock.h"
#include "operator/controller/reconcile.h"

namespace weir::controller {

// Time that a test moves. Threads that wait look at it again every real millisecond, so no wake-up is ever lost.
class FakeClock : public WaitingClock {
 public:
  Time Now() const override { return {now_.load()}; }
  void Advance(Duration d) { now_ += d.ms * 1000; }
  void Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::optional<Time>) const override {
    changed.wait_for(lock, std::chrono::milliseconds(1));
  }

 private:
  std::atomic<std::int64_t> now_{Time::FromSeconds(1'767'323'045).us};
};

// Time that passes only, and at once, when a thread waits for it.
class LeapingClock final : public FakeClock {
 public:
  void Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::optional<Time> deadline) const override {
    if (!deadline) return changed.wait(lock);
    if (Now() < *deadline) const_cast<LeapingClock*>(this)->Advance(*deadline - Now());
  }
};

// Blocks until `condition` holds, at most 20 real seconds; says whether it did.
inline bool Eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    never.wait_for(lock, std::chrono::milliseconds(1));
  }
  return true;
}

inline Key PipelineKey(const std::string& name) { return {api::kPipelines, "default", name}; }

}  // namespace weir::controller
