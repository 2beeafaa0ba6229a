#pragma once

#include <cstddef>

namespace weir {

// The most bytes of operator new that lived at once since this object was made, over what lived then. In programs that link
// weir_counted_memory; one at a time.
class PeakMemory {
 public:
  PeakMemory();
  std::size_t Bytes() const;

 private:
  std::size_t before_;
};

}  // namespace weir
