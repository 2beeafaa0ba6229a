#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crds/base/json.h"
#include "crds/base/result.h"
#include "runner/storage/table_log.h"

namespace weir::storage {

// metaData of a log: what makes it a table.
struct TableMetadata {
  std::string id;
  std::string provider;
  std::string schemaString;
  Time created;
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

// Reads an entry of any writer; actions that we do not know are passed over, as the protocol asks. Fault::Data with reason
// "LogCorrupt" and the line that cannot be read, or "LogUnsupported" for a protocol beyond reader 1 and writer 2 and for
// partitioned tables, which we never write.
Result<LogEntry> DecodeEntry(std::string_view text);

}  // namespace weir::storage
