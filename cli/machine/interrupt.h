#pragma once

#include <string>

#include "crds/base/time.h"

namespace weir::cli {

// While an object of this class exists, Ctrl-C, SIGTERM and SIGHUP (a closed terminal) are counted and do not end the program,
// and SIGPIPE (`| head`) is ignored. One at a time in a process.
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
