#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/protocol/attempt.h"
#include "crds/api/protocol/stage_task.h"
#include "crds/base/json.h"
#include "crds/base/time.h"
#include "runner/storage/table/log_folder.h"
#include "runner/storage/table/table.h"

namespace weir::storage {

class CheckpointFiles;
struct Checkpoint;
struct LogEntry;

// What a stage wants to make visible in one step: the new set of files is (old - remove) + add. On a lane, `remove` holds files
// of that lane only, and the schema is the one that the table has.
struct TableChange {
  TableSchema schema;
  std::vector<DataFile> add;
  std::vector<std::string> remove;   // paths
  std::optional<std::int64_t> rows;  // that the table, or the lane, must have after it; a commit that gives another sum is refused
  Json facts;                        // goes into commitInfo: ledger, contentHash, dataAsOf, codeVersion, inputs
};

struct CommitResult {
  std::int64_t version = -1;
  bool alreadyCommitted = false;  // an earlier attempt of the same run and stage had committed: `facts` are its own
  Json facts;
};

// The log of one table. Entries are immutable, so what was replayed once is kept, and each further look reads only what
// was committed since; the first look begins at the newest checkpoint. Not thread-safe; make one per use.
class TableLog {
 public:
  // `clock` (null: the system's) stamps commits. Without `checkpoints` none is read or written, and a log whose first entries
  // were cleaned up cannot be read. Both must outlive this.
  TableLog(std::shared_ptr<ObjectStore> store, std::string table_path, LogKind kind, const Clock* clock = nullptr, CheckpointFiles* checkpoints = nullptr);

  // A version that is known to have been committed. From then on a log that is gone, ends before it, or has another commit
  // there is Fault::Data, reason "LogLost", for every call.
  void Expect(api::KnownVersion known) { expected_ = std::move(known); }

  // Newest version, or the given one (Fault::Missing when there is none such). A table without log is version -1 with no
  // files. Fault::Data with reason "LogCorrupt" for a gap, an entry that cannot be read, files that do not add up to what
  // their commit recorded, or a checkpoint that is damaged or not of this table and cannot be done without; "LogUnsupported"
  // when another engine raised the protocol beyond what we read.
  Result<TableState> Load(std::optional<std::int64_t> version = std::nullopt);
  // The newest version as of the last call that looked and answered Ok, without another look; valid until the next call.
  const TableState& Seen() const { return *known_; }

  // Takes the table, or the attempt's lane of it, for this attempt: after it answers Ok, no commit with a lower epoch can succeed
  // there. Writes nothing for the first attempt (no other can exist), an empty commit that carries the epoch for later ones.
  // Fault::Fenced when a higher epoch is in the way (TableState::Epoch). A table that has no commit yet gets `schema` with the
  // claim, since a Delta log must start with one, of at least one column, to be readable.
  Status Claim(const api::Attempt& committer, const TableSchema& schema);

  // What an earlier attempt of the same run and stage committed (on the same lane), if any. Look here first, then Claim, then work.
  Result<std::optional<CommitResult>> FindCommitted(const api::Attempt& committer);

  // Makes `change` visible as the next version, exactly once: put-if-absent of one log entry, again on the next number
  // when another writer took it (after the fence was looked at again), read back when the reply was lost. Each tenth version
  // gets a checkpoint; the commit holds also where that fails. Fault::Fenced, Conflict (a file to remove is gone, a file to
  // add is there), Transient, Exhausted, Invalid with reason "SchemaMismatch" (a lane cannot change the schema) or Bug (a file to
  // remove is of another lane, or the rows differ); on any error the files stay.
  Result<CommitResult> Commit(const api::Attempt& committer, const TableChange& change);

 private:
  Status CheckExpected(const TableState& state) const;
  Status CheckTotals(const TableState& state) const;
  Result<LogEntry> ReadEntry(std::int64_t version) const;
  Status CheckWhole(const LogListing& listing, std::int64_t first, std::int64_t last) const;
  static Status CheckOldest(const LogListing& listing, std::int64_t version);
  Status CheckAgainstEntry(const LogListing& listing, const Checkpoint& checkpoint) const;
  Status CheckSound(const LogListing& listing, const Checkpoint& checkpoint, std::int64_t recorded) const;
  Result<Checkpoint> ReadCheckpoint(const LogListing& listing, std::int64_t version) const;
  Result<Checkpoint> StartOf(const LogListing& listing, std::int64_t version) const;
  Error WithoutCheckpoint(const Error& unreadable, std::int64_t version) const;
  Status Remember(const LogListing& listing, TableState& state) const;
  Status SettleClaim(const TableState& state, const std::string& lane) const;
  Status NoteExpected(const TableState& state);
  void WriteCheckpoint(const TableState& before, std::int64_t version, const std::string& text) const;
  Status Replay(TableState& state, std::int64_t version);
  Result<TableState> ReplayAll(std::optional<std::int64_t> version);
  Status Refresh();
  Status Advance(TableState& state);
  Result<CommitResult> Recall(const TableState& state, const api::Attempt& committer);
  Result<std::string> ClaimEntry(const TableState& state, const api::Attempt& committer, const TableSchema& schema);
  Result<std::string> CommitEntry(const TableState& state, const api::Attempt& committer, const TableChange& change);

  std::shared_ptr<ObjectStore> store_;
  std::string path_;
  LogKind kind_;
  const Clock* clock_;
  CheckpointFiles* checkpoints_;
  LogFolder folder_;
  std::optional<api::KnownVersion> expected_;
  std::string expected_hash_;        // content hash that the expected version has in the log
  std::optional<TableState> known_;  // the newest version as of the last look
};

}  // namespace weir::storage
