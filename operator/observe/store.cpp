#include "operator/observe/store.h"

#include <algorithm>
#include <set>

namespace weir::observe {
namespace {

// A removed object matters only until the last write through of it has arrived: seconds.
constexpr std::size_t kMaxTombstones = 4096;
constexpr std::string_view kOurLabels = "weirkeeper.io/";

bool IsNumber(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Numbers of any length, without leading zeros as the API server writes them. What is not a number is never older.
bool Older(const std::string& a, const std::string& b) {
  if (!IsNumber(a) || !IsNumber(b)) return false;
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

ItemPtr MakeItem(Json object) {
  if (const auto meta = object.find("metadata"); meta != object.end() && meta->is_object()) {
    meta->erase("managedFields");
    if (const auto annotations = meta->find("annotations"); annotations != meta->end() && annotations->is_object())
      annotations->erase("kubectl.kubernetes.io/last-applied-configuration");
  }
  api::Meta meta = api::ReadMeta(object);
  return std::make_shared<const Item>(Item{std::move(meta), std::move(object)});
}

std::vector<ItemPtr> Values(const std::map<std::pair<std::string, std::string>, ItemPtr>& items, const std::string& ns) {
  std::vector<ItemPtr> values;
  for (const auto& [key, item] : items)
    if (ns.empty() || key.first == ns) values.push_back(item);
  return values;
}

}  // namespace

bool Store::IsStale(const Key& key, const std::string& resource_version) const {
  if (const auto held = items_.find(key); held != items_.end())
    return held->second->meta.resourceVersion == resource_version || Older(resource_version, held->second->meta.resourceVersion);
  const auto buried = tombstones_.find(key);
  return buried != tombstones_.end() && !Older(buried->second, resource_version);
}

void Store::Put(const Key& key, ItemPtr item) {
  Drop(key);
  if (!item->meta.ownerUid.empty()) by_owner_[item->meta.ownerUid][key] = item;
  for (const auto& label : item->meta.labels)
    if (label.first.starts_with(kOurLabels)) by_label_[label][key] = item;
  items_[key] = std::move(item);
}

void Store::Drop(const Key& key) {
  const auto held = items_.find(key);
  if (held == items_.end()) return;
  const auto forget = [&key](auto& index, const auto& at) {
    const auto entry = index.find(at);
    if (entry == index.end()) return;
    entry->second.erase(key);
    if (entry->second.empty()) index.erase(entry);
  };
  forget(by_owner_, held->second->meta.ownerUid);
  for (const auto& [label, value] : held->second->meta.labels) forget(by_label_, std::pair(label, value));
  items_.erase(held);
}

void Store::Bury(const Key& key, const std::string& resource_version) {
  const auto [at, fresh] = tombstones_.emplace(key, resource_version);
  if (!fresh && Older(at->second, resource_version)) at->second = resource_version;
  if (fresh) burials_.push_back(key);
  if (burials_.size() <= kMaxTombstones) return;
  tombstones_.erase(burials_.front());
  burials_.pop_front();
}

StoreChange Store::Upsert(Json object) {
  ItemPtr item = MakeItem(std::move(object));
  const Key key{item->meta.ns, item->meta.name};
  const std::lock_guard lock(mutex_);
  if (IsStale(key, item->meta.resourceVersion)) return StoreChange::None;
  Put(key, std::move(item));
  return StoreChange::Changed;
}

StoreChange Store::Remove(const std::string& ns, const std::string& name, const std::string& uid, const std::string& resource_version) {
  const Key key{ns, name};
  const std::lock_guard lock(mutex_);
  const auto held = items_.find(key);
  if (held == items_.end()) {
    if (IsNumber(resource_version)) Bury(key, resource_version);
    return StoreChange::None;
  }
  const api::Meta meta = held->second->meta;
  const bool same = !uid.empty() && uid == meta.uid;
  if (!same && (!uid.empty() || Older(resource_version, meta.resourceVersion))) return StoreChange::None;
  Drop(key);
  Bury(key, Older(meta.resourceVersion, resource_version) ? resource_version : meta.resourceVersion);
  return StoreChange::Changed;
}

std::vector<ItemPtr> Store::Replace(std::vector<Json> objects, const std::string& resource_version) {
  std::vector<ItemPtr> fresh;
  fresh.reserve(objects.size());
  for (Json& object : objects) fresh.push_back(MakeItem(std::move(object)));

  std::vector<ItemPtr> changed;
  const std::lock_guard lock(mutex_);
  std::set<Key> listed;
  for (ItemPtr& item : fresh) {
    const Key key{item->meta.ns, item->meta.name};
    listed.insert(key);
    if (const auto buried = tombstones_.find(key); buried != tombstones_.end() && !items_.contains(key) && Older(buried->second, resource_version))
      buried->second = "0";
    if (IsStale(key, item->meta.resourceVersion)) continue;
    changed.push_back(item);
    Put(key, std::move(item));
  }
  std::vector<std::pair<Key, ItemPtr>> vanished;
  for (const auto& [key, item] : items_)
    if (!listed.contains(key) && !Older(resource_version, item->meta.resourceVersion)) vanished.emplace_back(key, item);
  for (auto& [key, item] : vanished) {
    Drop(key);
    Bury(key, IsNumber(resource_version) ? resource_version : item->meta.resourceVersion);
    changed.push_back(std::move(item));
  }
  synced_ = true;
  return changed;
}

ItemPtr Store::Get(const std::string& ns, const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto held = items_.find({ns, name});
  return held == items_.end() ? nullptr : held->second;
}

std::vector<ItemPtr> Store::List(const std::string& ns) const {
  const std::lock_guard lock(mutex_);
  return Values(items_, ns);
}

std::vector<ItemPtr> Store::OwnedBy(const std::string& owner_uid) const {
  const std::lock_guard lock(mutex_);
  const auto owned = by_owner_.find(owner_uid);
  return owned == by_owner_.end() ? std::vector<ItemPtr>{} : Values(owned->second, "");
}

std::vector<ItemPtr> Store::Labelled(const std::string& ns, std::string_view label, const std::string& value) const {
  const std::lock_guard lock(mutex_);
  const std::string name(label);
  if (label.starts_with(kOurLabels)) {
    const auto labelled = by_label_.find({name, value});
    return labelled == by_label_.end() ? std::vector<ItemPtr>{} : Values(labelled->second, ns);
  }
  std::vector<ItemPtr> found;
  for (ItemPtr& item : Values(items_, ns))
    if (const auto at = item->meta.labels.find(name); at != item->meta.labels.end() && at->second == value) found.push_back(std::move(item));
  return found;
}

std::size_t Store::Size() const {
  const std::lock_guard lock(mutex_);
  return items_.size();
}

bool Store::Synced() const {
  const std::lock_guard lock(mutex_);
  return synced_;
}

const Store& Stores::Of(const api::Resource& resource) const {
  if (resource == api::kLakes) return lakes;
  if (resource == api::kDatasets) return datasets;
  if (resource == api::kViews) return views;
  if (resource == api::kPipelines) return pipelines;
  if (resource == api::kPipelineRuns) return runs;
  if (resource == api::kRevisions) return revisions;
  if (resource == api::kPods) return pods;
  if (resource == api::kServiceAccounts) return serviceAccounts;
  std::abort();  // The callers' resources are the constants of crds/api/meta.h.
}

Store& Stores::Of(const api::Resource& resource) { return const_cast<Store&>(std::as_const(*this).Of(resource)); }

}  // namespace weir::observe
