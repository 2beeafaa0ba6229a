#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crds/base/json.h"
#include "crds/base/result.h"
#include "runner/storage/table/log_folder.h"
#include "runner/storage/table/table.h"

namespace weir::storage {

// metaData of a log: what makes it a table.
struct TableMetadata {
  std::string id;
  std::string provider;
  std::string schemaString;
  Time created;
  // What only other engines set, and commits of ours keep: name, description, configuration and options (of the format), those
  // that are not empty. Null where all are empty.
  Json others;
};

// One entry of a log: the actions that become visible together (Delta protocol, "Actions"). On disk one JSON object a
// line: commitInfo, protocol, metaData, txn, remove, add.
struct LogEntry {
  Json commitInfo;
  std::optional<TableMetadata> metadata;  // written with protocol {minReaderVersion 1, minWriterVersion 2}
  std::map<std::string, std::int64_t> transactions;
  std::vector<DataFile> add;
  std::vector<DataFile> remove;  // as they were while they lived
  Time timestamp;                // of writing: lastUpdated of txn, deletionTimestamp of remove
};

// `kind` decides whether each file must say how many rows it has (Delta readers count by it).
std::string EncodeEntry(const LogEntry& entry, LogKind kind);

// The actions of a checkpoint of the state, one JSON object each: protocol, metaData, txn, remove, add and `weirkeeper`, a
// text with what is no part of the protocol: what the newest commit said about itself, and what its files add up to.
std::vector<Json> EncodeState(const TableState& state);
// The other way: what EncodeState put into `weirkeeper`. Fault::Data, reason "LogCorrupt".
Status DecodeMemory(std::string_view text, TableState& state);

// What `add` or `remove` says of a file.
struct FileAction {
  std::string path;  // with escapes
  std::int64_t bytes = 0;
  std::int64_t timeMs = 0;
  std::string stats;
  std::map<std::string, std::string> tags;
  bool hasDeletionVector = false;
};
Result<DataFile> DecodeFile(FileAction action);
// Adds one action to `entry`; faults as DecodeEntry.
Status DecodeAction(const Json& action, LogEntry& entry);

// Reads an entry of any writer; actions that we do not know are passed over, as the protocol asks. Fault::Data with reason
// "LogCorrupt" and the line that cannot be read, or "LogUnsupported" for a protocol beyond reader 1 and writer 2 and for
// partitioned tables, which we never write.
Result<LogEntry> DecodeEntry(std::string_view text);

}  // namespace weir::storage
