#pragma once

#include <map>
#include <memory>
#include <string>

#include "crds/api/protocol/attempt.h"
#include "runner/engine/parquet/checkpoint_file.h"
#include "runner/stages/run_task.h"
#include "runner/storage/table/table_log.h"

namespace weir::stages {

// A table with the store that it lies in and its log.
struct PlacedTable {
  const api::TaskTable* table = nullptr;
  std::shared_ptr<storage::ObjectStore> store;
  std::shared_ptr<storage::TableLog> log;

  std::string PathOf(const std::string& file) const { return table->path + "/" + file; }
};

// Where one task finds what it names. Stores are opened when they are first needed. Fault::Invalid, reason "Invalid", for
// names that the task does not carry.
class Place {
 public:
  Place(const api::StageTask& task, const Ports& ports) : task(task), ports(ports) {}

  Result<std::shared_ptr<storage::ObjectStore>> Store(const std::string& name);
  Result<PlacedTable> Table(const std::string& name, api::TargetKind kind = api::TargetKind::Dataset);
  Result<PlacedTable> Placed(const api::TaskTable& table);
  api::Attempt Committer() const;

  const api::StageTask& task;
  const Ports& ports;

 private:
  std::map<std::string, std::shared_ptr<storage::ObjectStore>> stores_;
  std::shared_ptr<storage::CheckpointFiles> checkpoints_ = engine::MakeCheckpointFiles();
};

}  // namespace weir::stages
