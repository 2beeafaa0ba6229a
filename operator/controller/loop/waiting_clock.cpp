#include "operator/controller/loop/waiting_clock.h"

#include <algorithm>
#include <chrono>

namespace weir::controller {

Time SystemWaitingClock::Now() const { return SystemClock().Now(); }

void SystemWaitingClock::Wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::optional<Time> deadline) const {
  if (!deadline) return changed.wait(lock);
  const std::int64_t left = deadline->us - Now().us;
  if (left > 0) changed.wait_for(lock, std::chrono::microseconds(std::min<std::int64_t>(left, 5'000'000)));
}

}  // namespace weir::controller
