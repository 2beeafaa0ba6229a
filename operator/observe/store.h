#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crds/api/kubernetes/meta.h"
#include "crds/base/json.h"
#include "operator/observe/kept.h"
#include "operator/observe/pod_notes.h"

namespace weir::observe {

// One object as last seen, immutable, with the members that KeptOf lists for its resource. Parsed JSON takes much more memory
// than text, so only a few members are kept parsed.
struct Item {
  api::Meta meta;
  Json brief;
  std::string text;

  Json Whole() const;  // parses `text` on each call: keep the result while reading it
};
using ItemPtr = std::shared_ptr<const Item>;

// The cache of one resource. The reflector feeds it; the executor also adds the API server's replies, so that the next plan
// sees the operator's own writes. An object older than the cached one (resourceVersions of one resource compare as numbers)
// is ignored. Safe from any thread.
class Store {
 public:
  explicit Store(const api::Resource& resource);  // a watched resource

  // Converts an object of the API server to an item of this cache, without adding it.
  ItemPtr Read(const Json& object) const;

  void Upsert(ItemPtr item);
  void Upsert(const Json& object) { Upsert(Read(object)); }
  void Remove(const std::string& ns, const std::string& name, const std::string& uid, const std::string& resource_version);
  // Replaces the content by a whole list; objects that are not in it were deleted. Returns the changed objects in their new and old form, and the deleted ones.
  std::vector<ItemPtr> Replace(std::vector<ItemPtr> items, const std::string& resource_version);

  ItemPtr Get(const std::string& ns, const std::string& name) const;  // null when absent
  std::vector<ItemPtr> List(const std::string& ns) const;             // empty ns = all; sorted by name
  std::vector<ItemPtr> OwnedBy(const std::string& owner_uid) const;   // by controlling owner
  // Objects whose controller has this kind and name, including former objects of that name.
  std::vector<ItemPtr> OfOwner(const std::string& ns, std::string_view kind, const std::string& name) const;
  // Objects with finalizers and without a controller.
  std::vector<ItemPtr> WithoutController(const std::string& ns) const { return OfOwner(ns, "", ""); }
  std::vector<ItemPtr> Labelled(const std::string& ns, std::string_view label, const std::string& value) const;
  std::size_t Size() const;
  bool Synced() const;  // the first list is in

 private:
  using Key = std::pair<std::string, std::string>;
  // By namespace and name of the item.
  struct ByName {
    using is_transparent = void;
    bool operator()(const ItemPtr& a, const ItemPtr& b) const { return Of(a) < Of(b); }
    bool operator()(const ItemPtr& a, const Key& b) const { return Of(a) < Of(b); }
    bool operator()(const Key& a, const ItemPtr& b) const { return Of(a) < Of(b); }
    static std::pair<std::string_view, std::string_view> Of(const ItemPtr& item) { return {item->meta.ns, item->meta.name}; }
    static std::pair<std::string_view, std::string_view> Of(const Key& key) { return key; }
  };
  using Items = std::set<ItemPtr, ByName>;
  bool IsStale(const Key& key, const std::string& resource_version) const;
  void Put(ItemPtr item);
  void Drop(const Key& key);
  void AddTombstone(const Key& key, const std::string& resource_version);

  const Kept& kept_;
  mutable std::mutex mutex_;
  Items items_;
  std::map<std::string, Items> by_owner_;
  std::map<std::string, Items> by_owner_name_;                     // "ns/Kind/name"; "ns//": WithoutController
  std::map<std::pair<std::string, std::string>, Items> by_label_;  // the labels by which plans look up objects
  std::map<Key, std::string> tombstones_;                          // newest resourceVersion of removed objects, bounded
  std::deque<Key> tombstone_order_;                                // keys of tombstones_, oldest first
  bool synced_ = false;
};

// The caches of everything that the operator watches.
struct Stores {
  Store lakes{api::kLakes}, datasets{api::kDatasets}, views{api::kViews}, pipelines{api::kPipelines}, runs{api::kPipelineRuns};
  Store revisions{api::kRevisions}, pods{api::kPods}, serviceAccounts{api::kServiceAccounts};
  PodNotes podNotes;  // filled by ReadPodEvents for pods that do not start for a reason that their status lacks
  Store& Of(const api::Resource& resource);
  const Store& Of(const api::Resource& resource) const;
};

}  // namespace weir::observe
