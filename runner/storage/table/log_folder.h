#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runner/storage/object_store.h"

namespace weir::storage {

// Tables (Processed, Curated, Views) keep a Delta Lake log in `_delta_log/`; zones of files keep the same log, with
// format provider csv, json or parquet, in `_weirkeeper_log/`, where no Delta reader mistakes it for a table.
enum class LogKind { Delta, Files };

// What is in the folder of a log, from a version on.
struct LogListing {
  std::int64_t since = 0;
  std::vector<std::int64_t> entries;                             // versions, ascending
  std::map<std::int64_t, std::vector<std::string>> checkpoints;  // paths of all parts, by version; none of which a part is missing
  // Of what was listed, entries and checkpoints; -1 for none.
  std::int64_t Newest() const;
};

// The names in the log of one table (Delta protocol, "Delta Log Entries" and "Checkpoints").
class LogFolder {
 public:
  LogFolder(std::shared_ptr<ObjectStore> store, const std::string& table, LogKind kind);

  std::string EntryPath(std::int64_t version) const;
  std::string CheckpointPath(std::int64_t version) const;
  const std::string& Path() const { return path_; }
  Result<LogListing> List(std::int64_t since = 0) const;

  // The version of the newest checkpoint by `_last_checkpoint`, which may be absent, behind or wrong: without it the folder
  // is listed from the beginning.
  std::optional<std::int64_t> Hint() const;
  void SetHint(std::int64_t version, std::int64_t actions) const;

 private:
  std::shared_ptr<ObjectStore> store_;
  std::string path_;
};

}  // namespace weir::storage
