#pragma once

#include <cstdint>
#include <functional>

namespace weir::controller {

// Limits the allocator's arenas, and maps large blocks separately so that each is returned to the kernel when freed.
// Process-wide; call it before other threads are started.
void KeepHeapSmall();

// Drops the resident pages of symbol tables, symbol names and relocations of the program and its libraries: a fifth of
// resident memory. A later read loads a page from its file again.
void DropLoadedSymbols();

// Returns freed memory to the kernel when the operator is idle, and drops loaded symbols. Freed memory stays with the
// allocator otherwise, which after a list or a busy time is many times the memory used at rest. Not safe across threads.
class FootprintTrim {
 public:
  FootprintTrim();
  explicit FootprintTrim(std::function<void()> trim) : trim_(std::move(trim)) {}

  // Call it every five seconds. `work` is a counter of the work done so far. Memory is returned when it is unchanged since
  // the last call, and again a minute later: the HTTP library closes connections after being idle that long.
  void Look(std::uint64_t work);

 private:
  std::function<void()> trim_;
  std::uint64_t work_ = 0;
  int calm_ = kLongCalm;  // calls in a row without work
  static constexpr int kLongCalm = 14;
};

}  // namespace weir::controller
