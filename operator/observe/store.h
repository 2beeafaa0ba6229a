#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crds/api/meta.h"
#include "crds/base/json.h"

namespace weir::observe {

// One object as last seen, immutable. `meta` is read out once; `json` is what the API server sent, trimmed.
struct Item {
  api::Meta meta;
  Json json;
};
using ItemPtr = std::shared_ptr<const Item>;

enum class StoreChange { None, Changed };

// The cache of one resource. The reflector feeds it; the executor writes through what the API server answered, so that
// the next plan sees its own writes. An object older than the one held (resourceVersions of one resource compare as
// numbers) is ignored. Safe from any thread.
class Store {
 public:
  StoreChange Upsert(Json object);
  StoreChange Remove(const std::string& ns, const std::string& name, const std::string& uid, const std::string& resource_version);
  // All pages of a list at once; what is not in it was deleted. Answers every object that changed or vanished.
  std::vector<ItemPtr> Replace(std::vector<Json> objects, const std::string& resource_version);

  ItemPtr Get(const std::string& ns, const std::string& name) const;  // null when absent
  std::vector<ItemPtr> List(const std::string& ns) const;             // empty ns = all; sorted by name
  std::vector<ItemPtr> OwnedBy(const std::string& owner_uid) const;   // by controlling owner
  std::vector<ItemPtr> Labelled(const std::string& ns, std::string_view label, const std::string& value) const;
  std::size_t Size() const;
  bool Synced() const;  // the first list is in

 private:
  using Key = std::pair<std::string, std::string>;
  using Items = std::map<Key, ItemPtr>;
  bool IsStale(const Key& key, const std::string& resource_version) const;
  void Put(const Key& key, ItemPtr item);
  void Drop(const Key& key);
  void Bury(const Key& key, const std::string& resource_version);

  mutable std::mutex mutex_;
  Items items_;
  std::map<std::string, Items> by_owner_;
  std::map<std::pair<std::string, std::string>, Items> by_label_;  // labels of our group only
  std::map<Key, std::string> tombstones_;                          // newest resourceVersion of removed objects, bounded
  std::deque<Key> burials_;                                        // keys of tombstones_, oldest first
  bool synced_ = false;
};

// The caches of everything that the operator watches.
struct Stores {
  Store lakes, datasets, views, pipelines, runs, revisions, pods, serviceAccounts;
  Store& Of(const api::Resource& resource);
  const Store& Of(const api::Resource& resource) const;
};

}  // namespace weir::observe
