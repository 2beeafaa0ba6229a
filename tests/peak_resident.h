#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace weir::test {

// How much this process's resident memory grew at most since this object was made, whoever allocated it: libraries in C
// included. Of the whole process; one at a time.
class PeakResident {
 public:
  PeakResident() {
    std::ofstream("/proc/self/clear_refs") << "5";  // starts VmHWM anew
    before_ = Kilobytes("VmHWM:");
  }
  std::int64_t Bytes() const { return (Kilobytes("VmHWM:") - before_) << 10; }

 private:
  static std::int64_t Kilobytes(const std::string& field) {
    std::ifstream status("/proc/self/status");
    std::int64_t value = 0;
    for (std::string word; status >> word;)
      if (word == field) status >> value;
    return value;
  }

  std::int64_t before_ = 0;
};

// AddressSanitizer keeps what was freed: memory says nothing then.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool kMemoryIsMeasured = false;
#else
inline constexpr bool kMemoryIsMeasured = true;
#endif

}  // namespace weir::test
