#pragma once

#include "crds/base/time.h"

namespace weir::cli {

// Ctrl-C and SIGTERM while it lives: counted instead of ending the program. One at a time in a process.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  int Count() const;
  // At most so long; ends early when a signal comes.
  void Wait(Duration duration) const;
};

}  // namespace weir::cli
