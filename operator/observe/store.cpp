#include "operator/observe/store.h"

#include <algorithm>
#include <array>

namespace weir::observe {
namespace {

// A removed object matters only until the last write through of it has arrived: seconds.
constexpr std::size_t kMaxTombstones = 4096;
constexpr std::array kIndexedLabels{api::kLabelPipeline, api::kLabelRun};

bool IsNumber(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Numbers of any length, without leading zeros as the API server writes them. What is not a number is never older.
bool Older(const std::string& a, const std::string& b) {
  if (!IsNumber(a) || !IsNumber(b)) return false;
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

bool IsIndexed(std::string_view label) { return std::find(kIndexedLabels.begin(), kIndexedLabels.end(), label) != kIndexedLabels.end(); }

// Long, and nobody here reads them: what kubectl applied last, and what only the runner reads.
void DropLongAnnotations(api::Meta& meta) {
  meta.annotations.erase("kubectl.kubernetes.io/last-applied-configuration");
  meta.annotations.erase(std::string(api::kAnnotationTask));
}

std::vector<ItemPtr> Values(const auto& items, const std::string& ns) {
  std::vector<ItemPtr> values;
  for (const ItemPtr& item : items)
    if (ns.empty() || item->meta.ns == ns) values.push_back(item);
  return values;
}

std::string OwnersName(const std::string& ns, std::string_view kind, const std::string& name) { return ns + '/' + std::string(kind) + '/' + name; }

std::string OwnersName(const Item& item) { return OwnersName(item.meta.ns, item.meta.ownerKind, item.meta.ownerName); }

}  // namespace

Json Item::Whole() const { return ParseJson(text).value(); }

Store::Store(const api::Resource& resource) : kept_(KeptOf(resource)) {}

bool Store::IsStale(const Key& key, const std::string& resource_version) const {
  if (const auto held = items_.find(key); held != items_.end())
    return (*held)->meta.resourceVersion == resource_version || Older(resource_version, (*held)->meta.resourceVersion);
  const auto buried = tombstones_.find(key);
  return buried != tombstones_.end() && !Older(buried->second, resource_version);
}

void Store::Put(ItemPtr item) {
  Drop({item->meta.ns, item->meta.name});
  if (!item->meta.ownerUid.empty()) by_owner_[item->meta.ownerUid].insert(item);
  if (!item->meta.ownerName.empty() || !item->meta.finalizers.empty()) by_owner_name_[OwnersName(*item)].insert(item);
  for (const auto& label : item->meta.labels)
    if (IsIndexed(label.first)) by_label_[label].insert(item);
  items_.insert(std::move(item));
}

void Store::Drop(const Key& key) {
  const auto held = items_.find(key);
  if (held == items_.end()) return;
  const ItemPtr& item = *held;
  const auto forget = [&item](auto& index, const auto& at) {
    const auto entry = index.find(at);
    if (entry == index.end()) return;
    entry->second.erase(item);
    if (entry->second.empty()) index.erase(entry);
  };
  forget(by_owner_, item->meta.ownerUid);
  forget(by_owner_name_, OwnersName(*item));
  for (const auto& [label, value] : item->meta.labels) forget(by_label_, std::pair(label, value));
  items_.erase(held);
}

void Store::AddTombstone(const Key& key, const std::string& resource_version) {
  const auto [at, fresh] = tombstones_.emplace(key, resource_version);
  if (!fresh && Older(at->second, resource_version)) at->second = resource_version;
  if (fresh) tombstone_order_.push_back(key);
  if (tombstone_order_.size() <= kMaxTombstones) return;
  tombstones_.erase(tombstone_order_.front());
  tombstone_order_.pop_front();
}

ItemPtr Store::Read(const Json& object) const {
  const Json kept = Pick(object, kept_.cachedPaths);
  Item item{.meta = api::ReadMeta(object), .brief = Pick(kept, kept_.parsedPaths), .text = Dump(kept)};
  DropLongAnnotations(item.meta);
  item.text.shrink_to_fit();
  return std::make_shared<const Item>(std::move(item));
}

void Store::Upsert(ItemPtr item) {
  const std::lock_guard lock(mutex_);
  if (!IsStale({item->meta.ns, item->meta.name}, item->meta.resourceVersion)) Put(std::move(item));
}

void Store::Remove(const std::string& ns, const std::string& name, const std::string& uid, const std::string& resource_version) {
  const Key key{ns, name};
  const std::lock_guard lock(mutex_);
  const auto held = items_.find(key);
  if (held == items_.end()) {
    if (IsNumber(resource_version)) AddTombstone(key, resource_version);
    return;
  }
  const api::Meta meta = (*held)->meta;
  const bool same = !uid.empty() && uid == meta.uid;
  if (!same && (!uid.empty() || Older(resource_version, meta.resourceVersion))) return;
  Drop(key);
  AddTombstone(key, Older(meta.resourceVersion, resource_version) ? resource_version : meta.resourceVersion);
}

std::vector<ItemPtr> Store::Replace(std::vector<ItemPtr> items, const std::string& resource_version) {
  std::vector<ItemPtr> changed;
  std::vector<ItemPtr> former;
  const std::lock_guard lock(mutex_);
  std::set<Key> listed;
  for (ItemPtr& item : items) {
    const Key key{item->meta.ns, item->meta.name};
    listed.insert(key);
    // A list newer than the removal that holds the object again is right.
    if (const auto buried = tombstones_.find(key); buried != tombstones_.end() && Older(buried->second, resource_version)) tombstones_.erase(buried);
    if (IsStale(key, item->meta.resourceVersion)) continue;
    if (const auto held = items_.find(key); held != items_.end()) former.push_back(*held);
    changed.push_back(item);
    Put(std::move(item));
  }
  changed.insert(changed.end(), former.begin(), former.end());
  std::vector<ItemPtr> vanished;
  for (const ItemPtr& item : items_)
    if (!listed.contains({item->meta.ns, item->meta.name}) && !Older(resource_version, item->meta.resourceVersion)) vanished.push_back(item);
  for (ItemPtr& item : vanished) {
    const Key key{item->meta.ns, item->meta.name};
    Drop(key);
    AddTombstone(key, IsNumber(resource_version) ? resource_version : item->meta.resourceVersion);
    changed.push_back(std::move(item));
  }
  synced_ = true;
  return changed;
}

ItemPtr Store::Get(const std::string& ns, const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto held = items_.find(Key{ns, name});
  return held == items_.end() ? nullptr : *held;
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

std::vector<ItemPtr> Store::OfOwner(const std::string& ns, std::string_view kind, const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto owned = by_owner_name_.find(OwnersName(ns, kind, name));
  return owned == by_owner_name_.end() ? std::vector<ItemPtr>{} : Values(owned->second, "");
}

std::vector<ItemPtr> Store::Labelled(const std::string& ns, std::string_view label, const std::string& value) const {
  const std::lock_guard lock(mutex_);
  const std::string name(label);
  if (IsIndexed(label)) {
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
  std::abort();  // The callers' resources are the constants of crds/api/kubernetes/meta.h.
}

Store& Stores::Of(const api::Resource& resource) { return const_cast<Store&>(std::as_const(*this).Of(resource)); }

}  // namespace weir::observe
