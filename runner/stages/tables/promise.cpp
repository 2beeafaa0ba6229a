#include "runner/stages/tables/promise.h"

#include <algorithm>

#include "crds/api/describe/read.h"
#include "crds/contract/contract.h"
#include "runner/storage/table/table_state.h"

namespace weir::stages {
namespace {

// The version that stays published, with the fence of the attempt that made it.
api::Commit Standing(const Place& place, const PlacedTable& target, const storage::TableState& state, const api::PublishedContract& published) {
  api::Commit commit = CommitIn(place, target, state, state.Facts());
  const Json& ours = At(state.commitInfo, storage::kOurs);
  commit.stage = Text(ours, "stage");
  commit.attempt = static_cast<int>(Integer(ours, "attempt"));
  commit.epoch = Integer(ours, "epoch");
  commit.contract = published;
  return commit;
}

api::StageOutcome Refuse(const Place& place, const PlacedTable& target, const storage::TableState& state, const api::PublishedContract& published,
                         const std::vector<contract::Finding>& broken) {
  api::StageOutcome outcome{.result = api::OutcomeClass::User, .reason = api::Reason::ContractBroken};
  outcome.message = "version " + std::to_string(state.version) + " of " + target.table->name +
                    " stays published; what its table's log says was promised would break: " + contract::Describe(broken);
  outcome.standing = Standing(place, target, state, published);
  for (const contract::Finding& finding : broken)
    outcome.findings.push_back({"View/" + target.table->name + " " + finding.path, contract::Describe({finding})});
  return outcome;
}

std::optional<Time> OldestOf(const storage::DataFile& file, const std::string& column) {
  const auto tag = file.tags.find(kTagOldestEvent);
  std::string text = tag == file.tags.end() ? Text(At(file.stats, "minValues"), column) : tag->second;
  if (text.find('T') == std::string::npos) text += "T00:00:00Z";
  const auto time = ParseTime(text);
  if (!time.ok()) return std::nullopt;
  return *time;
}

// Nothing when one of the files does not say.
std::optional<Time> OldestPublished(const storage::TableState& state, const std::string& column) {
  std::optional<Time> oldest;
  for (const auto& [path, file] : state.files) {
    const auto time = OldestOf(file, column);
    if (!time) return std::nullopt;
    oldest = std::min(oldest.value_or(*time), *time);
  }
  return oldest;
}

std::vector<api::Waiver> Usable(const std::optional<api::PublishedContract>& published, const api::PublishedContract& declared, Time now) {
  const api::PublishedContract before = published.value_or(api::PublishedContract{});
  std::vector<api::Waiver> usable;
  for (const api::Waiver& waiver : declared.waivers)
    if (contract::WaiverFor(before, {.waivers = {waiver}}, waiver.rule, now) != nullptr) usable.push_back(waiver);
  return usable;
}

}  // namespace

std::string OwnerOf(const api::StageTask& task, const api::TaskTable& table) { return task.ns + "/" + std::string(api::Word(table.kind)) + "/" + table.name; }

Status CheckOwner(const api::StageTask& task, const api::TaskTable& table, const storage::TableState& state) {
  const std::string owner = Text(At(state.commitInfo, storage::kOurs), "owner"), wanted = OwnerOf(task, table);
  if (owner.empty() || owner == wanted) return Ok();
  return Error{Fault::Invalid, "NameTaken",
               "table " + table.path + " in store " + table.store + " belongs to " + owner + ", which wrote it first, and not to " + wanted +
                   ": a table has one object; give this one another name or spec.database, or remove the table's folder when its data are not needed"};
}

std::optional<api::PublishedContract> ContractIn(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  std::vector<api::Problem> newer;
  return api::Read<api::PublishedContract>(json, "contract", newer);
}

Promise KeepPromise(const Place& place, const PlacedTable& target, const storage::TableState& state) {
  if (!place.task.contract) return Promise{};
  api::PublishedContract declared = *place.task.contract;
  declared.query = place.task.sql;
  const auto published = ContractIn(At(At(state.commitInfo, storage::kOurs), "contract"));
  if (published) {
    const auto broken = contract::Breaking(contract::Compare(*published, declared, place.task.logicalTime));
    if (!broken.empty()) return Promise{.refused = Refuse(place, target, state, *published, broken)};
  }
  auto usable = Usable(published, declared, place.task.logicalTime);
  return Promise{.next = contract::Succeed(published, std::move(declared), place.task.logicalTime), .waivers = std::move(usable)};
}

Status KeepLookback(const PlacedTable& target, const storage::TableState& state, const engine::WrittenFile& written, Promise& promise) {
  const std::string& column = target.table->eventTime;
  if (!promise.next || !promise.next->lookback || column.empty()) return Ok();
  const Duration lookback = *promise.next->lookback;
  const auto before = OldestPublished(state, column);
  if (!before) return Ok();
  const std::optional<Time>& after = written.minEventTime;
  const bool reaches_as_far = after && *after < *before + Duration::Millis(1);  // logs without the tag have milliseconds
  if (reaches_as_far || (after && written.maxEventTime && *after <= *written.maxEventTime - lookback)) return Ok();
  for (const api::Waiver& waiver : promise.waivers) {
    if (waiver.rule != api::ContractRule::SlaHistory) continue;
    contract::Spend(waiver, *promise.next);
    return Ok();
  }
  return Error{Fault::Data, "ContractBroken",
               "SlaHistory spec.lookback: " + target.table->name + " promises rows back to " + weir::Format(lookback) +
                   " before its newest; the published version reaches back to " + weir::Format(*before) + ", this one " +
                   (after ? "only to " + weir::Format(*after) : "has no row with a time in " + column) +
                   "; bring the older rows back, or add a waiver of SlaHistory that no publication has used"};
}

}  // namespace weir::stages
