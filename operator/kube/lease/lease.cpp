#include "operator/kube/lease/lease.h"

namespace weir::kube {
namespace {

std::chrono::milliseconds Of(Duration duration) { return std::chrono::milliseconds(duration.ms); }

}  // namespace

LeaderElector::LeaderElector(std::unique_ptr<ClusterApi> cluster, LeaseSettings settings, const Clock& wall, LeaseEvents events)
    : cluster_(std::move(cluster)), settings_(std::move(settings)), wall_(wall), events_(std::move(events)), record_(settings_.identity, settings_.duration) {}

LeaderElector::~LeaderElector() { End(); }

void LeaderElector::Start() {
  renewing_ = std::thread([this] { RenewLoop(); });
  watching_ = std::thread([this] { WatchDeadline(); });
}

void LeaderElector::Stop() {
  const bool led = Leading();
  End();
  if (!led || !record_.Ours()) return;
  const auto released = cluster_->Patch(Ref(), PatchType::Merge, Subresource::None, record_.Release(wall_.Now()));
  if (!released && events_.onError) events_.onError(released.error());
  record_.ObserveAbsent();
}

bool LeaderElector::Leading() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::Leading;
}

void LeaderElector::End() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::Ended;
    changed_.notify_all();
  }
  if (renewing_.joinable()) renewing_.join();
  if (watching_.joinable()) watching_.join();
}

void LeaderElector::RenewLoop() {
  std::unique_lock lock(mutex_);
  while (state_ == State::Candidate || state_ == State::Leading) {
    lock.unlock();
    TryOnce();
    lock.lock();
    changed_.wait_for(lock, Of(settings_.retry), [this] { return state_ == State::Lost || state_ == State::Ended; });
  }
}

// A thread of its own: a renewal that hangs must not hide that its time is over.
void LeaderElector::WatchDeadline() {
  std::unique_lock lock(mutex_);
  while (state_ == State::Candidate || state_ == State::Leading) {
    if (state_ == State::Candidate) {
      changed_.wait(lock);
      continue;
    }
    const Monotonic deadline = renewed_ + Of(settings_.renewDeadline);
    if (std::chrono::steady_clock::now() >= deadline) {
      lock.unlock();
      return Lose("the lease could not be renewed for " + Format(settings_.renewDeadline));
    }
    changed_.wait_until(lock, deadline);
  }
}

void LeaderElector::TryOnce() {
  // The leader writes at once: its own last write is the newest record, unless somebody interfered.
  if (!record_.Ours()) {
    if (const Status read = ReadRecord(); !read) {
      if (events_.onError) events_.onError(read.error());
      return;
    }
  }
  const Monotonic began = std::chrono::steady_clock::now();
  if (!record_.MayClaim(began)) return;
  const Status written = WriteClaim(began);
  if (written) return Won(began);
  if (written.error().fault != Fault::Conflict && written.error().fault != Fault::Missing) {
    if (events_.onError) events_.onError(written.error());
    return;
  }
  const Status read = ReadRecord();
  if (read && !record_.Ours() && Leading()) Lose("the lease was taken by " + (record_.holder().empty() ? "nobody" : record_.holder()));
}

Status LeaderElector::ReadRecord() {
  const auto lease = cluster_->Get(Ref());
  if (lease) {
    record_.ObserveLease(*lease, std::chrono::steady_clock::now());
    return Ok();
  }
  if (lease.error().fault != Fault::Missing) return lease.error();
  record_.ObserveAbsent();
  return Ok();
}

Status LeaderElector::WriteClaim(Monotonic began) {
  Json claim = record_.Claim(wall_.Now());
  Result<Json> written = Error{};
  if (record_.Exists()) {
    written = cluster_->Patch(Ref(), PatchType::Merge, Subresource::None, claim);
  } else {
    claim["apiVersion"] = api::kLeases.ApiVersion();
    claim["kind"] = std::string(api::kLeases.kind);
    claim["metadata"] = {{"name", settings_.name}, {"namespace", settings_.ns}};
    written = cluster_->Create(Ref(), claim);
  }
  if (!written) return written.error();
  record_.ObserveLease(*written, began);
  return Ok();
}

void LeaderElector::Won(Monotonic began) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::Candidate && state_ != State::Leading) return;
    first = state_ == State::Candidate;
    state_ = State::Leading;
    renewed_ = began;
    changed_.notify_all();
  }
  if (first && events_.onLead) events_.onLead();
}

void LeaderElector::Lose(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::Leading) return;
    state_ = State::Lost;
    changed_.notify_all();
  }
  if (events_.onLoss) events_.onLoss(why);
}

}  // namespace weir::kube
