#include "operator/controller/loop/reflector.h"

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
  if (const Status added = AddUnselected(listed); !added) {
    Fail(added.error());
    return Next::List;
  }
  version_ = *version;
  const std::vector<observe::ItemPtr> changed = store_.Replace(std::move(listed), version_);
  const std::int64_t spread = std::max<std::int64_t>(options_.relistEvery.ms / 3, 1);
  relist_at_ = clock_.Now() + options_.relistEvery + Duration{static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(spread))};
  const std::vector<observe::ItemPtr> all = store_.List(selection_.ns);
  std::set<const observe::Item*> told;
  for (const auto* items : {&all, &changed})
    for (const observe::ItemPtr& item : *items)
      if (told.insert(item.get()).second) callbacks_.seen(*item, Lane::Initial);
  if (callbacks_.relisted) callbacks_.relisted();
  return Next::Watch;
}

bool Reflector::IsKept(const api::Meta& meta) const {
  return !options_.keepWithFinalizer.empty() && std::find(meta.finalizers.begin(), meta.finalizers.end(), options_.keepWithFinalizer) != meta.finalizers.end();
}

// Labels are anybody's to change, and no selector knows finalizers.
Status Reflector::AddUnselected(std::vector<observe::ItemPtr>& listed) {
  if (options_.keepWithFinalizer.empty() || selection_.labelSelector.empty()) return Ok();
  kube::Selection others = selection_;
  others.labelSelector = std::string("!").append(selection_.labelSelector);
  std::vector<observe::ItemPtr> kept;
  const auto read = cluster_.ListInto(others, {.anew = [&kept] { kept.clear(); },
                                               .object =
                                                   [&](const Json& object) {
                                                     if (IsKept(api::ReadMeta(object))) kept.push_back(store_.Read(object));
                                                   }});
  if (!read) return Error{read.error().fault, read.error().reason, "those without our label: " + read.error().message};
  listed.insert(listed.end(), kept.begin(), kept.end());
  return Ok();
}

// A watch tells that an object is gone also when it has only lost the label that selects it.
Result<bool> Reflector::StillExists(const observe::Item& before) const {
  if (!IsKept(before.meta)) return false;
  const Result<Json> object = cluster_.Get({selection_.resource, before.meta.ns, before.meta.name});
  if (!object && object.error().fault == Fault::Missing) return false;
  if (!object) return object.error();
  if (api::ReadMeta(*object).uid != before.meta.uid) return false;
  store_.Upsert(*object);
  return true;
}

Status Reflector::Take(kube::WatchEvent&& event) {
  const api::Meta meta = api::ReadMeta(event.object);
  version_ = meta.resourceVersion;
  if (callbacks_.told) callbacks_.told(event.type);
  if (event.type == kube::WatchEventType::Bookmark) return Ok();
  const observe::ItemPtr before = store_.Get(meta.ns, meta.name);
  if (event.type == kube::WatchEventType::Deleted) {
    const bool known = before && before->meta.uid == meta.uid;
    const Result<bool> exists = known ? StillExists(*before) : Result<bool>(false);
    if (!exists) return exists.error();
    if (!*exists) {
      store_.Remove(meta.ns, meta.name, meta.uid, meta.resourceVersion);
      callbacks_.seen(known ? *before : *store_.Read(event.object), Lane::Live);
      return Ok();
    }
  }
  if (event.type != kube::WatchEventType::Deleted) store_.Upsert(event.object);
  const observe::ItemPtr now = store_.Get(meta.ns, meta.name);
  if (before) callbacks_.seen(*before, Lane::Live);
  if (now && now != before) callbacks_.seen(*now, Lane::Live);
  return Ok();
}

Reflector::Next Reflector::WatchOnce(const kube::StopToken& stop) {
  const Time begun = clock_.Now();
  bool told = false;
  Status taken;
  const kube::StopToken ends;  // with `stop`, or when an event could not be taken
  const auto registration = stop.OnStop([ends] { ends.Stop(); });
  const Result<kube::WatchEnd> end = cluster_.Watch(
      selection_, version_,
      [&](kube::WatchEvent&& event) {
        told = true;
        if (!taken) return;
        taken = Take(std::move(event));
        if (!taken) ends.Stop();
      },
      ends);
  const Duration lasted = clock_.Now() - begun;
  if (lasted >= options_.calmAfter || (told && taken && end.ok())) failures_ = 0;
  if (!taken) {
    Fail(taken.error());
    return Next::List;
  }
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
