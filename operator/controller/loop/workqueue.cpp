#include "operator/controller/loop/workqueue.h"

#include <algorithm>

namespace weir::controller {
namespace {

bool Sooner(const std::pair<Time, Key>& a, const std::pair<Time, Key>& b) { return a.first != b.first ? a.first < b.first : KeyLess{}(a.second, b.second); }

// A revisit comes a little after its time, never before: before it the plan would be the same. At most a second.
Duration Lateness(const Key& key, Duration delay) {
  const std::int64_t most = std::clamp<std::int64_t>(delay.ms / 20, 0, 1000);
  return Duration{static_cast<std::int64_t>(std::hash<std::string>{}(key.ns + "/" + key.name) % static_cast<std::size_t>(most + 1))};
}

Time RetryAt(Time now, Duration delay, Time latest) { return latest == Time{} ? now + delay : std::min(now + delay, std::max(latest, now + kOverdue)); }

}  // namespace

WorkQueue::WorkQueue(const WaitingClock& clock, QueueOptions options, QueueMeters meters)
    : clock_(clock),
      options_(std::move(options)),
      meters_(std::move(meters)),
      backoff_(options_.firstBackoff, options_.longestBackoff, options_.seed),
      times_(&Sooner) {}

void WorkQueue::CountReady(const Key& key, int change) {
  ready_ += static_cast<std::size_t>(change);
  std::size_t& of_kind = ready_of_kind_[key.resource.plural];
  of_kind += static_cast<std::size_t>(change);
  if (meters_.depth) meters_.depth(key.resource, of_kind);
}

void WorkQueue::Schedule(const Key& key, State& state, Time time) {
  if (state.due && *state.due <= time) return;
  if (state.due) times_.erase({*state.due, key});
  state.due = time;
  times_.emplace(time, key);
  changed_.notify_all();
}

void WorkQueue::MakeReady(const Key& key, State& state, Lane lane) {
  if (state.due) times_.erase({*state.due, key});
  state.due.reset();
  if (state.ready && (*state.ready == lane || lane == Lane::Initial)) return;
  if (!state.ready) {
    state.readySince = clock_.Now();
    CountReady(key, 1);
    if (meters_.added) meters_.added(key);
  }
  state.ready = lane;
  due_.Of(lane).push_back(key);
  changed_.notify_one();
}

void WorkQueue::Add(const Key& key, Lane lane) {
  const std::lock_guard lock(mutex_);
  State& state = states_[key];
  if (state.takenAt) {
    state.again = state.again == Lane::Live ? Lane::Live : lane;
    return;
  }
  const Duration gather = options_.debounce && lane == Lane::Live && state.ready != Lane::Live ? options_.debounce(key) : Duration{};
  if (gather > Duration{} && !state.ready)
    Schedule(key, state, clock_.Now() + gather);
  else
    MakeReady(key, state, lane);
}

void WorkQueue::WakeDue() {
  const Time now = clock_.Now();
  while (!times_.empty() && times_.begin()->first <= now) {
    const Key key = times_.begin()->second;
    MakeReady(key, states_[key], Lane::Live);
  }
}

void WorkQueue::NoteSlow(const std::string& ns) {
  const Time now = clock_.Now();
  if (const auto [at, fresh] = slow_.try_emplace(ns, now); !fresh) return void(at->second = now);
  std::erase_if(slow_, [&](const auto& slow) { return now - slow.second > options_.slowFor; });
}

WorkQueue::Group WorkQueue::GroupOf(const std::string& ns) const {
  const auto slow = slow_.find(ns);
  return slow == slow_.end() || clock_.Now() - slow->second > options_.slowFor ? ns : Group();
}

std::set<WorkQueue::Group> WorkQueue::FullGroups() {
  std::set<Group> full;
  if (options_.share == 0) return full;
  const Time now = clock_.Now();
  for (const auto* taken : in_flight_)
    if (now - *taken->second.takenAt > options_.slowAfter) NoteSlow(taken->first.ns);
  std::map<Group, std::size_t> counts;
  for (const auto* taken : in_flight_)
    if (Group group = GroupOf(taken->first.ns); ++counts[group] >= options_.share) full.insert(std::move(group));
  return full;
}

Key WorkQueue::TakeOut(States::value_type& due) {
  auto& [key, state] = due;
  const Time now = clock_.Now();
  if (meters_.waited) meters_.waited(key, now - state.readySince);
  state.ready.reset();
  state.takenAt = now;
  in_flight_.push_back(&due);
  CountReady(key, -1);
  return key;
}

// A key whose group is full moves to the others of its group that wait: each is looked at once, however many there are.
std::optional<Key> WorkQueue::PopFrom(std::deque<Key>& keys, Lane lane, const std::set<Group>& full) {
  while (!keys.empty()) {
    const Key key = keys.front();
    keys.pop_front();
    const auto at = states_.find(key);
    if (at == states_.end() || at->second.ready != lane) continue;  // has moved to the other lane
    Group group = full.empty() ? Group() : GroupOf(key.ns);
    if (!full.contains(group)) return TakeOut(*at);
    throttled_[std::move(group)].Of(lane).push_back(key);
  }
  return std::nullopt;
}

std::optional<Key> WorkQueue::Pop() {
  const std::set<Group> full = FullGroups();
  for (const Lane lane : {Lane::Live, Lane::Initial}) {
    for (auto at = throttled_.begin(); at != throttled_.end();) {
      const auto group = at++;
      if (full.contains(group->first)) continue;
      auto key = PopFrom(group->second.Of(lane), lane, full);
      if (group->second.Empty()) throttled_.erase(group);
      if (key) return key;
    }
    if (auto key = PopFrom(due_.Of(lane), lane, full)) return key;
  }
  return std::nullopt;
}

std::optional<Key> WorkQueue::Take() {
  std::unique_lock lock(mutex_);
  while (!down_) {
    WakeDue();
    if (auto key = Pop()) return key;
    clock_.Wait(lock, changed_, times_.empty() ? std::nullopt : std::optional<Time>(times_.begin()->first));
  }
  return std::nullopt;
}

std::optional<Key> WorkQueue::TryTake() {
  const std::lock_guard lock(mutex_);
  if (down_) return std::nullopt;
  WakeDue();
  return Pop();
}

void WorkQueue::Finish(const Key& key, const Visit& visit) {
  const std::lock_guard lock(mutex_);
  const auto at = states_.find(key);
  if (at == states_.end() || !at->second.takenAt) return;
  State& state = at->second;
  const Time now = clock_.Now();
  if (options_.share > 0 && now - *state.takenAt > options_.slowAfter) NoteSlow(key.ns);
  in_flight_.erase(std::find(in_flight_.begin(), in_flight_.end(), &*at));
  state.takenAt.reset();
  const auto again = std::exchange(state.again, std::nullopt);
  switch (visit.next) {
    case Visit::Next::Forget: state.failures = 0; break;
    case Visit::Next::At:
      state.failures = 0;
      Schedule(key, state, visit.at + Lateness(key, visit.at - now));
      break;
    case Visit::Next::Now:
    case Visit::Next::Backoff:
      if (meters_.retried) meters_.retried(key);
      Schedule(key, state, RetryAt(now, backoff_.After(++state.failures), visit.at));
      break;
  }
  if (again) MakeReady(key, state, *again);
  if (!state.due && !state.ready && state.failures == 0) states_.erase(at);
  changed_.notify_all();
}

void WorkQueue::ShutDown() {
  const std::lock_guard lock(mutex_);
  down_ = true;
  changed_.notify_all();
}

bool WorkQueue::Idle() const {
  const std::lock_guard lock(mutex_);
  return ready_ == 0 && in_flight_.empty();
}

std::size_t WorkQueue::Depth() const {
  const std::lock_guard lock(mutex_);
  return ready_;
}

std::optional<Time> WorkQueue::NextTime() const {
  const std::lock_guard lock(mutex_);
  return times_.empty() ? std::nullopt : std::optional<Time>(times_.begin()->first);
}

Duration WorkQueue::LongestRunning() const {
  const std::lock_guard lock(mutex_);
  Duration longest;
  for (const auto* taken : in_flight_) longest = std::max(longest, clock_.Now() - *taken->second.takenAt);
  return longest;
}

}  // namespace weir::controller
