#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runner/storage/object_store.h"
#include "runner/storage/table/table.h"

namespace weir::storage {

// What a checkpoint says: the state of a table at one version (Delta protocol, "Checkpoints").
struct Checkpoint {
  TableState state;     // `version` as the file says it, which must be that of its name; -1 when it does not
  bool isOurs = false;  // else another engine wrote it, and what commits of ours said about themselves is not in it
};

// Checkpoints as files. They are Parquet, which only the engine reads and writes (runner/engine/parquet/checkpoint_file.h). Not
// thread-safe.
class CheckpointFiles {
 public:
  virtual ~CheckpointFiles() = default;
  // Writes the whole state; Fault::Conflict, reason "Exists", when there is such a file, else as ObjectStore.
  virtual Status Write(ObjectStore& store, const std::string& path, const TableState& state) = 0;
  // Reads one that has these parts. Fault::Data with reason "LogCorrupt" for what is no checkpoint, "LogUnsupported" as DecodeEntry;
  // the caller adds which file it is.
  virtual Result<Checkpoint> Read(const std::shared_ptr<ObjectStore>& store, const std::vector<std::string>& parts) = 0;
};

}  // namespace weir::storage
