#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace weir::kube {

// Pool of objects that one user has at a time. Keeps as many as were ever in use at once. Safe from any thread.
template <typename T>
class Pool : public std::enable_shared_from_this<Pool<T>> {
 public:
  // `open` creates one when none is idle, without a lock held; those that are not `reusable` are dropped when returned.
  Pool(std::function<std::unique_ptr<T>()> open, std::function<bool(const T&)> reusable) : open_(std::move(open)), reusable_(std::move(reusable)) {}

  // The one that was returned last. It is returned when its last reference is destroyed, on any thread, also after the pool.
  std::shared_ptr<T> Take() {
    std::unique_ptr<T> taken;
    int generation = 0;
    {
      const std::lock_guard lock(mutex_);
      generation = generation_;
      if (!idle_.empty()) {
        taken = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!taken) taken = open_();
    return std::shared_ptr<T>(taken.release(), [pool = this->weak_from_this(), generation](T* used) {
      std::unique_ptr<T> back(used);
      if (const auto living = pool.lock()) living->Return(std::move(back), generation);
    });
  }

  // Drops all idle objects, and those in use when they are returned.
  void Renew() {
    std::vector<std::unique_ptr<T>> old;  // ends after the lock
    const std::lock_guard lock(mutex_);
    ++generation_;
    old.swap(idle_);
  }

 private:
  void Return(std::unique_ptr<T> back, int generation) {
    if (!reusable_(*back)) return;
    const std::lock_guard lock(mutex_);
    if (generation == generation_) idle_.push_back(std::move(back));
  }

  const std::function<std::unique_ptr<T>()> open_;
  const std::function<bool(const T&)> reusable_;
  std::mutex mutex_;
  int generation_ = 0;
  std::vector<std::unique_ptr<T>> idle_;
};

}  // namespace weir::kube
