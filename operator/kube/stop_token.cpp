#include <atomic>
#include <map>
#include <mutex>

#include "operator/kube/cluster_api.h"

namespace weir::kube {

struct StopToken::State {
  std::mutex mutex;
  std::atomic<bool> stopped{false};
  std::map<std::uint64_t, std::function<void()>> callbacks;
  std::uint64_t next = 0;
};

StopToken::StopToken() : state_(std::make_shared<State>()) {}

void StopToken::Stop() const {
  std::map<std::uint64_t, std::function<void()>> callbacks;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopped.exchange(true)) return;
    callbacks.swap(state_->callbacks);
  }
  for (auto& [id, callback] : callbacks) callback();
}

bool StopToken::Stopped() const { return state_->stopped.load(); }

std::shared_ptr<void> StopToken::OnStop(std::function<void()> callback) const {
  std::unique_lock lock(state_->mutex);
  if (state_->stopped.load()) {
    lock.unlock();
    callback();
    return nullptr;
  }
  const std::uint64_t id = state_->next++;
  state_->callbacks.emplace(id, std::move(callback));
  return std::shared_ptr<void>(nullptr, [state = state_, id](void*) {
    const std::lock_guard inner(state->mutex);
    state->callbacks.erase(id);
  });
}

}  // namespace weir::kube
