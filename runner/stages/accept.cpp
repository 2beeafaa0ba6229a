#include <set>

#include "runner/stages/copy_file.h"
#include "runner/stages/file_zone.h"
#include "runner/stages/names.h"
#include "runner/stages/publication.h"
#include "runner/stages/stage.h"
#include "runner/stages/store_file.h"
#include "runner/stages/verification.h"

namespace weir::stages {
namespace {

struct Acceptance {
  Place& place;
  PlacedTable landing;
  PlacedTable history;
};

Error Changed(const PlacedTable& landing, const storage::DataFile& file, const std::string& sha256) {
  return {Fault::Data, "FileUnreadable",
          landing.PathOf(file.path) + " in " + landing.store->Describe() + " is not what was landed: SHA-256 " + sha256 + " instead of " +
              Tag(file, kTagSha256) + "; it was not accepted and stays where it is"};
}

// At the same path as in Landing, unless another file has that in RawHistory.
Result<StoredFile> CopyVerified(const Acceptance& acceptance, const std::set<std::string>& taken, const storage::DataFile& file) {
  const auto copy = [&](storage::ObjectWriter& out) { return CopyInto(*acceptance.landing.store, acceptance.landing.PathOf(file.path), out); };
  const auto is_what_landed = [&](const CopiedFile& copied) -> Result<bool> {
    if (copied.sha256 != Tag(file, kTagSha256) || copied.bytes != file.bytes) return Changed(acceptance.landing, file, copied.sha256);
    return true;
  };
  const auto path_for = [&](const std::string& suffix) { return WithSuffix(file.path, suffix); };
  auto stored = StoreFile(acceptance.history, taken, {Tag(file, kTagSource), path_for, copy, is_what_landed});
  if (!stored.ok()) return stored.error();
  return **stored;
}

// Removes from Landing what RawHistory holds for good: the commit first, then the files. Files of earlier removals whose
// deletion was cut short go with them.
Result<std::optional<api::Commit>> Clear(const Acceptance& acceptance, const std::set<FileIdentity>& safe) {
  auto state = LoadZone(acceptance.landing);
  if (!state.ok()) return state.error();
  storage::TableChange change{.schema = {.provider = ProviderOf(*acceptance.landing.table)}};
  for (const auto& [path, file] : state->files)
    if (safe.contains(IdentityOf(file))) change.remove.push_back(path);
  std::optional<api::Commit> commit;
  if (!change.remove.empty()) {
    for (const std::string& path : change.remove) state->tombstones[path] = state->files.extract(path).mapped();
    const auto count = static_cast<std::int64_t>(change.remove.size());
    const Facts facts{.ledger = {.rowsIn = count, .rowsOut = count, .filtered = 0}, .contentHash = ContentHashOf(*state), .dataAsOf = DataAsOf(state->Facts())};
    auto published = Publish(acceptance.place, acceptance.landing, std::move(change), facts);
    if (!published.ok()) return published.error();
    commit = *published;
  }
  const auto there = acceptance.landing.store->List(acceptance.landing.table->path);
  if (!there.ok()) return there.error();
  for (const storage::StoredObject& object : *there) {
    const std::string path = object.path.substr(acceptance.landing.table->path.size() + 1);
    const auto removed = state->tombstones.find(path);
    if (removed == state->tombstones.end() || !safe.contains(IdentityOf(removed->second))) continue;
    if (Status gone = acceptance.landing.store->Remove(object.path); !gone.ok()) return gone.error();
  }
  return commit;
}

std::set<FileIdentity> Identities(const storage::TableState& state) {
  std::set<FileIdentity> identities;
  for (const auto& [path, file] : state.files) identities.insert(IdentityOf(file));
  return identities;
}

// Copies what RawHistory does not hold yet and commits it there.
Result<api::StageOutcome> Accept(const Acceptance& acceptance, const storage::TableSchema& schema) {
  const auto landed = LoadZone(acceptance.landing);
  if (!landed.ok()) return landed.error();
  auto state = LoadZone(acceptance.history);
  if (!state.ok()) return state.error();
  std::set<FileIdentity> known = Identities(*state);
  std::set<std::string> taken = PathsOf(*state);
  storage::TableChange change{.schema = schema};
  for (const auto& [path, file] : landed->files) {
    if (!known.insert(IdentityOf(file)).second) continue;
    const auto stored = CopyVerified(acceptance, taken, file);
    if (!stored.ok()) return stored.error();
    taken.insert(stored->path);
    storage::DataFile accepted = file;
    accepted.path = stored->path;
    change.add.push_back(accepted);
    state->files[accepted.path] = accepted;
  }
  const auto in = static_cast<std::int64_t>(landed->files.size());
  const auto out = static_cast<std::int64_t>(change.add.size());
  Facts facts{.ledger = {.rowsIn = in, .rowsOut = out, .filtered = in - out}, .contentHash = ContentHashOf(*state), .dataAsOf = NewestLanded(*state)};
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .rows = facts.ledger};
  outcome.message = std::to_string(out) + " of " + std::to_string(in) + " landed files accepted, " + std::to_string(in - out) + " were there before";
  if (change.add.empty()) return outcome;
  const auto commit = Publish(acceptance.place, acceptance.history, std::move(change), facts);
  if (!commit.ok()) return commit.error();
  outcome.commits = {*commit};
  return outcome;
}

}  // namespace

Result<api::StageOutcome> RunAccept(Place& place) {
  auto landing = place.Table(place.task.from);
  if (!landing.ok()) return landing.error();
  auto history = place.Table(place.task.into);
  if (!history.ok()) return history.error();
  const Acceptance acceptance{place, *landing, *history};
  const storage::TableSchema schema{.provider = ProviderOf(*history->table)};
  auto earlier = FindOrClaim(place, *history, schema);
  if (!earlier.ok()) return earlier.error();
  if (Status claimed = landing->log->Claim(place.Committer(), {.provider = ProviderOf(*landing->table)}); !claimed.ok()) return claimed.error();
  auto outcome = *earlier ? Result<api::StageOutcome>(**earlier) : Accept(acceptance, schema);
  if (!outcome.ok()) return outcome;
  const auto accepted = LoadZone(*history);
  if (!accepted.ok()) return accepted.error();
  const auto cleared = Clear(acceptance, Identities(*accepted));
  if (!cleared.ok()) return cleared.error();
  if (*cleared) outcome->commits.push_back(**cleared);
  return outcome;
}

}  // namespace weir::stages
