#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  std::shared_ptr<const api::TaskTable*> damaged;  // of the Place that opened it

  std::string PathOf(const std::string& file) const { return table->path + "/" + file; }
  // A file of its committed version is gone or is not what was committed. Counts when the attempt fails.
  void NoteDamage() const {
    if (damaged) *damaged = table;
  }
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

  // The table of the task that made the attempt fail with `error`: its log (LogLost, LogCorrupt), which is read again, or a file
  // (FileUnreadable) is not what was committed. Nothing for other errors, and for folders that are no table of the task.
  std::optional<api::TableName> DamagedBy(const Error& error) const;

  const api::StageTask& task;
  const Ports& ports;

 private:
  std::map<std::string, std::shared_ptr<storage::ObjectStore>> stores_;
  std::vector<PlacedTable> opened_;  // of the task: others, such as a folder of exports, may not outlive their stage
  std::shared_ptr<const api::TaskTable*> damaged_ = std::make_shared<const api::TaskTable*>(nullptr);
  std::shared_ptr<storage::CheckpointFiles> checkpoints_ = engine::MakeCheckpointFiles();
};

}  // namespace weir::stages
