#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "operator/kube/http/http.h"

namespace weir::kube {

// Bounded buffer for one reply, between the HTTP library's threads and the caller's thread. Neither side waits for the other
// with a lock held, and the caller may give up at any time: bytes that arrive later are dropped.
class Inbox {
 public:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;
  enum class Took { Bytes, End, Late };

  // From the library's threads. Put returns whether there is space for more; when there is not, `resume` is called once,
  // from another thread, as soon as there is space or the reader is gone.
  void Head(HttpReply reply);
  bool Put(std::string_view bytes, std::function<void()> resume);
  // The first call counts.
  void End(Status status);

  // From the caller's thread. AwaitHead is false at the deadline, and true when there is a head or the end.
  bool AwaitHead(Deadline deadline);
  Took Take(std::string& bytes, Deadline deadline);
  const HttpReply& reply() const { return reply_; }  // after AwaitHead
  const Status& status() const { return *status_; }  // after Took::End, or AwaitHead without a head
  bool ended_without_head() const { return !has_head_ && status_.has_value(); }

 private:
  template <typename Ready>
  bool Await(std::unique_lock<std::mutex>& lock, Deadline deadline, Ready ready);

  static constexpr std::size_t kRoom = 1 << 20;  // bytes
  std::mutex mutex_;
  std::condition_variable changed_;
  bool has_head_ = false;
  HttpReply reply_;
  std::string bytes_;
  std::function<void()> resume_;
  std::optional<Status> status_;
};

}  // namespace weir::kube
