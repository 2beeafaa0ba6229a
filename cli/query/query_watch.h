#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "cli/machine/interrupt.h"
#include "runner/engine/engine.h"

namespace weir::cli {

// Cancels what an engine does on Ctrl-C, or when its time is over; a second Ctrl-C ends the program at once.
class QueryWatch {
 public:
  enum class Why { Nothing, Interrupted, TimedOut };

  QueryWatch(engine::Engine& engine, Duration timeout);  // of 0: no limit
  ~QueryWatch();
  QueryWatch(const QueryWatch&) = delete;
  QueryWatch& operator=(const QueryWatch&) = delete;

  // Ends the watch; why it cancelled, if it did.
  Why End();

 private:
  void Run(engine::Engine& engine, Duration timeout);

  std::optional<Interrupt> interrupt_;  // until the end: what is printed after it ends as always when nobody reads
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  Why why_ = Why::Nothing;
  std::thread thread_;
};

}  // namespace weir::cli
