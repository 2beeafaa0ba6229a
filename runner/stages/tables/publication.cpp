#include "runner/stages/tables/publication.h"

#include "crds/api/describe/read.h"
#include "crds/api/describe/write.h"
#include "crds/base/text.h"
#include "runner/stages/tables/promise.h"
#include "runner/storage/table/file_tags.h"

namespace weir::stages {
namespace {

constexpr const char* kFactExcluded = "excluded";
constexpr std::size_t kLongestReason = 300;

Json ListOf(const std::vector<LeftOut>& files) {
  Json list = Json::array();
  for (std::size_t i = 0; i < files.size() && i < kListed; ++i)
    list.push_back({{"file", files[i].path}, {"source", files[i].source}, {"why", Cut(files[i].why, kLongestReason)}});
  if (files.size() > kListed) list.push_back({{storage::kMoreFiles, files.size() - kListed}});
  return list;
}

// An outcome has little room, and the operator has the revision.
void ClearRevisionFields(api::PublishedContract& contract) {
  contract.columns.clear();
  contract.keys.clear();
  contract.query.clear();
}

std::map<std::string, std::int64_t> ByTable(const Json& counts) {
  std::map<std::string, std::int64_t> by_table;
  if (counts.is_object())
    for (const auto& [table, count] : counts.items()) by_table[table] = Integer(counts, table);
  return by_table;
}

}  // namespace

Json ToJson(const std::vector<api::Finding>& findings) {
  Json list = Json::array();
  for (const api::Finding& finding : findings) list.push_back(api::Write(api::Finding{finding.path, Cut(finding.message, api::kLongestFinding)}));
  return list;
}

Json ToJson(const Facts& facts, const api::StageTask& task) {
  api::Ledger ledger = facts.ledger;
  ledger.inputs.clear();  // `inputs` below has them
  Json json{{"ledger", api::Write(ledger)}, {"contentHash", facts.contentHash}, {"image", task.image}, {"revision", task.revision}};
  if (facts.dataAsOf) json["dataAsOf"] = FormatMicros(*facts.dataAsOf);
  if (!facts.contractHash.empty()) json["contractHash"] = facts.contractHash;
  if (!facts.quarantine.empty()) json["quarantine"] = facts.quarantine;
  if (facts.files) json["files"] = api::Write(*facts.files);
  if (!facts.quarantined.empty()) json["quarantined"] = facts.quarantined;
  if (!facts.withoutFiles.empty()) json["withoutFiles"] = facts.withoutFiles;
  if (!facts.excluded.empty()) json[kFactExcluded] = ListOf(facts.excluded);
  if (!facts.superseded.empty()) json["superseded"] = ListOf(facts.superseded);
  if (!facts.quarantinedWhole.empty()) json[storage::kFactQuarantinedWhole] = ListOf(facts.quarantinedWhole);
  if (!facts.findings.empty()) json["findings"] = ToJson(facts.findings);
  if (!facts.notes.empty()) json["notes"] = facts.notes;
  for (const api::LedgerInput& input : facts.inputs) json["inputs"].push_back(api::Write(input));
  return json;
}

bool HasSameLeftOutFiles(const Facts& facts, const storage::TableState& state) {
  const auto same = [&state](const char* list, const std::vector<LeftOut>& files) {
    const Json& known = At(state.Facts(), list);
    return files.empty() ? known.empty() : known == ListOf(files);
  };
  return same(kFactExcluded, facts.excluded) && same(storage::kFactQuarantinedWhole, facts.quarantinedWhole);
}

void CarryLeftOutFiles(const storage::TableState& from, storage::TableChange& change, Facts& facts) {
  facts.findings = FindingsOf(from.Facts());
  for (const char* list : {kFactExcluded, storage::kFactQuarantinedWhole})
    if (const Json& left_out = At(from.Facts(), list); !left_out.is_null()) change.facts[list] = left_out;
}

api::Ledger LedgerOf(const Json& facts) {
  std::vector<api::Problem> ignored;
  auto ledger = api::Read<api::Ledger>(At(facts, "ledger"), "ledger", ignored);
  if (!ledger.filtered)
    for (const Json& input : At(facts, "inputs")) ledger.inputs.push_back(api::Read<api::LedgerInput>(input, "inputs", ignored));
  return ledger;
}

api::Ledger LedgerOfSql(std::vector<api::LedgerInput> inputs, std::int64_t written, std::int64_t quarantined) {
  api::Ledger ledger{.rowsOut = written, .quarantined = quarantined, .inputs = std::move(inputs)};
  for (const api::LedgerInput& input : ledger.inputs) ledger.rowsIn += input.rows;
  return ledger;
}

std::optional<Time> DataAsOf(const Json& facts) {
  const auto time = ParseTime(Text(facts, "dataAsOf"));
  if (!time.ok()) return std::nullopt;
  return *time;
}

void CarryDataTime(const api::TaskTable& table, const storage::TableState& before, Facts& facts) {
  if (facts.dataAsOf) return;
  facts.dataAsOf = DataAsOf(before.Facts());
  if (!facts.dataAsOf) return;
  const std::string why = table.eventTime.empty() ? "no input of this version has a data time" : "no row has a usable time in " + table.eventTime;
  facts.findings.push_back({"spec.eventTime", why + ": data time stays at " + weir::Format(*facts.dataAsOf) + ", that of the version before"});
}

std::map<std::string, std::int64_t> QuarantinedOf(const Json& facts) { return ByTable(At(facts, "quarantined")); }

std::map<std::string, std::int64_t> WithoutFilesOf(const Json& facts) { return ByTable(At(facts, "withoutFiles")); }

std::vector<api::Finding> FindingsOf(const Json& facts) {
  std::vector<api::Finding> findings;
  std::vector<api::Problem> ignored;
  for (const Json& finding : At(facts, "findings")) findings.push_back(api::Read<api::Finding>(finding, "", ignored));
  return findings;
}

std::vector<std::string> NotesOf(const Json& facts) {
  std::vector<std::string> notes;
  for (const Json& note : At(facts, "notes"))
    if (note.is_string()) notes.push_back(note.get<std::string>());
  return notes;
}

Result<std::optional<storage::CommitResult>> RecallOrClaim(const Place& place, const PlacedTable& target, const storage::TableSchema& schema,
                                                           const std::function<Status(const storage::TableState&)>& check_owner) {
  auto found = target.log->FindCommitted(place.Committer());
  if (!found.ok() || *found) return found;
  if (Status owned = check_owner(target.log->Seen()); !owned.ok()) return owned.error();
  if (target.log->Seen().version < 0)
    if (Status kept = storage::ProbeConditionalWrites(*target.store, target.table->path); !kept.ok()) return kept.error();
  if (Status claimed = target.log->Claim(place.Committer(), schema); !claimed.ok()) return claimed.error();
  return found;
}

Result<std::optional<api::StageOutcome>> FindOrClaim(const Place& place, const PlacedTable& target, const storage::TableSchema& schema) {
  const auto found = RecallOrClaim(place, target, schema, [&](const storage::TableState& seen) { return CheckOwner(place.task, *target.table, seen); });
  if (!found.ok()) return found.error();
  if (!*found) return std::optional<api::StageOutcome>();
  const auto commit = CommitOf(place, target, **found);
  if (!commit.ok()) return commit.error();
  api::StageOutcome outcome;
  outcome.result = api::OutcomeClass::Succeeded;
  outcome.message = "an earlier attempt had committed version " + std::to_string(commit->version) + " of " + target.table->name;
  outcome.rows = LedgerOf((*found)->facts);
  outcome.commits = {*commit};
  outcome.findings = FindingsOf((*found)->facts);
  outcome.notes = NotesOf((*found)->facts);
  std::vector<api::Problem> ignored;
  if (const Json& files = At((*found)->facts, "files"); !files.is_null()) outcome.files = api::Read<api::FileLedger>(files, "files", ignored);
  return std::optional<api::StageOutcome>(outcome);
}

std::vector<api::Commit> CommitsThatHold(const Place& place, const PlacedTable& target, const storage::TableState& state) {
  if (state.commitInfo.is_null()) return {};
  api::Commit commit = CommitIn(place, target, state, state.Facts());
  commit.unchanged = true;
  return {std::move(commit)};
}

Result<api::Commit> CommitOf(const Place& place, const PlacedTable& target, const storage::CommitResult& committed) {
  const auto state = target.log->Load(committed.version);
  if (!state.ok()) return state.error();
  return CommitIn(place, target, *state, committed.facts);
}

api::Commit CommitIn(const Place& place, const PlacedTable& target, const storage::TableState& state, const Json& facts) {
  api::Commit commit;
  commit.kind = target.table->kind;
  commit.name = target.table->name;
  commit.version = state.version;
  commit.rows = state.Rows();
  commit.files = storage::FilesWithData(state);
  commit.bytes = state.Bytes();
  commit.dataAsOf = DataAsOf(facts);
  commit.location = target.store->Location(target.table->path);
  commit.place = target.table->place;
  commit.contentHash = Text(facts, "contentHash");
  commit.contractHash = Text(facts, "contractHash");
  if (!HoldsFiles(target.table->zone)) {
    commit.quarantined = 0;
    for (const auto& [table, rows] : QuarantinedOf(facts)) *commit.quarantined += rows;
  }
  commit.contract = ContractIn(At(facts, "contract"));
  if (commit.contract) ClearRevisionFields(*commit.contract);
  commit.stage = place.task.stage;
  commit.attempt = place.task.attempt;
  commit.epoch = place.task.epoch;
  return commit;
}

Result<api::Commit> Publish(const Place& place, const PlacedTable& target, storage::TableChange change, const Facts& facts) {
  if (facts.files && !facts.files->Closed())
    return Error{Fault::Bug, "LedgerOpen",
                 "the files of " + target.table->name + " do not add up: " + Dump(api::Write(*facts.files)) + "; nothing was committed"};
  if (!facts.ledger.Closed()) {
    return Error{Fault::Bug, "LedgerOpen",
                 "the ledger of " + target.table->name + " does not add up: " + std::to_string(facts.ledger.rowsIn) + " in, " +
                     std::to_string(facts.ledger.rowsOut) + " out, " + std::to_string(facts.ledger.quarantined) + " quarantined, " +
                     std::to_string(facts.ledger.filtered.value_or(0)) + " filtered; nothing was committed"};
  }
  if (!change.facts.is_object()) change.facts = Json::object();
  change.facts.update(ToJson(facts, place.task));
  change.facts["owner"] = OwnerOf(place.task, *target.table);
  if (!HoldsFiles(target.table->zone)) change.rows = facts.ledger.rowsOut;
  const auto committed = target.log->Commit(place.Committer(), change);
  if (!committed.ok()) return committed.error();
  return CommitOf(place, target, *committed);
}

}  // namespace weir::stages
