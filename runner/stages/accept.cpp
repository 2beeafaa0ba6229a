#include <set>

#include "crds/api/protocol/attempt.h"
#include "crds/base/count.h"
#include "runner/stages/files/copy_file.h"
#include "runner/stages/files/file_policy.h"
#include "runner/stages/files/file_zone.h"
#include "runner/stages/files/store_file.h"
#include "runner/stages/stage.h"
#include "runner/stages/tables/names.h"
#include "runner/stages/tables/publication.h"
#include "runner/stages/tables/verification.h"
#include "runner/storage/table/table_state.h"

namespace weir::stages {
namespace {

struct Acceptance {
  Place& place;
  PlacedTable landing;
  PlacedTable history;
};

Error Changed(const PlacedTable& landing, const storage::DataFile& file, const std::string& sha256) {
  landing.NoteDamage();
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

std::vector<std::string> MessagesOf(const std::vector<api::Finding>& findings) {
  std::vector<std::string> messages;
  for (const api::Finding& finding : findings) messages.push_back(finding.message);
  return messages;
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
    Facts facts{.ledger = {.rowsIn = count, .rowsOut = count, .filtered = 0}, .contentHash = ContentHashOf(*state), .dataAsOf = DataAsOf(state->Facts())};
    CarryLeftOutFiles(*state, change, facts);  // they are still where they were
    auto published = Publish(acceptance.place, acceptance.landing, std::move(change), facts);
    if (!published.ok()) return published.error();
    commit = *published;
  } else if (state->transactions.contains(api::TransactionOf(acceptance.place.Committer()))) {
    commit = CommitIn(acceptance.place, acceptance.landing, *state, state->Facts());  // of an attempt that ended before it could tell
  }
  if (commit) commit->warnings = MessagesOf(FindingsOf(state->Facts()));
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

// How the files of Landing fare.
struct Sorted {
  storage::TableChange change;
  api::FileLedger files;
  std::vector<LeftOut> excluded;
  std::vector<LeftOut> quarantined;  // they stay in Landing
};

// What is wrong with one landed file keeps the others back only where the ways out are said.
Status KeepBack(const Acceptance& acceptance, const storage::DataFile& file, const Error& error, Sorted& sorted) {
  const api::TaskTable& landing = *acceptance.landing.table;
  if (error.fault != Fault::Data) return error;
  if (landing.onUnreadable == api::OnUnreadable::Quarantine) {
    sorted.quarantined.push_back({file.path, Tag(file, kTagSource), WithoutSubject(error.message, acceptance.landing.PathOf(file.path))});
    return Ok();
  }
  return Error{error.fault, error.reason,
               error.message + "; " + HowToExclude(landing, file.path) + "; or set spec.onUnreadable: Quarantine of Dataset " + landing.name +
                   ", so that such files stay there and the others are accepted"};
}

Status AcceptOne(const Acceptance& acceptance, const storage::DataFile& file, Deliveries& deliveries, std::set<std::string>& taken, Sorted& sorted) {
  const std::string source = Tag(file, kTagSource);
  if (const api::Exclusion* entry = ExclusionOf(acceptance.landing.table->exclude, file.path, source)) {
    sorted.excluded.push_back({file.path, source, entry->reason});
    return Ok();
  }
  if (acceptance.history.table->redelivery == api::Redelivery::Refuse && deliveries.Knows(source)) {
    sorted.quarantined.push_back(
        {file.path, source, "was accepted before with other content, and spec.redelivery of Dataset " + acceptance.history.table->name + " is Refuse"});
    return Ok();
  }
  const auto stored = CopyVerified(acceptance, taken, file);
  if (!stored.ok()) return KeepBack(acceptance, file, stored.error(), sorted);
  taken.insert(stored->path);
  storage::DataFile accepted = file;
  accepted.path = stored->path;
  deliveries.Add(accepted);
  sorted.change.add.push_back(std::move(accepted));
  return Ok();
}

Status Sort(const Acceptance& acceptance, const storage::TableState& landed, const storage::TableState& history, Sorted& sorted) {
  std::set<FileIdentity> known = Identities(history);
  std::set<std::string> taken = PathsOf(history);
  Deliveries deliveries(history);
  for (const auto& [path, file] : landed.files) {
    ++sorted.files.in;
    if (!known.insert(IdentityOf(file)).second)
      ++sorted.files.known;
    else if (Status done = AcceptOne(acceptance, file, deliveries, taken, sorted); !done.ok())
      return done;
  }
  sorted.files.out = static_cast<std::int64_t>(sorted.change.add.size());
  sorted.files.excluded = static_cast<std::int64_t>(sorted.excluded.size());
  sorted.files.quarantined = static_cast<std::int64_t>(sorted.quarantined.size());
  return Ok();
}

// Files that went from Landing into a history that has lost them since: its log was given up, or restored without its end.
std::vector<api::Finding> OfLostHistory(const Acceptance& acceptance, const storage::TableState& landed, const storage::TableState& history) {
  const std::set<FileIdentity> known = Identities(history);
  std::vector<std::string> lost;
  for (const auto& [path, file] : landed.tombstones)
    if (!known.contains(IdentityOf(file))) lost.push_back(OneLine(Tag(file, kTagSource).empty() ? path : Tag(file, kTagSource)));
  if (lost.empty()) return {};
  constexpr std::size_t kNamed = 3;
  const auto count = static_cast<std::int64_t>(lost.size());
  std::string text = Counted(count, "file") + (count == 1 ? " that was accepted is" : " that were accepted are") + " no longer in its log and " +
                     (count == 1 ? "counts" : "count") + " as landed: ";
  const std::vector<std::string> first(lost.begin(), lost.begin() + static_cast<std::ptrdiff_t>(std::min(kNamed, lost.size())));
  text += Joined(first) + (lost.size() > kNamed ? ", ..." : "");
  text += ". To land again what is still at its source, remove the folder of Dataset " + acceptance.landing.table->name + " and accept the loss of its log too";
  return {{"Dataset/" + acceptance.history.table->name, text}};
}

std::vector<api::Finding> ReservationsOf(const Acceptance& acceptance, const Sorted& sorted) {
  if (sorted.quarantined.empty()) return {};
  return {{"Dataset/" + acceptance.landing.table->name,
           NamedWhole(sorted.quarantined, "was not accepted and stays in Landing", "were not accepted and stay in Landing", acceptance.history.table->name)}};
}

// Copies what RawHistory does not hold yet and commits it there.
Result<api::StageOutcome> Accept(const Acceptance& acceptance, const storage::TableSchema& schema) {
  const auto landed = LoadZone(acceptance.landing);
  if (!landed.ok()) return landed.error();
  auto state = LoadZone(acceptance.history);
  if (!state.ok()) return state.error();
  Sorted sorted{.change = {.schema = schema}};
  if (Status done = Sort(acceptance, *landed, *state, sorted); !done.ok()) return done.error();
  for (const storage::DataFile& file : sorted.change.add) state->files[file.path] = file;
  const api::FileLedger& files = sorted.files;
  Facts facts{.contentHash = ContentHashOf(*state),
              .dataAsOf = NewestLanded(*state),
              .files = files,
              .excluded = sorted.excluded,
              .quarantinedWhole = sorted.quarantined};
  facts.ledger = {.rowsIn = files.in, .rowsOut = files.out, .quarantined = files.quarantined, .filtered = files.known + files.excluded};
  facts.findings = OfLostHistory(acceptance, *landed, *state);
  for (api::Finding& finding : ReservationsOf(acceptance, sorted)) facts.findings.push_back(std::move(finding));
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .rows = facts.ledger, .files = files, .findings = facts.findings};
  outcome.message =
      std::to_string(files.out) + " of " + std::to_string(files.in) + " landed files accepted, " + std::to_string(files.known) + " were there before";
  if (files.excluded > 0) outcome.message += ", " + std::to_string(files.excluded) + " excluded";
  if (files.quarantined > 0) outcome.message += ", " + std::to_string(files.quarantined) + " quarantined";
  if (sorted.change.add.empty() && HasSameLeftOutFiles(facts, *state)) {
    // Its log names them all.
    if (!facts.quarantinedWhole.empty() || !facts.findings.empty()) outcome.commits = CommitsThatHold(acceptance.place, acceptance.history, *state);
    return outcome;
  }
  const auto commit = Publish(acceptance.place, acceptance.history, std::move(sorted.change), facts);
  if (!commit.ok()) return commit.error();
  outcome.commits = {*commit};
  return outcome;
}

// What the landing left out is a warning of Landing still, and none of RawHistory.
void AddLandingCommit(api::Commit commit, api::StageOutcome& outcome) {
  for (api::Commit& history : outcome.commits) history.warnings = MessagesOf(outcome.findings);
  outcome.commits.push_back(std::move(commit));
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
  if (*cleared) AddLandingCommit(**cleared, *outcome);
  return outcome;
}

}  // namespace weir::stages
