#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/column.h"
#include "crds/base/json.h"
#include "crds/base/time.h"

// A table as its log has it at one version.

namespace weir::storage {

// One immutable data file of a table version. `path` is relative to the table's folder.
struct DataFile {
  std::string path;
  std::int64_t bytes = 0;
  std::int64_t rows = 0;
  Time modified;                            // the log keeps milliseconds
  Json stats;                               // Delta statistics: {numRecords, minValues, maxValues, nullCount}; null if unknown
  std::map<std::string, std::string> tags;  // sha256, source, landed, schemaHash: what made this file
  bool operator==(const DataFile&) const = default;
};

struct TableSchema {
  std::vector<api::Column> columns;  // empty for LogKind::Files
  std::string provider = "parquet";
};

// Of the files of a version.
struct Totals {
  std::int64_t files = 0;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  bool operator==(const Totals&) const = default;
};

// The state of a table at one version (Delta protocol, reader 1, writer 2:
// https://github.com/delta-io/delta/blob/master/PROTOCOL.md).
struct TableState {
  std::int64_t version = -1;  // -1: no commit yet
  std::map<std::string, DataFile> files;
  std::map<std::string, DataFile> tombstones;              // removed files not long ago (Expire), with tags and rows; `modified`: when
  std::map<std::string, std::int64_t> transactions;        // txn: appId -> version; the old ones may lack
  std::map<std::string, std::int64_t> transactionCommits;  // txn: appId -> version of the table that carries it, where that is known
  Json commitInfo;                                         // of the newest commit that is not a mere claim
  std::string schemaString;
  std::string provider;
  std::string metadataId;
  Time created;
  Json otherMetadata;            // of another engine, as TableMetadata has them; null where it set nothing
  std::optional<Totals> totals;  // as the commit recorded them that changed the files last
  std::int64_t Rows() const;
  std::int64_t Bytes() const;
  // What the newest commit of ours said about itself (TableChange::facts); null when another engine wrote last.
  const Json& Facts() const;
  // The program that wrote the newest version, as it names itself, when that is none of ours; else empty. A line for people.
  std::string OtherWriter() const;
  // The newest epoch that is in the way of attempts on `lane` (empty: the whole table), -1 for none: those with a lower one are
  // fenced off. A lane has those of its own and of the whole table in its way, the whole table those of each lane too.
  std::int64_t Epoch(const std::string& lane = "") const;
  // Of commits and claims of just this lane, or of the whole table.
  std::int64_t OwnEpoch(const std::string& lane) const;
};

}  // namespace weir::storage
