#include "tests/fuzz/invariant.h"

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "crds/base/text.h"

namespace weir::fuzz {
namespace {

std::atomic<std::int64_t> live{0}, peak{0};

void OnAllocation(const volatile void*, std::size_t bytes) {
  const std::int64_t now = live += static_cast<std::int64_t>(bytes);
  if (now > peak) peak = now;
}

void OnFree(const volatile void* block) {
  if (block != nullptr) live -= static_cast<std::int64_t>(__sanitizer_get_allocated_size(const_cast<const void*>(block)));
}

}  // namespace

void Require(bool holds, const char* invariant) {
  if (holds) return;
  std::fprintf(stderr, "broken invariant: %s\n", invariant);
  std::abort();
}

PeakMemory::PeakMemory() {
  static const int installed = __sanitizer_install_malloc_and_free_hooks(OnAllocation, OnFree);
  Require(installed != 0, "the sanitizer has room for hooks");
  live = 0;
  peak = 0;
}

std::size_t PeakMemory::Bytes() const { return static_cast<std::size_t>(std::max<std::int64_t>(peak, 0)); }

void RequireReadable(const std::string& message) {
  Require(!message.empty() && message.size() <= 4096, "a message has 1 to 4096 bytes");
  if (message != Printable(message) || message.find('\n') != std::string::npos) std::fprintf(stderr, "message: %s\n", message.c_str());
  Require(message == Printable(message) && message.find('\n') == std::string::npos, "a message is one printable line");
}

}  // namespace weir::fuzz
