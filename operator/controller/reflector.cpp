#include "operator/controller/reflector.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <set>

namespace weir::controller {

Reflector::Reflector(kube::ClusterApi& cluster, kube::Selection selection, observe::Store& store, const WaitingClock& clock, ReflectorCallbacks callbacks,
                     ReflectorOptions options)
    : cluster_(cluster),
      selection_(std::move(selection)),
      store_(store),
      clock_(clock),
      callbacks_(std::move(callbacks)),
      options_(options),
      backoff_(options.firstBackoff, options.longestBackoff, options.seed),
      random_(options.seed) {}

void Reflector::Run(const kube::StopToken& stop) {
  Next next = Next::List;
  while (!stop.Stopped()) {
    pause_.reset();
    if (callbacks_.turned) callbacks_.turned();
    try {
      next = next == Next::List ? ListOnce() : WatchOnce(stop);
    } catch (const std::exception& e) {
      Fail({Fault::Bug, "InternalError", std::string("list or watch threw, so it is listed anew: ") + e.what()});
      next = Next::List;
    }
    if (pause_) Pause(stop);
    if (next == Next::Watch && relist_at_ <= clock_.Now()) next = Next::List;
  }
}

void Reflector::Fail(const Error& error) {
  pause_ = backoff_.After(++failures_);
  if (callbacks_.failed) callbacks_.failed({error.fault, error.reason, std::string(selection_.resource.plural) + ": " + error.message});
}

Reflector::Next Reflector::ListOnce() {
  std::vector<observe::ItemPtr> listed;
  const Result<std::string> version =
      cluster_.ListInto(selection_, {.anew = [&listed] { listed.clear(); }, .object = [&](const Json& object) { listed.push_back(store_.Read(object)); }});
  if (!version) {
    Fail(version.error());
    return Next::List;
  }
  version_ = *version;
  AddUnselected(listed);
  const std::vector<observe::ItemPtr> changed = store_.Replace(std::move(listed), version_);
  const std::int64_t spread = std::max<std::int64_t>(options_.relistEvery.ms / 3, 1);
  relist_at_ = clock_.Now() + options_.relistEvery + Duration{static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(spread))};
  const std::vector<observe::ItemPtr> held = store_.List(selection_.ns);
  std::set<const observe::Item*> told;
  for (const auto* items : {&held, &changed})
    for (const observe::ItemPtr& item : *items)
      if (told.insert(item.get()).second) callbacks_.seen(*item, Lane::Initial);
  if (callbacks_.relisted) callbacks_.relisted();
  return Next::Watch;
}

bool Reflector::IsHeld(const api::Meta& meta) const {
  return !options_.heldBy.empty() && std::find(meta.finalizers.begin(), meta.finalizers.end(), options_.heldBy) != meta.finalizers.end();
}

// Labels are anybody's to change, and no selector knows finalizers.
void Reflector::AddUnselected(std::vector<observe::ItemPtr>& listed) {
  if (options_.heldBy.empty() || selection_.labelSelector.empty()) return;
  kube::Selection others = selection_;
  others.labelSelector = std::string("!").append(selection_.labelSelector);
  std::vector<observe::ItemPtr> held;
  const auto read = cluster_.ListInto(others, {.anew = [&held] { held.clear(); },
                                               .object =
                                                   [&](const Json& object) {
                                                     if (IsHeld(api::ReadMeta(object))) held.push_back(store_.Read(object));
                                                   }});
  if (read)
    listed.insert(listed.end(), held.begin(), held.end());
  else if (callbacks_.failed)
    callbacks_.failed({read.error().fault, read.error().reason, std::string(selection_.resource.plural) + " without our label: " + read.error().message});
}

// A watch tells that an object is gone also when it has only lost the label that selects it.
bool Reflector::IsThereStill(const observe::Item& before) const {
  if (!IsHeld(before.meta)) return false;
  const Result<Json> object = cluster_.Get({selection_.resource, before.meta.ns, before.meta.name});
  if (!object || api::ReadMeta(*object).uid != before.meta.uid) return false;
  store_.Upsert(*object);
  return true;
}

void Reflector::Take(kube::WatchEvent&& event) {
  const api::Meta meta = api::ReadMeta(event.object);
  version_ = meta.resourceVersion;
  if (callbacks_.told) callbacks_.told(event.type);
  if (event.type == kube::WatchEventType::Bookmark) return;
  const observe::ItemPtr before = store_.Get(meta.ns, meta.name);
  if (event.type == kube::WatchEventType::Deleted && !(before && before->meta.uid == meta.uid && IsThereStill(*before))) {
    store_.Remove(meta.ns, meta.name, meta.uid, meta.resourceVersion);
    callbacks_.seen(before && before->meta.uid == meta.uid ? *before : *store_.Read(event.object), Lane::Live);
    return;
  }
  if (event.type != kube::WatchEventType::Deleted) store_.Upsert(event.object);
  const observe::ItemPtr now = store_.Get(meta.ns, meta.name);
  if (before) callbacks_.seen(*before, Lane::Live);
  if (now && now != before) callbacks_.seen(*now, Lane::Live);
}

Reflector::Next Reflector::WatchOnce(const kube::StopToken& stop) {
  const Time begun = clock_.Now();
  bool told = false;
  const Result<kube::WatchEnd> end = cluster_.Watch(
      selection_, version_, [&](kube::WatchEvent&& event) { told = true, Take(std::move(event)); }, stop);
  const Duration lasted = clock_.Now() - begun;
  if (lasted >= options_.calmAfter || (told && end.ok())) failures_ = 0;
  if (!end) {
    Fail(end.error());
    return Next::Watch;
  }
  switch (*end) {
    case kube::WatchEnd::Expired: return Next::List;
    case kube::WatchEnd::Stopped: return Next::Watch;
    case kube::WatchEnd::Closed:
      if (!told && lasted < options_.shortWatch) Fail({Fault::Transient, "WatchClosed", "the watch was closed at once without an event"});
      return Next::Watch;
  }
  return Next::Watch;
}

void Reflector::Pause(const kube::StopToken& stop) const {
  struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
  };
  // Shared, because the token may be in the middle of the callback when this function ends.
  const auto bell = std::make_shared<Bell>();
  const auto registration = stop.OnStop([bell] {
    const std::lock_guard lock(bell->mutex);
    bell->rung.notify_all();
  });
  const Time until = clock_.Now() + *pause_;
  std::unique_lock lock(bell->mutex);
  while (!stop.Stopped() && clock_.Now() < until) clock_.Wait(lock, bell->rung, until);
}

}  // namespace weir::controller
