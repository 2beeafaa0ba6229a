#pragma once

#include <cstdint>

namespace weir::cli {

// Bytes of memory that this process may use: of the machine, or of its cgroup when that has less.
std::int64_t MemoryOfMachine();

}  // namespace weir::cli
