#include "operator/local/memory_cluster.h"

#include <cstdio>
#include <random>

#include "crds/base/name.h"
#include "operator/local/object_rules.h"

namespace weir::local {
namespace {

Error Missing(const kube::ObjectRef& ref) {
  return {Fault::Missing, "NotFound", std::string(ref.resource.plural) + " \"" + ref.name + "\" is not in namespace \"" + ref.ns + "\""};
}

std::uint64_t SeedOf(std::uint64_t seed) {
  if (seed != 0) return seed;
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

// "regarding.uid=x": one field, all that is asked for.
bool MatchesFields(const Json& object, const std::string& selector) {
  const std::size_t equals = selector.find('='), dot = selector.find('.');
  if (selector.empty()) return true;
  return Text(At(object, selector.substr(0, dot)), selector.substr(dot + 1, equals - dot - 1)) == selector.substr(equals + 1);
}

}  // namespace

MemoryCluster::MemoryCluster(const Clock& clock, Options options) : clock_(clock), options_(options), seed_(SeedOf(options.seed)) {}

std::string MemoryCluster::ResourceKey(const api::Resource& resource) { return std::string(resource.group) + "/" + std::string(resource.plural); }

MemoryCluster::Key MemoryCluster::KeyOf(const kube::ObjectRef& ref) { return {ResourceKey(ref.resource), ref.ns, ref.name}; }

std::optional<Error> MemoryCluster::Fault(Verb verb, const kube::ObjectRef& ref, Moment moment) {
  FaultHook hook;
  {
    const std::lock_guard lock(hook_mutex_);
    hook = hook_;
  }
  return hook ? hook(verb, ref, moment) : std::nullopt;
}

void MemoryCluster::SetFaultHook(FaultHook hook) {
  const std::lock_guard lock(hook_mutex_);
  hook_ = std::move(hook);
}

std::string MemoryCluster::NewUid() {
  const std::string source = std::to_string(seed_) + "/" + std::to_string(++uids_made_);
  const std::string hex = StableHashText(source) + StableHashText(source + "/low");
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20, 12);
}

api::Resource MemoryCluster::Intern(const api::Resource& resource) {
  const auto keep = [this](std::string_view text) { return std::string_view(*names_.emplace(text).first); };
  return {keep(resource.group), keep(resource.version), keep(resource.plural), keep(resource.kind)};
}

void MemoryCluster::Index(const Key& key, const Json& object) {
  const Json& meta = At(object, "metadata");
  living_.insert(Text(meta, "uid"));
  if (const Json& owners = At(meta, "ownerReferences"); owners.is_array())
    for (const Json& owner : owners) dependents_[Text(owner, "uid")].insert(key);
}

void MemoryCluster::Unindex(const Key& key, const Json& object) {
  const Json& meta = At(object, "metadata");
  living_.erase(Text(meta, "uid"));
  const Json& owners = At(meta, "ownerReferences");
  if (!owners.is_array()) return;
  for (const Json& owner : owners) {
    const auto entry = dependents_.find(Text(owner, "uid"));
    if (entry == dependents_.end()) continue;
    entry->second.erase(key);
    if (entry->second.empty()) dependents_.erase(entry);
  }
}

void MemoryCluster::Record(Change change) {
  history_.push_back(std::move(change));
  while (history_.size() > options_.history) {
    oldest_ = history_.front().version;
    history_.pop_front();
  }
  changed_.notify_all();
}

MemoryCluster::ObjectPtr MemoryCluster::Put(const Key& key, const api::Resource& resource, Json object, Json applied) {
  object["metadata"]["resourceVersion"] = std::to_string(++version_);
  const auto after = std::make_shared<const Json>(std::move(object));
  ObjectPtr before;
  if (const auto held = entries_.find(key); held != entries_.end()) {
    before = held->second.object;
    Unindex(key, *before);
  }
  Index(key, *after);
  entries_.insert_or_assign(key, Entry{Intern(resource), after, std::move(applied)});
  Record({version_, key.resource, key.ns, before, after});
  return after;
}

void MemoryCluster::Erase(const Key& key) {
  const auto held = entries_.find(key);
  const ObjectPtr before = held->second.object;
  Json last = *before;
  last["metadata"]["resourceVersion"] = std::to_string(++version_);
  Unindex(key, *before);
  entries_.erase(held);
  Record({version_, key.resource, key.ns, before, std::make_shared<const Json>(std::move(last)), true});
  CollectDependents(*before);
}

bool MemoryCluster::HasLivingOwner(const Json& object) const {
  const Json& owners = At(At(object, "metadata"), "ownerReferences");
  if (!owners.is_array() || owners.empty()) return true;
  for (const Json& owner : owners)
    if (living_.contains(Text(owner, "uid"))) return true;
  return false;
}

void MemoryCluster::CollectDependents(const Json& owner) {
  const auto entry = dependents_.find(Text(At(owner, "metadata"), "uid"));
  if (entry == dependents_.end()) return;
  const std::set<Key> candidates = entry->second;
  for (const Key& key : candidates)
    if (const auto held = entries_.find(key); held != entries_.end() && !HasLivingOwner(*held->second.object)) DeleteHeld(key);
}

void MemoryCluster::DeleteHeld(const Key& key) {
  const Entry entry = entries_.at(key);
  const bool graceful = DeletesGracefully(entry.resource, *entry.object);
  if (!graceful && !HasFinalizers(*entry.object)) return Erase(key);
  if (IsDeleting(*entry.object)) return;
  Json marked = *entry.object;
  marked["metadata"]["deletionTimestamp"] = Format(clock_.Now());
  marked["metadata"]["deletionGracePeriodSeconds"] = graceful ? Integer(At(marked, "spec"), "terminationGracePeriodSeconds", 30) : 0;
  Put(key, entry.resource, std::move(marked), entry.applied);
}

Result<Json> MemoryCluster::Get(const kube::ObjectRef& ref) {
  if (auto error = Fault(Verb::Get, ref, Moment::Before)) return *error;
  const auto read = [&]() -> Result<Json> {
    const std::lock_guard lock(mutex_);
    const auto held = entries_.find(KeyOf(ref));
    if (held == entries_.end()) return Missing(ref);
    return *held->second.object;
  };
  Result<Json> object = read();
  if (auto error = Fault(Verb::Get, ref, Moment::After)) return *error;
  return object;
}

Result<std::string> MemoryCluster::ListInto(const kube::Selection& selection, const kube::ListSink& sink) {
  const kube::ObjectRef ref{selection.resource, selection.ns, ""};
  if (auto error = Fault(Verb::List, ref, Moment::Before)) return *error;
  const Result<LabelSelector> selector = LabelSelector::Parse(selection.labelSelector);
  if (!selector) return selector.error();
  std::vector<std::shared_ptr<const Json>> listed;
  std::string version;
  {
    const std::lock_guard lock(mutex_);
    const std::string resource = ResourceKey(selection.resource);
    for (auto at = entries_.lower_bound({resource, selection.ns, ""}); at != entries_.end() && at->first.resource == resource; ++at)
      if ((selection.ns.empty() || at->first.ns == selection.ns) && selector->Matches(*at->second.object) &&
          MatchesFields(*at->second.object, selection.fieldSelector))
        listed.push_back(at->second.object);
    version = std::to_string(version_);
  }
  sink.anew();
  for (const auto& object : listed) sink.object(Json(*object));
  if (auto error = Fault(Verb::List, ref, Moment::After)) return *error;
  return version;
}

Result<Json> MemoryCluster::CreateHeld(const kube::ObjectRef& ref, const Json& object, Json applied) {
  Result<Json> prepared = PrepareCreate(ref, object);
  if (!prepared) return prepared;
  const Key key = KeyOf(ref);
  if (entries_.contains(key))
    return Error{Fault::Conflict, "AlreadyExists", std::string(ref.resource.plural) + " \"" + ref.name + "\" exists already in namespace \"" + ref.ns + "\""};
  Json& meta = (*prepared)["metadata"];
  meta["uid"] = NewUid();
  meta["creationTimestamp"] = Format(clock_.Now());
  meta["generation"] = 1;
  Json created = *Put(key, ref.resource, std::move(*prepared), std::move(applied));
  if (!HasLivingOwner(created)) DeleteHeld(key);
  return created;
}

Result<Json> MemoryCluster::Create(const kube::ObjectRef& ref, const Json& object) {
  if (auto error = Fault(Verb::Create, ref, Moment::Before)) return *error;
  Result<Json> created = [&] {
    const std::lock_guard lock(mutex_);
    return CreateHeld(ref, object, nullptr);
  }();
  if (auto error = Fault(Verb::Create, ref, Moment::After)) return *error;
  return created;
}

Result<Json> MemoryCluster::PatchHeld(const kube::ObjectRef& ref, kube::PatchType type, kube::Subresource sub, const Json& patch) {
  const Key key = KeyOf(ref);
  const bool apply = type == kube::PatchType::Apply && sub == kube::Subresource::None;
  const auto held = entries_.find(key);
  if (held == entries_.end()) return apply ? CreateHeld(ref, patch, patch) : Result<Json>(Missing(ref));
  if (sub == kube::Subresource::Status && !HasStatusSubresource(ref.resource)) return Missing(ref);
  const Entry entry = held->second;
  Result<Json> next = PreparePatch(ref, *entry.object, type, sub, patch, entry.applied);
  if (!next) return next;
  if (apply) held->second.applied = patch;
  if (*next == *entry.object) return next;  // as the API server: no new version, no event
  if (sub == kube::Subresource::None && ref.resource != api::kPods && SpecDiffers(*entry.object, *next))
    (*next)["metadata"]["generation"] = Integer(At(*next, "metadata"), "generation") + 1;
  Json stored = *Put(key, ref.resource, std::move(*next), apply ? patch : entry.applied);
  if (IsDeleting(stored) && !HasFinalizers(stored) && !DeletesGracefully(ref.resource, stored))
    Erase(key);
  else if (!HasLivingOwner(stored))
    DeleteHeld(key);
  return stored;
}

Result<Json> MemoryCluster::Patch(const kube::ObjectRef& ref, kube::PatchType type, kube::Subresource sub, const Json& patch) {
  if (auto error = Fault(Verb::Patch, ref, Moment::Before)) return *error;
  Result<Json> patched = [&] {
    const std::lock_guard lock(mutex_);
    return PatchHeld(ref, type, sub, patch);
  }();
  if (auto error = Fault(Verb::Patch, ref, Moment::After)) return *error;
  return patched;
}

Status MemoryCluster::Delete(const kube::ObjectRef& ref, const std::string& uid) {
  if (auto error = Fault(Verb::Delete, ref, Moment::Before)) return *error;
  const Status deleted = [&]() -> Status {
    const std::lock_guard lock(mutex_);
    const Key key = KeyOf(ref);
    const auto held = entries_.find(key);
    if (held == entries_.end()) return Missing(ref);
    const std::string held_uid = Text(At(*held->second.object, "metadata"), "uid");
    if (!uid.empty() && uid != held_uid)
      return Error{Fault::Conflict, "Conflict",
                   std::string(ref.resource.plural) + " \"" + ref.name + "\" has uid " + held_uid + ", not " + uid + ": another object has its name now"};
    DeleteHeld(key);
    return Ok();
  }();
  if (auto error = Fault(Verb::Delete, ref, Moment::After)) return *error;
  return deleted;
}

void MemoryCluster::CloseWatches() {
  const std::lock_guard lock(mutex_);
  ++closings_;
  changed_.notify_all();
}

void MemoryCluster::ForgetHistory() {
  const std::lock_guard lock(mutex_);
  history_.clear();
  oldest_ = version_;
  changed_.notify_all();
}

std::string MemoryCluster::Version() const {
  const std::lock_guard lock(mutex_);
  return std::to_string(version_);
}

}  // namespace weir::local
