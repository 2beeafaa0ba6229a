#include <charconv>

#include "operator/local/memory_cluster.h"

namespace weir::local {
namespace {

// A watch that saw nothing of its own for so many changes is told the version, so that it does not expire.
constexpr std::uint64_t kBookmarkEvery = 100;

kube::WatchEvent Bookmark(std::uint64_t version) { return {kube::WatchEventType::Bookmark, {{"metadata", {{"resourceVersion", std::to_string(version)}}}}}; }

}  // namespace

struct MemoryCluster::WatchState {
  std::string resource;
  std::string ns;
  LabelSelector selector;
  std::uint64_t seen = 0;  // changes up to this version are told or are not its own
  std::uint64_t told = 0;  // the newest version that the watcher knows
  std::uint64_t closings = 0;
};

// False when a change that was not told yet is gone from the history.
bool MemoryCluster::Collect(WatchState& state, std::deque<kube::WatchEvent>& events) const {
  if (state.seen < oldest_) return false;
  const auto after = [](std::uint64_t version, const Change& change) { return version < change.version; };
  for (auto at = std::upper_bound(history_.begin(), history_.end(), state.seen, after); at != history_.end(); ++at) {
    state.seen = at->version;
    if (at->resource != state.resource || (!state.ns.empty() && at->ns != state.ns)) continue;
    const bool was = at->before && state.selector.Matches(*at->before);
    const bool is = !at->deleted && state.selector.Matches(*at->after);
    if (!was && !is) continue;
    events.push_back({is ? (was ? kube::WatchEventType::Modified : kube::WatchEventType::Added) : kube::WatchEventType::Deleted, *at->after});
    state.told = at->version;
  }
  if (state.seen - state.told >= kBookmarkEvery) {
    events.push_back(Bookmark(state.seen));
    state.told = state.seen;
  }
  return true;
}

Result<kube::WatchEnd> MemoryCluster::Follow(WatchState& state, const std::function<void(kube::WatchEvent&&)>& sink, const kube::StopToken& stop) {
  while (true) {
    std::deque<kube::WatchEvent> events;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stop.Stopped() || closings_ != state.closings || state.seen < version_ || state.seen < oldest_; });
      if (stop.Stopped()) return kube::WatchEnd::Stopped;
      if (!Collect(state, events)) return kube::WatchEnd::Expired;
      if (closings_ != state.closings && events.empty()) return kube::WatchEnd::Closed;
    }
    for (kube::WatchEvent& event : events) {
      if (stop.Stopped()) return kube::WatchEnd::Stopped;
      sink(std::move(event));
    }
  }
}

Result<kube::WatchEnd> MemoryCluster::Watch(const kube::Selection& selection, const std::string& resource_version,
                                            const std::function<void(kube::WatchEvent&&)>& sink, const kube::StopToken& stop) {
  const kube::ObjectRef ref{selection.resource, selection.ns, ""};
  if (auto error = Fault(Verb::Watch, ref, Moment::Before)) return *error;
  Result<LabelSelector> selector = LabelSelector::Parse(selection.labelSelector);
  if (!selector) return selector.error();
  WatchState state{ResourceKey(selection.resource), selection.ns, std::move(*selector)};
  const auto [end, problem] = std::from_chars(resource_version.data(), resource_version.data() + resource_version.size(), state.seen);
  if (problem != std::errc{} || end != resource_version.data() + resource_version.size())
    return Error{Fault::Invalid, "Invalid", "a watch needs the resourceVersion of a list, not \"" + resource_version + "\""};
  state.told = state.seen;
  {
    const std::lock_guard lock(mutex_);
    state.closings = closings_;
    if (state.seen > version_) return kube::WatchEnd::Expired;  // of another life of this cluster
  }
  const auto registration = stop.OnStop([this] {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  });
  Result<kube::WatchEnd> ended = Follow(state, sink, stop);
  if (auto error = Fault(Verb::Watch, ref, Moment::After)) return *error;
  return ended;
}

}  // namespace weir::local
