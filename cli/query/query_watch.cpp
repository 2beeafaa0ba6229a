#include "cli/query/query_watch.h"

#include <unistd.h>

#include <chrono>

#include "cli/screen/terminal.h"

namespace weir::cli {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(20);

}  // namespace

QueryWatch::QueryWatch(engine::Engine& engine, Duration timeout) : interrupt_(std::in_place), thread_([this, &engine, timeout] { Run(engine, timeout); }) {}

QueryWatch::~QueryWatch() { End(); }

QueryWatch::Why QueryWatch::End() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  interrupt_.reset();
  return why_;
}

void QueryWatch::Run(engine::Engine& engine, Duration timeout) {
  const auto begin = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kLookEvery, [this] { return over_; })) {
    if (interrupt_->Count() > 1) ::_exit(static_cast<int>(Exit::Interrupted));
    if (interrupt_->Count() > 0)
      why_ = Why::Interrupted;
    else if (why_ == Why::Nothing && timeout.ms > 0 && std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(timeout.ms))
      why_ = Why::TimedOut;
    // Again at each look: a query that was just beginning did not hear it.
    if (why_ != Why::Nothing) engine.Cancel();
  }
}

}  // namespace weir::cli
