#pragma once

#include <cstdint>
#include <functional>

namespace weir::controller {

// Makes the allocator share few heaps among many threads, and take large blocks from the kernel and give them back one by
// one. Process-wide; before other threads are started.
void KeepHeapSmall();

// Gives back the pages of the program and its libraries that were read to load them: symbols, their names, relocations. A
// fifth of what is resident. Whoever reads one again gets it from its file.
void DropLoadedSymbols();

// What is freed stays with the allocator, in pages between those that are used: after a list or a busy time that is many
// times what is used at rest. Gives it back once there is rest, and loaded symbols with it. For one thread.
class FootprintTrim {
 public:
  FootprintTrim();
  explicit FootprintTrim(std::function<void()> trim) : trim_(std::move(trim)) {}

  // To be called every five seconds. `work` counts what was done so far. Memory is given back when that has stood still
  // since the call before, and a minute later once more: the HTTP library closes connections that were idle so long.
  void Look(std::uint64_t work);

 private:
  std::function<void()> trim_;
  std::uint64_t work_ = 0;
  int calm_ = kLongCalm;  // calls in a row without work
  static constexpr int kLongCalm = 14;
};

}  // namespace weir::controller
