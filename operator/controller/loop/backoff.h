#pragma once

#include <cstdint>
#include <random>

#include "crds/base/time.h"

namespace weir::controller {

// Exponential back-off from `first` to `longest`, each delay shortened by up to a fifth at random, so that calls that failed
// together are not retried together. Not safe across threads.
class Backoff {
 public:
  Backoff(Duration first, Duration longest, std::uint64_t seed) : first_(first), longest_(longest), random_(seed) {}

  // The delay after `failures` (from 1) failures in a row.
  Duration After(int failures) {
    Duration delay = first_;
    for (int i = 1; i < failures && delay < longest_; ++i) delay = delay * 2;
    if (longest_ < delay) delay = longest_;
    return delay - Duration{delay.ms * static_cast<std::int64_t>(random_() % 201) / 1000};
  }

 private:
  Duration first_;
  Duration longest_;
  std::mt19937_64 random_;
};

}  // namespace weir::controller
