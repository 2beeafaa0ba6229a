#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::fuzz {

// Aborts with `invariant` when it does not hold: libFuzzer then keeps the input.
void Require(bool holds, const char* invariant);

// Bytes that were allocated and not freed since it was made, at their peak; over all threads. One at a time.
class PeakMemory {
 public:
  PeakMemory();
  std::size_t Bytes() const;
};

// A message of an error: not empty, at most 4 KiB, UTF-8, on one line, without control characters.
void RequireReadable(const std::string& message);

inline std::string_view Text(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace weir::fuzz
