#include <algorithm>

#include "crds/base/text.h"
#include "runner/storage/checkpoint.h"
#include "runner/storage/delta_actions.h"
#include "runner/storage/paths.h"
#include "runner/storage/table_log.h"
#include "runner/storage/table_state.h"

// How a table log is read; table_log.cpp has how it is written.

namespace weir::storage {
namespace {

constexpr std::int64_t kLargestEntry = 512LL << 20;

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

// The newest checkpoint of ours up to `version`. Without one the log begins at its first entry, or where that was cleaned up,
// at a checkpoint of another engine.
Result<Checkpoint> TableLog::StartOf(const LogListing& listing, std::int64_t version) {
  const bool whole = !listing.entries.empty() && listing.entries.front() == 0;
  Checkpoint other;
  std::optional<Error> unreadable;
  for (auto it = listing.checkpoints.rbegin(); checkpoints_ != nullptr && it != listing.checkpoints.rend(); ++it) {
    if (it->first > version || (other.state.version >= 0 && whole)) continue;
    Result<Checkpoint> read = checkpoints_->Read(store_, it->second);
    if (!read && read.error().fault != Fault::Data && read.error().fault != Fault::Missing) return read.error();
    if (!read) {
      unreadable = read.error();
      continue;
    }
    read->state.version = it->first;
    if (read->isOurs) return read;
    if (other.state.version < 0) other = std::move(*read);
  }
  if (whole) return Checkpoint{};
  if (other.state.version >= 0) {
    const Status remembered = Remember(listing, other.state);
    return remembered ? Result<Checkpoint>(std::move(other)) : Result<Checkpoint>(remembered.error());
  }
  if (unreadable) return Error{unreadable->fault, unreadable->reason, "table " + path_ + ": " + unreadable->message};
  if (listing.checkpoints.empty() || listing.checkpoints.begin()->first <= version || checkpoints_ == nullptr) return Checkpoint{};
  return Error{Fault::Missing, "NotFound",
               "table " + path_ + ": version " + std::to_string(version) + " was cleaned up; the oldest that can be read is " +
                   std::to_string(listing.checkpoints.begin()->first)};
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
