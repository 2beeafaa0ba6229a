#include "runner/storage/table_log.h"

#include <algorithm>
#include <cstdio>

#include "crds/base/text.h"
#include "runner/storage/delta_actions.h"
#include "runner/storage/delta_schema.h"
#include "runner/storage/digest.h"
#include "runner/storage/paths.h"
#include "runner/storage/table_state.h"

namespace weir::storage {
namespace {

constexpr std::int64_t kLargestEntry = 512LL << 20;
// Each lost race means that another writer made progress; so many in one commit means that something is wrong.
constexpr int kMostRaces = 1000;
// Replies lost in a row before the outcome is left to the next attempt, which reads it back.
constexpr int kMostLostReplies = 4;

const Clock& SystemTime() {
  static const SystemClock clock;
  return clock;
}

std::string StageApp(const Committer& committer) { return storage::StageApp(committer.runUid, committer.stage); }

std::optional<std::int64_t> VersionOf(const std::string& name) {
  if (name.size() != 25 || !name.ends_with(".json")) return std::nullopt;
  if (name.find_first_not_of("0123456789") != 20 || name[0] != '0') return std::nullopt;
  return WholeNumber(std::string_view(name).substr(0, 20));
}

// Of the place and the time, so that readers who remember a table know one that was made anew there, whose versions start
// again: 32 hex digits of a digest in the shape of a UUID (version 8).
std::string TableId(const std::string& location, Time made) {
  std::string hex = Sha256Hex(location + "\n" + FormatMicros(made)).substr(0, 32);
  hex[12] = '8';
  hex[16] = '8';
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

Error Fenced(const std::string& table, const TableState& state, const Committer& committer) {
  return {Fault::Fenced, "Fenced",
          "table " + table + " was taken by a newer attempt (epoch " + std::to_string(state.Epoch()) + ", this is attempt " +
              std::to_string(committer.attempt) + " with epoch " + std::to_string(committer.epoch) + "): nothing was committed"};
}

Error InTable(Error error, const std::string& table) {
  error.message = "table " + table + ": " + error.message;
  return error;
}

Status HasMetadata(const TableState& state, const std::string& table) {
  if (state.version >= 0 && state.schemaString.empty()) return Error{Fault::Data, "LogCorrupt", "table " + table + ": the log has no metaData"};
  return Ok();
}

// Two objects whose tables have one path would replace each other's rows.
Status CheckOwner(const TableState& state, const TableChange& change, const std::string& table) {
  const std::string owner = Text(At(state.commitInfo, kOurs), "owner"), writer = Text(change.facts, "owner");
  if (owner.empty() || writer.empty() || owner == writer) return Ok();
  return Error{Fault::Invalid, "NameTaken",
               "table " + table + " belongs to " + owner + ", which wrote it first, and not to " + writer +
                   ": a table has one object; give this one another name or spec.database, or remove the table's folder when its data are not needed"};
}

Json CommitInfo(const Committer& committer, Time now, std::string_view operation) {
  Json ours = {{"run", committer.run},     {"runUid", committer.runUid},     {"stage", committer.stage},       {"attempt", committer.attempt},
               {"epoch", committer.epoch}, {"pipeline", committer.pipeline}, {"revision", committer.revision}, {"image", committer.image}};
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
  return std::optional(TableMetadata{fresh ? TableId(location, now) : state.metadataId, schema.provider, *text, fresh ? now : state.created});
}

// What the files add up to once `entry` is applied. Fault::Bug when that is not what the change says of itself: nothing is
// committed then.
Result<Totals> TotalsAfter(const TableState& state, const LogEntry& entry, const TableChange& change) {
  Totals totals = TotalsOf(state);
  const auto count = [&totals](const DataFile& file, int sign) { totals.files += sign, totals.rows += sign * file.rows, totals.bytes += sign * file.bytes; };
  for (const DataFile& file : entry.remove) count(file, -1);
  for (const DataFile& file : entry.add) {
    count(file, 1);
    if (file.stats.contains("numRecords") && Integer(file.stats, "numRecords") != file.rows)
      return Error{Fault::Bug, "LedgerOpen",
                   "file " + file.path + " has " + std::to_string(file.rows) + " rows, and " + Dump(file.stats["numRecords"]) + " by its statistics"};
  }
  if (change.rows && *change.rows != totals.rows)
    return Error{Fault::Bug, "LedgerOpen",
                 "the files of the new version have " + std::to_string(totals.rows) + " rows, and the ledger " + std::to_string(*change.rows) +
                     "; nothing was committed"};
  return totals;
}

}  // namespace

TableLog::TableLog(std::shared_ptr<ObjectStore> store, std::string table_path, LogKind kind, const Clock* clock)
    : store_(std::move(store)), path_(std::move(table_path)), kind_(kind), clock_(clock != nullptr ? clock : &SystemTime()) {}

std::string TableLog::EntryPath(std::int64_t version) const {
  char name[32];
  std::snprintf(name, sizeof name, "%020lld.json", static_cast<long long>(version));
  return JoinPath(path_, JoinPath(kind_ == LogKind::Delta ? "_delta_log" : "_weirkeeper_log", name));
}

Result<std::vector<std::int64_t>> TableLog::Versions() {
  const std::string folder = FolderOf(EntryPath(0));
  const auto objects = store_->List(folder);
  if (!objects) return objects.error();
  std::vector<std::int64_t> versions;
  for (const StoredObject& object : *objects) {
    if (FolderOf(object.path) != folder) continue;
    if (const auto version = VersionOf(FileNameOf(object.path))) versions.push_back(*version);
  }
  std::sort(versions.begin(), versions.end());
  for (std::size_t i = 0; i < versions.size(); ++i) {
    if (versions[i] == static_cast<std::int64_t>(i)) continue;
    return Error{Fault::Data, "LogCorrupt",
                 "table " + path_ + " (" + store_->Describe() + "): entry " + FileNameOf(EntryPath(static_cast<std::int64_t>(i))) +
                     " of the log is missing while version " + std::to_string(versions[i]) + " is there: restore it from a backup of " + folder};
  }
  return versions;
}

Status TableLog::Replay(TableState& state, std::int64_t version) {
  const auto text = store_->Get(EntryPath(version), kLargestEntry);
  if (!text) return text.error();
  const Result<LogEntry> entry = DecodeEntry(*text);
  if (!entry) {
    return Error{entry.error().fault, entry.error().reason,
                 "table " + path_ + " (" + store_->Describe() + "): log entry " + FileNameOf(EntryPath(version)) + " " + entry.error().message};
  }
  Apply(*entry, version, state);
  // Status may name the version of a claim: a second attempt that found its version unchanged. It holds what the commit before it holds.
  if (expected_ && version == expected_->version) expected_hash_ = Text(state.Facts(), "contentHash");
  return Ok();
}

Status TableLog::CheckExpected(const TableState& state) const {
  if (!expected_) return Ok();
  const std::string& wanted = expected_->contentHash;
  const bool another = !wanted.empty() && expected_hash_ != wanted;
  if (state.version >= expected_->version && !another) return Ok();
  const std::string found = state.version < 0                    ? "its log is gone"
                            : state.version < expected_->version ? "its log ends at version " + std::to_string(state.version)
                                                                 : "its log has another version " + std::to_string(expected_->version);
  return Error{Fault::Data, "LogLost",
               "table " + path_ + " (" + store_->Describe() + ") has version " + std::to_string(expected_->version) + " by its status, and " + found +
                   ": restore the folder from a backup. To begin anew without these data, set the annotation " + std::string(api::kAnnotationAcceptLoss) +
                   ": \"" + std::to_string(expected_->epoch) + "\" on its Dataset or View"};
}

Status TableLog::CheckTotals(const TableState& state) const {
  if (!state.totals) return Ok();
  Totals found = TotalsOf(state);
  // Rows that an entry does not tell are not compared.
  const auto tells = [](const auto& file) { return file.second.stats.contains("numRecords"); };
  if (!std::all_of(state.files.begin(), state.files.end(), tells)) found.rows = state.totals->rows;
  if (*state.totals == found) return Ok();
  const auto told = [](const Totals& t) {
    return std::to_string(t.rows) + " rows and " + std::to_string(t.bytes) + " bytes in " + std::to_string(t.files) + " files";
  };
  return Error{Fault::Data, "LogCorrupt",
               "table " + path_ + " (" + store_->Describe() + "): version " + std::to_string(state.version) + " has " + told(found) +
                   ", and the commit that wrote them recorded " + told(*state.totals) + ": an entry of the log was changed, restore it from a backup"};
}

Result<TableState> TableLog::ReplayAll(std::optional<std::int64_t> version) {
  const auto versions = Versions();
  if (!versions) return versions.error();
  const std::int64_t newest = static_cast<std::int64_t>(versions->size()) - 1;
  const std::int64_t wanted = version.value_or(newest);
  if (wanted > newest || (version && wanted < 0)) {
    return Error{Fault::Missing, "NotFound", "table " + path_ + " has no version " + std::to_string(wanted) + "; the newest is " + std::to_string(newest)};
  }
  TableState state;
  for (std::int64_t number = 0; number <= wanted; ++number) {
    const Status read = Replay(state, number);
    if (!read && read.error().fault == Fault::Missing)
      return Error{Fault::Data, "LogCorrupt", "table " + path_ + ": " + read.error().message + " although it was listed"};
    if (!read) return read.error();
  }
  if (const Status readable = HasMetadata(state, path_); !readable) return readable.error();
  if (const Status sound = CheckTotals(state); !sound) return sound.error();
  return state;
}

Status TableLog::Refresh() {
  if (known_) {
    if (const Status advanced = Advance(*known_); !advanced) return advanced;
    if (const Status readable = HasMetadata(*known_, path_); !readable) return readable;
    return CheckTotals(*known_);
  }
  Result<TableState> state = ReplayAll(std::nullopt);
  if (!state) return state.error();
  if (const Status there = CheckExpected(*state); !there) return there;
  known_ = std::move(state).value();
  return Ok();
}

Result<TableState> TableLog::Load(std::optional<std::int64_t> version) {
  // An older version than the newest one is read from the beginning.
  const bool newest = !version || (known_ && known_->version <= *version);
  if (!newest) return ReplayAll(version);
  if (const Status fresh = Refresh(); !fresh) return fresh.error();
  if (!version || known_->version == *version) return *known_;
  return ReplayAll(version);
}

// Replays what was committed since; one request more than there are new entries.
Status TableLog::Advance(TableState& state) {
  for (;;) {
    const Status read = Replay(state, state.version + 1);
    if (!read && read.error().fault == Fault::Missing) return Ok();
    if (!read) return read;
  }
}

Result<CommitResult> TableLog::Recall(const TableState& state, const Committer& committer) {
  const std::int64_t version = state.transactionCommits.at(StageApp(committer));
  const auto text = store_->Get(EntryPath(version), kLargestEntry);
  if (!text) return text.error();
  const Result<LogEntry> entry = DecodeEntry(*text);
  if (!entry) return InTable(entry.error(), path_);
  // Its writer may have been killed before it made the entry durable; after this answer it counts.
  if (const Status settled = store_->Settle(EntryPath(version)); !settled) return settled.error();
  return CommitResult{version, true, FactsOf(entry->commitInfo)};
}

Result<std::optional<CommitResult>> TableLog::FindCommitted(const Committer& committer) {
  if (const Status fresh = Refresh(); !fresh) return fresh.error();
  if (!known_->transactions.contains(StageApp(committer))) return std::optional<CommitResult>();
  Result<CommitResult> found = Recall(*known_, committer);
  if (!found) return found.error();
  return std::optional(std::move(*found));
}

Result<std::string> TableLog::ClaimEntry(const TableState& state, const Committer& committer, const TableSchema& schema) {
  LogEntry entry;
  entry.timestamp = clock_->Now();
  entry.commitInfo = CommitInfo(committer, entry.timestamp, kClaimOperation);
  entry.transactions[std::string(kEpochApp)] = committer.epoch;
  if (state.version < 0) {
    auto metadata = MetadataFor(state, schema, kind_, store_->Location(path_), entry.timestamp);
    if (!metadata) return InTable(metadata.error(), path_);
    entry.metadata = std::move(*metadata);
  }
  return EncodeEntry(entry, kind_);
}

Status TableLog::Claim(const Committer& committer, const TableSchema& schema) {
  if (const Status fresh = Refresh(); !fresh) return fresh.error();
  TableState& state = *known_;
  int lost = 0;
  for (int races = 0; races < kMostRaces; ++races) {
    if (state.Epoch() > committer.epoch) return Fenced(path_, state, committer);
    if (state.Epoch() == committer.epoch) return store_->Settle(EntryPath(state.transactionCommits.at(std::string(kEpochApp))));
    if (committer.attempt <= 1) return Ok();
    const Result<std::string> text = ClaimEntry(state, committer, schema);
    if (!text) return text.error();
    const Result<Put> put = PutEntry(*store_, EntryPath(state.version + 1), *text);
    if (!put) return InTable(put.error(), path_);
    if (*put == Put::Done) return Ok();
    if (*put == Put::Unknown && ++lost > kMostLostReplies) break;
    if (const Status advanced = Advance(state); !advanced) return advanced;
  }
  return Error{Fault::Transient, "StoreUnavailable",
               "table " + path_ + " (" + store_->Describe() + "): could not be claimed, replies got lost or others kept writing"};
}

Result<std::string> TableLog::CommitEntry(const TableState& state, const Committer& committer, const TableChange& change) {
  LogEntry entry;
  entry.timestamp = clock_->Now();
  entry.commitInfo = CommitInfo(committer, entry.timestamp, "WRITE");
  entry.commitInfo["operationParameters"]["mode"] = change.remove.empty() ? "Append" : "Overwrite";
  entry.commitInfo[std::string(kOurs)]["facts"] = change.facts;
  entry.transactions = {{std::string(kEpochApp), committer.epoch}, {StageApp(committer), committer.epoch}};
  auto metadata = MetadataFor(state, change.schema, kind_, store_->Location(path_), entry.timestamp);
  if (!metadata) return InTable(metadata.error(), path_);
  entry.metadata = std::move(*metadata);
  for (const std::string& path : change.remove) {
    const auto file = state.files.find(path);
    if (file == state.files.end())
      return Error{Fault::Conflict, "CommitConflict",
                   "table " + path_ + ": file " + path + " to be removed is not in version " + std::to_string(state.version)};
    entry.remove.push_back(file->second);
  }
  for (const DataFile& file : change.add) {
    if (const Status safe = CheckPath(file.path); !safe) return InTable(safe.error(), path_);
    if (state.files.contains(file.path))
      return Error{Fault::Conflict, "CommitConflict",
                   "table " + path_ + ": file " + file.path + " to be added is already in version " + std::to_string(state.version)};
    entry.add.push_back(file);
  }
  const Result<Totals> totals = TotalsAfter(state, entry, change);
  if (!totals) return InTable(totals.error(), path_);
  entry.commitInfo[std::string(kOurs)]["totals"] = {{"files", totals->files}, {"rows", totals->rows}, {"bytes", totals->bytes}};
  return EncodeEntry(entry, kind_);
}

Result<CommitResult> TableLog::Commit(const Committer& committer, const TableChange& change) {
  if (const Status fresh = Refresh(); !fresh) return fresh.error();
  TableState& state = *known_;
  int lost = 0;
  for (int races = 0; races < kMostRaces; ++races) {
    if (const Status owned = CheckOwner(state, change, path_ + " (" + store_->Describe() + ")"); !owned) return owned.error();
    if (state.Epoch() > committer.epoch) return Fenced(path_, state, committer);
    if (state.transactions.contains(StageApp(committer))) {
      Result<CommitResult> found = Recall(state, committer);
      // After a lost reply of our own, what stands there is this very commit.
      if (found && lost > 0 && state.transactions.at(StageApp(committer)) == committer.epoch) found->alreadyCommitted = false;
      return found;
    }
    const Result<std::string> text = CommitEntry(state, committer, change);
    if (!text) return text.error();
    const std::int64_t version = state.version + 1;
    const Result<Put> put = PutEntry(*store_, EntryPath(version), *text);
    if (!put) return InTable(put.error(), path_);
    if (*put == Put::Done) return CommitResult{version, false, change.facts};
    if (*put == Put::Unknown && ++lost > kMostLostReplies)
      return Error{Fault::Transient, "OutcomeUnknown", "table " + path_ + " (" + store_->Describe() + "): replies to the commit got lost"};
    if (const Status advanced = Advance(state); !advanced) return advanced.error();
  }
  return Error{Fault::Conflict, "CommitConflict", "table " + path_ + ": other writers took " + std::to_string(kMostRaces) + " versions in a row"};
}

}  // namespace weir::storage
