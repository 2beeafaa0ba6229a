#include "operator/kube/http/inbox.h"

#include <utility>

namespace weir::kube {

void Inbox::Head(HttpReply reply) {
  const std::lock_guard lock(mutex_);
  reply_ = std::move(reply);
  has_head_ = true;
  changed_.notify_all();
}

bool Inbox::Put(std::string_view bytes, std::function<void()> resume) {
  const std::lock_guard lock(mutex_);
  if (status_) return true;
  bytes_.append(bytes);
  changed_.notify_all();
  if (bytes_.size() < kRoom) return true;
  resume_ = std::move(resume);
  return false;
}

void Inbox::End(Status status) {
  std::function<void()> resume;
  {
    const std::lock_guard lock(mutex_);
    if (status_) return;
    status_ = std::move(status);
    resume = std::exchange(resume_, nullptr);
    changed_.notify_all();
  }
  if (resume) resume();
}

template <typename Ready>
bool Inbox::Await(std::unique_lock<std::mutex>& lock, Deadline deadline, Ready ready) {
  if (deadline) return changed_.wait_until(lock, *deadline, ready);
  changed_.wait(lock, ready);
  return true;
}

bool Inbox::AwaitHead(Deadline deadline) {
  std::unique_lock lock(mutex_);
  return Await(lock, deadline, [this] { return has_head_ || status_; });
}

Inbox::Took Inbox::Take(std::string& bytes, Deadline deadline) {
  std::function<void()> resume;
  {
    std::unique_lock lock(mutex_);
    if (!Await(lock, deadline, [this] { return !bytes_.empty() || status_; })) return Took::Late;
    if (bytes_.empty()) return Took::End;
    bytes.swap(bytes_);
    bytes_.clear();
    resume = std::exchange(resume_, nullptr);
  }
  if (resume) resume();
  return Took::Bytes;
}

}  // namespace weir::kube
