#include <algorithm>
#include <utility>

#include "crds/base/text.h"
#include "runner/storage/paths.h"
#include "runner/storage/table/checkpoint.h"
#include "runner/storage/table/delta_actions.h"
#include "runner/storage/table/table_log.h"
#include "runner/storage/table/table_state.h"

// How a table log is read; table_log.cpp has how it is written.

namespace weir::storage {
namespace {

constexpr std::int64_t kLargestEntry = 512LL << 20;

std::string Described(const Totals& totals) {
  return std::to_string(totals.rows) + " rows and " + std::to_string(totals.bytes) + " bytes in " + std::to_string(totals.files) + " files";
}

// What the files of a version add up to, and what its commit recorded, where these differ.
std::optional<std::pair<Totals, Totals>> DifferentTotals(const TableState& state) {
  if (!state.totals) return std::nullopt;
  Totals found = TotalsOf(state);
  const auto tells = [](const auto& file) { return file.second.stats.contains("numRecords"); };
  if (!std::all_of(state.files.begin(), state.files.end(), tells)) found.rows = state.totals->rows;  // rows of a file without a count
  if (*state.totals == found) return std::nullopt;
  return std::pair(found, *state.totals);
}

Status HasMetadata(const TableState& state, const std::string& table) {
  if (state.version >= 0 && state.schemaString.empty()) return Error{Fault::Data, "LogCorrupt", "table " + table + ": the log has no metaData"};
  return Ok();
}

}  // namespace

Status TableLog::CheckWhole(const LogListing& listing, std::int64_t first, std::int64_t last) const {
  for (std::int64_t version = first; version <= last; ++version) {
    if (std::binary_search(listing.entries.begin(), listing.entries.end(), version)) continue;
    return Error{Fault::Data, "LogCorrupt",
                 "table " + path_ + " (" + store_->Describe() + "): entry " + FileNameOf(folder_.EntryPath(version)) + " of the log is missing while version " +
                     std::to_string(listing.Newest()) + " is there: restore it from a backup of " + folder_.Path()};
  }
  return Ok();
}

Result<LogEntry> TableLog::ReadEntry(std::int64_t version) const {
  const auto text = store_->Get(folder_.EntryPath(version), kLargestEntry);
  if (!text) return text.error();
  Result<LogEntry> entry = DecodeEntry(*text);
  if (entry) return entry;
  return Error{entry.error().fault, entry.error().reason,
               "table " + path_ + " (" + store_->Describe() + "): log entry " + FileNameOf(folder_.EntryPath(version)) + " " + entry.error().message};
}

Status TableLog::Replay(TableState& state, std::int64_t version) {
  const Result<LogEntry> entry = ReadEntry(version);
  if (!entry) return entry.error();
  Apply(*entry, version, state);
  // Status may name the version of a claim: a second attempt that found its version unchanged. It holds what the commit before it holds.
  if (expected_ && version == expected_->version) expected_hash_ = Text(state.Facts(), "contentHash");
  return Ok();
}

// What a version before the first that is replayed has: by its entry, or the commit before it where that only claims. One
// that was cleaned up cannot differ from what status has.
Status TableLog::NoteExpected(const TableState& state) {
  if (!expected_ || expected_->contentHash.empty() || expected_->version > state.version) return Ok();
  for (std::int64_t version = expected_->version; version >= 0; --version) {
    const bool is_known = version == state.version && !state.commitInfo.is_null();
    const Result<LogEntry> entry = is_known ? Result<LogEntry>(LogEntry{.commitInfo = state.commitInfo}) : ReadEntry(version);
    if (!entry && entry.error().fault != Fault::Missing) return entry.error();
    if (entry && Text(entry->commitInfo, "operation") == kClaimOperation) continue;
    expected_hash_ = entry ? Text(FactsOf(entry->commitInfo), "contentHash") : expected_->contentHash;
    return Ok();
  }
  return Ok();
}

// What commits said about themselves is in entries only, of which the first may have been cleaned up.
Status TableLog::Remember(const LogListing& listing, TableState& state) const {
  for (const std::int64_t version : listing.entries) {
    if (version > state.version) break;
    const Result<LogEntry> entry = ReadEntry(version);
    if (!entry) return entry.error();
    if (Text(entry->commitInfo, "operation") != kClaimOperation) state.commitInfo = WithMemory(entry->commitInfo, state.commitInfo);
    for (const auto& [app, number] : entry->transactions) state.transactionCommits[app] = version;
  }
  return Ok();
}

// Entries are cleaned up from the first on: when that of the checkpoint is gone, all before it are.
Status TableLog::CheckOldest(const LogListing& listing, std::int64_t version) {
  if (listing.since == 0 && (listing.entries.empty() || listing.entries.front() > version)) return Ok();
  return Error{Fault::Data, "LogCorrupt", "the log has entries before version " + std::to_string(version) + " and not that one"};
}

// A checkpoint is written after the entry of its version. One that was copied from elsewhere, or written too late for a table that
// was made anew since, differs from that entry. A damaged entry is not needed: the checkpoint has what it did.
Status TableLog::CheckAgainstEntry(const LogListing& listing, const Checkpoint& checkpoint) const {
  const TableState& state = checkpoint.state;
  const Result<LogEntry> entry = ReadEntry(state.version);
  if (!entry && entry.error().fault == Fault::Missing) return CheckOldest(listing, state.version);
  if (!entry) return entry.error().fault == Fault::Data ? Ok() : Status(entry.error());
  const bool same_writers = std::all_of(entry->transactions.begin(), entry->transactions.end(), [&state](const auto& transaction) {
    const auto known = state.transactions.find(transaction.first);
    return known != state.transactions.end() && known->second == transaction.second;
  });
  const bool same_files = std::all_of(entry->add.begin(), entry->add.end(), [&state](const DataFile& file) { return state.files.contains(file.path); }) &&
                          std::none_of(entry->remove.begin(), entry->remove.end(), [&state](const DataFile& file) { return state.files.contains(file.path); });
  const bool has_commit = checkpoint.isOurs && Text(entry->commitInfo, "operation") != kClaimOperation;
  const bool same_commit = !has_commit || Integer(entry->commitInfo, "timestamp") == Integer(state.commitInfo, "timestamp");
  if (same_writers && same_files && same_commit) return Ok();
  return Error{Fault::Data, "LogCorrupt", "it is not of version " + std::to_string(state.version) + " of this table"};
}

Status TableLog::CheckSound(const LogListing& listing, const Checkpoint& checkpoint, std::int64_t recorded) const {
  const TableState& state = checkpoint.state;
  if (recorded >= 0 && recorded != state.version) return Error{Fault::Data, "LogCorrupt", "it is of version " + std::to_string(recorded)};
  if (const auto different = DifferentTotals(state))
    return Error{Fault::Data, "LogCorrupt",
                 "it has " + Described(different->first) + ", and the commit of its version recorded " + Described(different->second)};
  return CheckAgainstEntry(listing, checkpoint);
}

// One that is whole and of this version of this table. Fault::Data for any other.
Result<Checkpoint> TableLog::ReadCheckpoint(const LogListing& listing, std::int64_t version) const {
  const std::vector<std::string>& parts = listing.checkpoints.at(version);
  Result<Checkpoint> read = checkpoints_->Read(store_, parts);
  Status sound = read ? Ok() : Status(read.error());
  if (read) {
    const std::int64_t recorded = std::exchange(read->state.version, version);
    sound = CheckSound(listing, *read, recorded);
  }
  if (sound || sound.error().fault != Fault::Data) return sound ? std::move(read) : Result<Checkpoint>(sound.error());
  return Error{Fault::Data, sound.error().reason,
               "table " + path_ + " (" + store_->Describe() + "): checkpoint " + parts.front() + ": " + sound.error().message};
}

// The newest checkpoint of ours from which the entries reach `version`. Without one the log begins at its first entry, or where that
// was cleaned up, at a checkpoint of another engine. One that is damaged or false is passed over where the others reach it too.
Result<Checkpoint> TableLog::StartOf(const LogListing& listing, std::int64_t version) const {
  if (checkpoints_ == nullptr) return Checkpoint{};
  const bool whole = !listing.entries.empty() && listing.entries.front() == 0;
  const std::int64_t wanted = std::min(version, listing.Newest());
  std::optional<Checkpoint> other;
  std::optional<Error> unreadable, gap;
  for (auto it = listing.checkpoints.rbegin(); it != listing.checkpoints.rend(); ++it) {
    if (it->first > version || (other && whole)) continue;
    if (const Status reaches = CheckWhole(listing, it->first + 1, wanted); !reaches) {
      if (!gap) gap = reaches.error();
      continue;
    }
    Result<Checkpoint> read = ReadCheckpoint(listing, it->first);
    if (!read && read.error().fault != Fault::Data && read.error().fault != Fault::Missing) return read.error();
    if (read && read->isOurs) return read;
    if (read && !other) other = std::move(*read);
    if (!read && !unreadable) unreadable = read.error();
  }
  const bool replayed = whole && CheckWhole(listing, 0, wanted);
  if (!replayed && other) {
    const Status remembered = Remember(listing, other->state);
    return remembered ? std::move(*other) : Result<Checkpoint>(remembered.error());
  }
  if (replayed) return Checkpoint{};
  if (unreadable) return WithoutCheckpoint(*unreadable, wanted);
  if (gap) return *gap;
  if (listing.checkpoints.empty() || listing.checkpoints.begin()->first <= version) return Checkpoint{};
  return Error{Fault::Missing, "NotFound",
               "table " + path_ + ": version " + std::to_string(version) + " was cleaned up; the oldest that can be read is " +
                   std::to_string(listing.checkpoints.begin()->first)};
}

Error TableLog::WithoutCheckpoint(const Error& unreadable, std::int64_t version) const {
  if (unreadable.reason != "LogCorrupt") return unreadable;
  return {unreadable.fault, unreadable.reason,
          unreadable.message + ". The entries of the log alone do not reach version " + std::to_string(version) + ": restore " + folder_.Path() +
              " from a backup, or remove that checkpoint where it does not belong to the table"};
}

Status TableLog::CheckExpected(const TableState& state) const {
  if (!expected_) return Ok();
  const std::string& wanted = expected_->contentHash;
  const bool another = !wanted.empty() && expected_hash_ != wanted;
  if (state.version >= expected_->version && !another) return Ok();
  const std::string found = state.version < 0                    ? "its log is gone"
                            : state.version < expected_->version ? "its log ends at version " + std::to_string(state.version)
                                                                 : "its log has another version " + std::to_string(expected_->version);
  const std::string of_files = kind_ == LogKind::Files ? ". A file comes again only when the log of Landing is given up too" : "";
  return Error{Fault::Data, "LogLost",
               "table " + path_ + " (" + store_->Describe() + ") has version " + std::to_string(expected_->version) + " by its status, and " + found +
                   ": restore the folder from a backup. To start over without these data, set the annotation " + std::string(api::kAnnotationAcceptLoss) +
                   ": \"" + std::to_string(expected_->epoch) + "\" on its Dataset or View" + of_files};
}

Status TableLog::CheckTotals(const TableState& state) const {
  const auto different = DifferentTotals(state);
  if (!different) return Ok();
  return Error{Fault::Data, "LogCorrupt",
               "table " + path_ + " (" + store_->Describe() + "): version " + std::to_string(state.version) + " has " + Described(different->first) +
                   ", and the commit that wrote them recorded " + Described(different->second) + ": an entry of the log was changed, restore it from a backup"};
}

Result<TableState> TableLog::ReplayAll(std::optional<std::int64_t> version) {
  const auto hint = checkpoints_ != nullptr ? folder_.Hint() : std::nullopt;
  const bool near = hint && *hint <= version.value_or(*hint);
  auto listing = folder_.List(near ? *hint : 0);
  if (!listing) return listing.error();
  auto start = StartOf(*listing, version.value_or(listing->Newest()));
  if (near && !(start && start->isOurs)) {
    if (listing = folder_.List(); !listing) return listing.error();
    start = StartOf(*listing, version.value_or(listing->Newest()));
  }
  if (!start) return start.error();
  TableState state = std::move(start->state);
  // Who reads no checkpoints has none, and the log ends with its entries.
  const std::int64_t newest = checkpoints_ == nullptr && !listing->entries.empty() ? listing->entries.back() : listing->Newest();
  const std::int64_t wanted = version.value_or(newest);
  if (wanted > newest || (version && wanted < 0))
    return Error{Fault::Missing, "NotFound", "table " + path_ + " has no version " + std::to_string(wanted) + "; the newest is " + std::to_string(newest)};
  if (const Status whole = CheckWhole(*listing, state.version + 1, wanted); !whole) return whole.error();
  if (const Status noted = NoteExpected(state); !noted) return noted.error();
  for (std::int64_t number = state.version + 1; number <= wanted; ++number) {
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

}  // namespace weir::storage
