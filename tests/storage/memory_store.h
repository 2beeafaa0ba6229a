#pragma once

#include <map>
#include <memory>
#include <string>

#include "runner/storage/object_store.h"

namespace weir::storage {

// A store in memory, for histories of thousands of commits. Not thread-safe.
class MemoryStore : public ObjectStore {
 public:
  std::string Describe() const override { return "memory"; }
  std::string Location(const std::string& path) const override { return "memory:" + path; }
  Result<std::unique_ptr<ObjectReader>> Open(const std::string& path) override { return NotFound(path); }
  Result<std::string> Get(const std::string& path, std::int64_t) override {
    const auto found = objects_.find(path);
    return found == objects_.end() ? Result<std::string>(NotFound(path)) : Result<std::string>(found->second);
  }
  Status PutIfAbsent(const std::string& path, std::string_view bytes) override {
    return objects_.emplace(path, bytes).second ? Ok() : Status(Error{Fault::Conflict, "Exists", path});
  }
  Result<std::unique_ptr<ObjectWriter>> Create(const std::string& path) override { return NotFound(path); }
  Result<std::vector<StoredObject>> List(const std::string& prefix, const std::string& start_after) override {
    std::vector<StoredObject> found;
    for (auto it = objects_.lower_bound(prefix); it != objects_.end() && it->first.starts_with(prefix); ++it)
      if (it->first > start_after) found.push_back({it->first, static_cast<std::int64_t>(it->second.size()), Time{}});
    return found;
  }
  Result<StoredObject> Stat(const std::string& path) override {
    const auto found = objects_.find(path);
    if (found == objects_.end()) return NotFound(path);
    return StoredObject{path, static_cast<std::int64_t>(found->second.size()), Time{}};
  }
  Status Remove(const std::string& path) override { return objects_.erase(path), Ok(); }

 private:
  static Error NotFound(const std::string& path) { return {Fault::Missing, "NotFound", path}; }

  std::map<std::string, std::string> objects_;
};

}  // namespace weir::storage
