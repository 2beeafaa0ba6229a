#include "tests/counted_memory.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> living{0}, peak{0};

}  // namespace

void* operator new(std::size_t size) {
  void* block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  const std::size_t now = living.fetch_add(::malloc_usable_size(block)) + ::malloc_usable_size(block);
  for (std::size_t seen = peak; seen < now && !peak.compare_exchange_weak(seen, now);) continue;
  return block;
}

// Libraries allocate with it and leave the block to the delete below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept try { return operator new(size); } catch (const std::bad_alloc&) {
  return nullptr;
}

void operator delete(void* block) noexcept {
  if (block != nullptr) living -= ::malloc_usable_size(block);
  std::free(block);
}

void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

namespace weir {

PeakMemory::PeakMemory() : before_(living) { peak = before_; }
std::size_t PeakMemory::Bytes() const { return peak - before_; }

}  // namespace weir
