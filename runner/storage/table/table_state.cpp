#include "runner/storage/table/table_state.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "crds/base/text.h"

namespace weir::storage {
namespace {

std::optional<Totals> RecordedTotals(const Json& commit_info) {
  const Json& totals = At(At(commit_info, kOurs), "totals");
  if (!totals.is_object()) return std::nullopt;
  return Totals{Integer(totals, "files"), Integer(totals, "rows"), Integer(totals, "bytes")};
}

std::int64_t EpochUnder(const TableState& state, const std::string& app) {
  const auto found = state.transactions.find(app);
  return found == state.transactions.end() ? -1 : found->second;
}

// Of lanes, with their epochs, the lowest first. Without kForgottenFences.
std::vector<std::pair<std::int64_t, std::string>> FencesOfLanes(const TableState& state) {
  std::vector<std::pair<std::int64_t, std::string>> fences;
  for (auto it = state.transactions.lower_bound(std::string(kForgottenFences)); it != state.transactions.end() && it->first.starts_with(kForgottenFences); ++it)
    if (it->first != kForgottenFences) fences.emplace_back(it->second, it->first);
  std::sort(fences.begin(), fences.end());
  return fences;
}

bool IsOfTheNewestVersion(const TableState& state, const std::string& app) {
  const auto commit = state.transactionCommits.find(app);
  return commit != state.transactionCommits.end() && commit->second == state.version;
}

void ExpireFences(TableState& state) {
  const std::string forgotten(kForgottenFences);
  const auto fences = FencesOfLanes(state);
  std::size_t left = fences.size();
  std::int64_t highest = EpochUnder(state, forgotten);
  const std::int64_t whole = state.OwnEpoch("");
  for (const auto& [epoch, app] : fences) {
    const bool is_covered = epoch < whole;
    // A checkpoint is compared with the entry of its version.
    if (!is_covered && (left <= kLanesKept || IsOfTheNewestVersion(state, app))) continue;
    if (!is_covered) highest = std::max(highest, epoch);
    state.transactions.erase(app);
    state.transactionCommits.erase(app);
    --left;
  }
  if (highest > whole)
    state.transactions[forgotten] = highest;
  else
    state.transactions.erase(forgotten);
}

// Whether no attempt of the stage and run that committed it can pass the fence any more.
bool IsFencedOff(const TableState& state, const std::string& app) {
  const std::string lane = api::LaneOfTransaction(app);
  return lane.empty() || state.Epoch(lane) > api::LastEpochOfStage(EpochUnder(state, app));
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

std::int64_t TableState::OwnEpoch(const std::string& lane) const { return EpochUnder(*this, api::FenceOf(lane)); }

std::int64_t TableState::Epoch(const std::string& lane) const {
  const std::int64_t forgotten = EpochUnder(*this, std::string(kForgottenFences));
  if (!lane.empty()) return std::max({OwnEpoch(""), OwnEpoch(lane), forgotten});
  const auto fences = FencesOfLanes(*this);
  return std::max({OwnEpoch(""), forgotten, fences.empty() ? -1 : fences.back().first});
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
  ExpireFences(state);
  std::erase_if(state.transactionCommits, [&state](const auto& commit) {
    const bool old = commit.first.starts_with(api::kTransactions) && commit.second < state.version - kTransactionsKept && IsFencedOff(state, commit.first);
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
