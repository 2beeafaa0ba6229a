#include "cli/machine/machine.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

namespace weir::cli {

std::int64_t MemoryOfMachine() {
  std::int64_t memory = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::string text;
    std::getline(std::ifstream(path), text);
    if (const std::int64_t limit = std::strtoll(text.c_str(), nullptr, 10); limit > 0) memory = std::min(memory, limit);
  }
  return memory;
}

}  // namespace weir::cli
