#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runner/storage/table/checkpoint.h"

namespace weir::storage {

// Keeps the newest states themselves, and in the store an empty file for each. Not thread-safe.
class MemoryCheckpoints final : public CheckpointFiles {
 public:
  Status Write(ObjectStore& store, const std::string& path, const TableState& state) override {
    const Status put = store.PutIfAbsent(path, "");
    if (!put) return put;
    states_[path] = state;
    if (states_.size() > kKept) states_.erase(states_.begin());
    return Ok();
  }
  Result<Checkpoint> Read(const std::shared_ptr<ObjectStore>&, const std::vector<std::string>& parts) override {
    const auto found = states_.find(parts.front());
    return found == states_.end() ? Result<Checkpoint>(Error{Fault::Missing, "NotFound", parts.front()}) : Checkpoint{found->second, true};
  }

 private:
  static constexpr std::size_t kKept = 10;
  std::map<std::string, TableState> states_;
};

}  // namespace weir::storage
