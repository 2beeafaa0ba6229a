#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runner/storage/object_store.h"

namespace weir::storage {

// Hands every call on to another store; a derived one overrides some of them.
class ForwardingStore : public ObjectStore {
 public:
  explicit ForwardingStore(std::shared_ptr<ObjectStore> inner) : inner_(std::move(inner)) {}
  std::string Describe() const override { return inner_->Describe(); }
  std::string Location(const std::string& path) const override { return inner_->Location(path); }
  Result<std::unique_ptr<ObjectReader>> Open(const std::string& path) override { return inner_->Open(path); }
  Result<std::string> Get(const std::string& path, std::int64_t max_bytes) override { return inner_->Get(path, max_bytes); }
  Status PutIfAbsent(const std::string& path, std::string_view bytes) override { return inner_->PutIfAbsent(path, bytes); }
  Result<std::unique_ptr<ObjectWriter>> Create(const std::string& path) override { return inner_->Create(path); }
  Result<std::vector<StoredObject>> List(const std::string& prefix, const std::string& start_after) override { return inner_->List(prefix, start_after); }
  Result<StoredObject> Stat(const std::string& path) override { return inner_->Stat(path); }
  Status Remove(const std::string& path) override { return inner_->Remove(path); }
  Status Settle(const std::string& path) override { return inner_->Settle(path); }

 protected:
  ObjectStore& inner() { return *inner_; }

 private:
  const std::shared_ptr<ObjectStore> inner_;
};

}  // namespace weir::storage
