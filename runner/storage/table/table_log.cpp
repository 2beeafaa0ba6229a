#include "runner/storage/table/table_log.h"

#include <algorithm>

#include "crds/base/text.h"
#include "runner/storage/digest.h"
#include "runner/storage/paths.h"
#include "runner/storage/table/checkpoint.h"
#include "runner/storage/table/delta_actions.h"
#include "runner/storage/table/delta_schema.h"
#include "runner/storage/table/file_tags.h"
#include "runner/storage/table/table_state.h"

namespace weir::storage {
namespace {

// Each lost race means that another writer made progress; so many in one commit means that something is wrong.
constexpr int kMostRaces = 1000;
// Replies lost in a row before the outcome is left to the next attempt, which reads it back.
constexpr int kMostLostReplies = 4;
constexpr std::int64_t kCheckpointEvery = 10;  // versions
// Who lists the log needs the newest one only; the others that stay serve looks at older versions.
constexpr std::int64_t kCheckpointsKept = 10, kCheckpointKeptEvery = 1000;

const Clock& SystemTime() {
  static const SystemClock clock;
  return clock;
}

// Of the place and the time, so that readers who remember a table know one that was made anew there, whose versions start
// again: 32 hex digits of a digest in the shape of a UUID (version 8).
std::string TableId(const std::string& location, Time made) {
  std::string hex = Sha256Hex(location + "\n" + FormatMicros(made)).substr(0, 32);
  hex[12] = '8';
  hex[16] = '8';
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

// "a newer run, load-2 (epoch 200001, version 7": who holds the fence that is in the way, as far as the log has it.
std::string WhoTook(const TableState& state, const api::Attempt& committer) {
  const std::int64_t epoch = state.Epoch(committer.lane);
  const Json& newest = At(state.commitInfo, kOurs);
  std::string text = api::RunOfEpoch(epoch) == api::RunOfEpoch(committer.epoch) ? "a newer attempt" : "a newer run";
  if (Integer(newest, "epoch", -1) == epoch) text.append(", ").append(Text(newest, "run"));
  text.append(" (epoch ").append(std::to_string(epoch));
  for (const std::string& lane : {std::string(), committer.lane})
    if (const auto commit = state.transactionCommits.find(api::FenceOf(lane)); commit != state.transactionCommits.end() && state.OwnEpoch(lane) == epoch)
      return text.append(", version ").append(std::to_string(commit->second));
  return text;
}

Error Fenced(const std::string& table, const TableState& state, const api::Attempt& committer) {
  const std::string what = (committer.lane.empty() ? "table " : "lane " + committer.lane + " of table ") + table;
  return {Fault::Fenced, "Fenced",
          what + " was taken by " + WhoTook(state, committer) + "; this is attempt " + std::to_string(committer.attempt) + " with epoch " +
              std::to_string(committer.epoch) + "): nothing was committed"};
}

Error InTable(Error error, const std::string& table) {
  error.message = "table " + table + ": " + error.message;
  return error;
}

// Two objects whose tables have one path would replace each other's rows.
Status CheckOwner(const TableState& state, const TableChange& change, const std::string& table) {
  const std::string owner = Text(At(state.commitInfo, kOurs), "owner"), writer = Text(change.facts, "owner");
  if (owner.empty() || writer.empty() || owner == writer) return Ok();
  return Error{Fault::Invalid, "NameTaken",
               "table " + table + " belongs to " + owner + ", which wrote it first, and not to " + writer +
                   ": a table has one object; give this one another name or spec.database, or remove the table's folder when its data are not needed"};
}

Json CommitInfo(const api::Attempt& committer, Time now, std::string_view operation) {
  Json ours = {{"run", committer.run},     {"runUid", committer.runUid},     {"stage", committer.stage},       {"attempt", committer.attempt},
               {"epoch", committer.epoch}, {"pipeline", committer.pipeline}, {"revision", committer.revision}, {"image", committer.image}};
  if (!committer.lane.empty()) ours["lane"] = committer.lane;
  return {{"timestamp", now.us / 1000},
          {"operation", operation},
          {"operationParameters", Json::object()},
          {"engineInfo", "Weirkeeper"},
          {std::string(kOurs), ours}};
}

bool IsExists(const Error& error) { return error.fault == Fault::Conflict && error.reason == "Exists"; }
bool IsUnknown(const Error& error) { return error.reason == "OutcomeUnknown"; }

// One attempt to put an entry at the next version: what became of it.
enum class Put { Done, Taken, Unknown };

Result<Put> PutEntry(ObjectStore& store, const std::string& path, const std::string& text) {
  const Status put = store.PutIfAbsent(path, text);
  if (put.ok()) return Put::Done;
  if (IsExists(put.error())) return Put::Taken;
  if (IsUnknown(put.error())) return Put::Unknown;
  return put.error();
}

// metaData for a table that lacks it or has another schema.
Result<std::optional<TableMetadata>> MetadataFor(const TableState& state, const TableSchema& schema, LogKind kind, const std::string& location, Time now) {
  if (kind == LogKind::Delta && schema.columns.empty()) return Error{Fault::Invalid, "SchemaMismatch", "a table needs at least one column"};
  const Result<std::string> text = DeltaSchemaString(schema.columns);
  if (!text) return text.error();
  if (state.version >= 0 && state.schemaString == *text && state.provider == schema.provider) return std::optional<TableMetadata>();
  const bool fresh = state.metadataId.empty();
  return std::optional(TableMetadata{.id = fresh ? TableId(location, now) : state.metadataId,
                                     .provider = schema.provider,
                                     .schemaString = *text,
                                     .created = fresh ? now : state.created,
                                     .others = state.otherMetadata});
}

std::int64_t RowsOf(const TableState& state, const std::string& lane) {
  std::int64_t rows = 0;
  for (const auto& [path, file] : state.files)
    if (Tag(file, kTagLane) == lane) rows += file.rows;
  return rows;
}

// What the files add up to once `entry` is applied. Fault::Bug when that is not what the change says of itself, or of its lane:
// nothing is committed then.
Result<Totals> TotalsAfter(const TableState& state, const LogEntry& entry, const TableChange& change, const std::string& lane) {
  Totals totals = TotalsOf(state);
  const auto count = [&totals](const DataFile& file, int sign) { totals.files += sign, totals.rows += sign * file.rows, totals.bytes += sign * file.bytes; };
  for (const DataFile& file : entry.remove) count(file, -1);
  for (const DataFile& file : entry.add) {
    count(file, 1);
    if (file.stats.contains("numRecords") && Integer(file.stats, "numRecords") != file.rows)
      return Error{Fault::Bug, "LedgerOpen",
                   "file " + file.path + " has " + std::to_string(file.rows) + " rows, and " + Dump(file.stats["numRecords"]) + " by its statistics"};
  }
  const std::int64_t rows = lane.empty() || !change.rows ? totals.rows : RowsOf(state, lane) + totals.rows - state.Rows();
  if (change.rows && *change.rows != rows)
    return Error{Fault::Bug, "LedgerOpen",
                 "the files of the new version " + (lane.empty() ? "" : "on lane " + lane + " ") + "have " + std::to_string(rows) + " rows, and the ledger " +
                     std::to_string(*change.rows) + "; nothing was committed"};
  return totals;
}

Status CheckLane(const std::string& lane) {
  if (lane.empty() || api::IsLane(lane)) return Ok();
  return Error{Fault::Bug, "InternalError", "\"" + OneLine(Cut(lane, 60)) + "\" cannot be the name of a lane"};
}

}  // namespace

TableLog::TableLog(std::shared_ptr<ObjectStore> store, std::string table_path, LogKind kind, const Clock* clock, CheckpointFiles* checkpoints)
    : store_(std::move(store)),
      path_(std::move(table_path)),
      kind_(kind),
      clock_(clock != nullptr ? clock : &SystemTime()),
      checkpoints_(checkpoints),
      folder_(store_, path_, kind) {}

// A commit that is there needs no checkpoint: without it the next look has more to replay.
void TableLog::WriteCheckpoint(const TableState& before, std::int64_t version, const std::string& text) const {
  if (checkpoints_ == nullptr || version == 0 || version % kCheckpointEvery != 0) return;
  const Result<LogEntry> entry = DecodeEntry(text);
  if (!entry) return;
  TableState state = before;
  Apply(*entry, version, state);
  if (!state.otherMetadata.is_null()) return;  // readers of the checkpoint would lose the properties of the table
  Expire(state, kind_, entry->timestamp);
  if (!checkpoints_->Write(*store_, folder_.CheckpointPath(version), state)) return;
  folder_.SetHint(version, static_cast<std::int64_t>(state.files.size() + state.tombstones.size() + state.transactions.size() + 2));
  const std::int64_t old = version - kCheckpointsKept * kCheckpointEvery;
  if (old > 0 && old % kCheckpointKeptEvery != 0) static_cast<void>(store_->Remove(folder_.CheckpointPath(old)));
}

Result<CommitResult> TableLog::Recall(const TableState& state, const api::Attempt& committer) {
  const auto found = state.transactionCommits.find(TransactionOf(committer));
  const Result<LogEntry> entry = found == state.transactionCommits.end() ? Result<LogEntry>(Error{Fault::Missing}) : ReadEntry(found->second);
  if (!entry && entry.error().fault != Fault::Missing) return entry.error();
  if (!entry)
    return Error{Fault::Data, "LogCorrupt",
                 "table " + path_ + ": stage " + committer.stage + " of " + committer.run +
                     " has committed, and the entry of the log that says what was cleaned up: start a new run"};
  // Its writer may have been killed before it made the entry durable; after this answer it counts.
  if (const Status settled = store_->Settle(folder_.EntryPath(found->second)); !settled) return settled.error();
  return CommitResult{found->second, true, FactsOf(entry->commitInfo)};
}

Result<std::optional<CommitResult>> TableLog::FindCommitted(const api::Attempt& committer) {
  if (const Status fresh = Refresh(); !fresh) return fresh.error();
  if (!known_->transactions.contains(TransactionOf(committer))) return std::optional<CommitResult>();
  Result<CommitResult> found = Recall(*known_, committer);
  if (!found) return found.error();
  return std::optional(std::move(*found));
}

Result<std::string> TableLog::ClaimEntry(const TableState& state, const api::Attempt& committer, const TableSchema& schema) {
  LogEntry entry;
  entry.timestamp = clock_->Now();
  entry.commitInfo = CommitInfo(committer, entry.timestamp, kClaimOperation);
  entry.transactions[api::FenceOf(committer.lane)] = committer.epoch;
  if (state.version < 0) {
    auto metadata = MetadataFor(state, schema, kind_, store_->Location(path_), entry.timestamp);
    if (!metadata) return InTable(metadata.error(), path_);
    entry.metadata = std::move(*metadata);
  }
  return EncodeEntry(entry, kind_);
}

// An attempt before may have been killed before it made its entry durable; one that was cleaned up is.
Status TableLog::SettleClaim(const TableState& state, const std::string& lane) const {
  const auto claimed = state.transactionCommits.find(api::FenceOf(lane));
  return claimed == state.transactionCommits.end() ? Ok() : store_->Settle(folder_.EntryPath(claimed->second));
}

Status TableLog::Claim(const api::Attempt& committer, const TableSchema& schema) {
  if (const Status named = CheckLane(committer.lane); !named) return InTable(named.error(), path_);
  if (const Status fresh = Refresh(); !fresh) return fresh.error();
  TableState& state = *known_;
  int lost = 0;
  for (int races = 0; races < kMostRaces; ++races) {
    if (state.Epoch(committer.lane) > committer.epoch) return Fenced(path_, state, committer);
    if (state.OwnEpoch(committer.lane) == committer.epoch) return SettleClaim(state, committer.lane);
    if (committer.attempt <= 1) return Ok();
    const Result<std::string> text = ClaimEntry(state, committer, schema);
    if (!text) return text.error();
    const Result<Put> put = PutEntry(*store_, folder_.EntryPath(state.version + 1), *text);
    if (!put) return InTable(put.error(), path_);
    if (*put == Put::Done) return WriteCheckpoint(state, state.version + 1, *text), Ok();
    if (*put == Put::Unknown && ++lost > kMostLostReplies) break;
    if (const Status advanced = Advance(state); !advanced) return advanced;
  }
  return Error{Fault::Transient, "StoreUnavailable",
               "table " + path_ + " (" + store_->Describe() + "): could not be claimed, replies got lost or others kept writing"};
}

Result<std::string> TableLog::CommitEntry(const TableState& state, const api::Attempt& committer, const TableChange& change) {
  LogEntry entry;
  entry.timestamp = clock_->Now();
  entry.commitInfo = CommitInfo(committer, entry.timestamp, "WRITE");
  entry.commitInfo["operationParameters"]["mode"] = change.remove.empty() ? "Append" : "Overwrite";
  entry.commitInfo[std::string(kOurs)]["facts"] = change.facts;
  entry.transactions = {{api::FenceOf(committer.lane), committer.epoch}, {TransactionOf(committer), committer.epoch}};
  auto metadata = MetadataFor(state, change.schema, kind_, store_->Location(path_), entry.timestamp);
  if (!metadata) return InTable(metadata.error(), path_);
  const std::string& lane = committer.lane;
  // An older run on another lane would bring the older schema back.
  if (!lane.empty() && state.version >= 0 && *metadata)
    return Error{
        Fault::Invalid, "SchemaMismatch",
        "table " + path_ + " has other columns or another format than this attempt writes on lane " + lane + ": only a commit of the whole table changes them"};
  entry.metadata = std::move(*metadata);
  for (const std::string& path : change.remove) {
    const auto file = state.files.find(path);
    if (file == state.files.end())
      return Error{Fault::Conflict, "CommitConflict",
                   "table " + path_ + ": file " + path + " to be removed is not in version " + std::to_string(state.version)};
    if (!lane.empty() && Tag(file->second, kTagLane) != lane)
      return Error{Fault::Bug, "InternalError", "table " + path_ + ": file " + path + " to be removed is not of lane " + lane};
    entry.remove.push_back(file->second);
  }
  for (const DataFile& file : change.add) {
    if (const Status safe = CheckPath(file.path); !safe) return InTable(safe.error(), path_);
    if (state.files.contains(file.path))
      return Error{Fault::Conflict, "CommitConflict",
                   "table " + path_ + ": file " + file.path + " to be added is already in version " + std::to_string(state.version)};
    entry.add.push_back(file);
    entry.add.back().tags.erase(kTagLane);  // of the table that it was copied from
    if (!lane.empty()) entry.add.back().tags[kTagLane] = lane;
  }
  const Result<Totals> totals = TotalsAfter(state, entry, change, lane);
  if (!totals) return InTable(totals.error(), path_);
  entry.commitInfo[std::string(kOurs)]["totals"] = {{"files", totals->files}, {"rows", totals->rows}, {"bytes", totals->bytes}};
  return EncodeEntry(entry, kind_);
}

Result<CommitResult> TableLog::Commit(const api::Attempt& committer, const TableChange& change) {
  if (const Status named = CheckLane(committer.lane); !named) return InTable(named.error(), path_);
  if (const Status fresh = Refresh(); !fresh) return fresh.error();
  TableState& state = *known_;
  int lost = 0;
  for (int races = 0; races < kMostRaces; ++races) {
    if (const Status owned = CheckOwner(state, change, path_ + " (" + store_->Describe() + ")"); !owned) return owned.error();
    if (state.Epoch(committer.lane) > committer.epoch) return Fenced(path_, state, committer);
    if (state.transactions.contains(TransactionOf(committer))) {
      Result<CommitResult> found = Recall(state, committer);
      // After a lost reply of our own, what stands there is this very commit.
      if (found && lost > 0 && state.transactions.at(TransactionOf(committer)) == committer.epoch) found->alreadyCommitted = false;
      return found;
    }
    const Result<std::string> text = CommitEntry(state, committer, change);
    if (!text) return text.error();
    const std::int64_t version = state.version + 1;
    const Result<Put> put = PutEntry(*store_, folder_.EntryPath(version), *text);
    if (!put) return InTable(put.error(), path_);
    if (*put == Put::Done) return WriteCheckpoint(state, version, *text), CommitResult{version, false, change.facts};
    if (*put == Put::Unknown && ++lost > kMostLostReplies)
      return Error{Fault::Transient, "OutcomeUnknown", "table " + path_ + " (" + store_->Describe() + "): replies to the commit got lost"};
    if (const Status advanced = Advance(state); !advanced) return advanced.error();
  }
  return Error{Fault::Conflict, "CommitConflict", "table " + path_ + ": other writers took " + std::to_string(kMostRaces) + " versions in a row"};
}

}  // namespace weir::storage
