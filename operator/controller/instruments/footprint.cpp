#include "operator/controller/instruments/footprint.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <utility>

namespace weir::controller {
namespace {

// A library begins with them, in a segment of its own that is never written: what the loader has changed lies in others.
int DropSymbolsOf(dl_phdr_info* object, std::size_t, void*) {
  const std::uintptr_t page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || segment.p_flags != PF_R || segment.p_offset != 0) continue;
    const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const std::uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_filesz;
    madvise(std::bit_cast<void*>(begin), end - begin, MADV_DONTNEED);
    break;  // the headers, which are read here, were in it
  }
  return 0;
}

}  // namespace

void KeepHeapSmall() {
  constexpr int kHeaps = 2;
  constexpr int kLarge = 128 * 1024;  // bytes; glibc's own, which it would raise to the largest block that was ever freed
  mallopt(M_ARENA_MAX, kHeaps);
  mallopt(M_MMAP_THRESHOLD, kLarge);
}

void DropLoadedSymbols() { dl_iterate_phdr(DropSymbolsOf, nullptr); }

FootprintTrim::FootprintTrim()
    : FootprintTrim([] {
        malloc_trim(0);
        DropLoadedSymbols();
      }) {}

void FootprintTrim::Look(std::uint64_t work) {
  if (std::exchange(work_, work) != work) {
    calm_ = 0;
  } else if (calm_ < kLongCalm) {
    ++calm_;
    if (calm_ == 1 || calm_ == kLongCalm) trim_();
  }
}

}  // namespace weir::controller
