#pragma once

#include <string>

#include "crds/base/time.h"

namespace weir::cli {

// Ctrl-C, SIGTERM and SIGHUP (a terminal that is closed) while it lives: counted instead of ending the program. A reader
// who goes away (`| head`) does not end it either: what runs goes on unwatched. One at a time in a process.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  int Count() const;
  // What the newest one is to a person: "Ctrl-C", "SIGTERM", or "SIGHUP, as when its terminal is closed".
  std::string Name() const;
  // At most so long; ends early when a signal comes.
  void Wait(Duration duration) const;
};

}  // namespace weir::cli
