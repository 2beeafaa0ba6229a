#include "runner/storage/table_state.h"

#include <utility>

#include "crds/base/text.h"

namespace weir::storage {
namespace {

std::optional<Totals> RecordedTotals(const Json& commit_info) {
  const Json& totals = At(At(commit_info, kOurs), "totals");
  if (!totals.is_object()) return std::nullopt;
  return Totals{Integer(totals, "files"), Integer(totals, "rows"), Integer(totals, "bytes")};
}

}  // namespace

std::int64_t TableState::Rows() const {
  std::int64_t rows = 0;
  for (const auto& [path, file] : files) rows += file.rows;
  return rows;
}

std::int64_t TableState::Bytes() const {
  std::int64_t bytes = 0;
  for (const auto& [path, file] : files) bytes += file.bytes;
  return bytes;
}

const Json& TableState::Facts() const { return FactsOf(commitInfo); }

std::string TableState::OtherWriter() const {
  if (version < 0 || commitInfo.is_null() || Facts().is_object()) return "";
  const std::string engine = Text(commitInfo, "engineInfo");
  return engine.empty() ? "another program" : "another program (" + OneLine(Cut(engine, 60)) + ")";
}

std::int64_t TableState::Epoch() const {
  const auto it = transactions.find(std::string(kEpochApp));
  return it == transactions.end() ? -1 : it->second;
}

const Json& FactsOf(const Json& commit_info) { return At(At(commit_info, kOurs), "facts"); }

// What holds until a commit says otherwise, whoever writes in between: the owner of the table, which the first commit that
// names one decides for good, and what readers of a view were promised.
Json WithMemory(Json commit_info, const Json& before) {
  const Json& known = At(before, kOurs);
  const Json& facts = FactsOf(commit_info);
  const std::string first = Text(known, "owner"), named = Text(facts, "owner");
  const Json contract = At(facts, "contract").is_object() ? At(facts, "contract") : At(known, "contract");
  if (first.empty() && named.empty() && !contract.is_object()) return commit_info;
  Json& ours = commit_info[std::string(kOurs)];
  if (!ours.is_object()) ours = Json::object();
  ours["owner"] = first.empty() ? named : first;
  if (contract.is_object()) ours["contract"] = contract;
  return commit_info;
}

Totals TotalsOf(const TableState& state) { return {static_cast<std::int64_t>(state.files.size()), state.Rows(), state.Bytes()}; }

void Expire(TableState& state, LogKind kind, Time now) {
  std::erase_if(state.transactionCommits, [&state](const auto& commit) {
    const bool old = commit.first.starts_with(api::kTransactions) && commit.second < state.version - kTransactionsKept;
    if (old) state.transactions.erase(commit.first);
    return old;
  });
  if (kind == LogKind::Delta) std::erase_if(state.tombstones, [now](const auto& file) { return file.second.modified < now - kTombstonesKept; });
}

void Apply(const LogEntry& entry, std::int64_t version, TableState& state) {
  state.version = version;
  if (Text(entry.commitInfo, "operation") != kClaimOperation) state.commitInfo = WithMemory(entry.commitInfo, state.commitInfo);
  if (!entry.add.empty() || !entry.remove.empty()) state.totals = RecordedTotals(entry.commitInfo);
  if (entry.metadata) {
    state.schemaString = entry.metadata->schemaString;
    state.provider = entry.metadata->provider;
    state.metadataId = entry.metadata->id;
    state.created = entry.metadata->created;
    state.otherMetadata = entry.metadata->others;
  }
  for (const auto& [app, number] : entry.transactions) {
    state.transactions[app] = number;
    state.transactionCommits[app] = version;
  }
  for (const DataFile& file : entry.remove) {
    const auto living = state.files.find(file.path);
    // A remove may say less than the add did: what we knew of the living file is kept, but for its statistics.
    DataFile& tombstone = state.tombstones[file.path];
    tombstone = living != state.files.end() ? living->second : file;
    tombstone.modified = file.modified;
    tombstone.stats = nullptr;
    if (living != state.files.end()) state.files.erase(living);
  }
  for (const DataFile& file : entry.add) {
    state.tombstones.erase(file.path);
    state.files[file.path] = file;
  }
}

}  // namespace weir::storage
