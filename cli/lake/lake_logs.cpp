#include "cli/lake/lake_logs.h"

#include "cli/lake/lake_files.h"
#include "crds/api/describe/read.h"
#include "operator/plan/resolve/lake.h"
#include "operator/plan/run/attempt.h"
#include "runner/storage/table/file_tags.h"
#include "runner/storage/table/table_log.h"
#include "runner/storage/table/table_state.h"

namespace weir::cli {
namespace {

std::optional<api::PublishedContract> ContractIn(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  std::vector<api::Problem> newer;
  return api::Read<api::PublishedContract>(json, "contract", newer);
}

std::optional<Time> DataAsOf(const Json& facts) {
  const auto time = ParseTime(Text(facts, "dataAsOf"));
  return time ? std::optional(*time) : std::nullopt;
}

std::int64_t Quarantined(const Json& facts) {
  const Json& by_table = At(facts, "quarantined");
  std::int64_t rows = 0;
  if (by_table.is_object())
    for (const auto& [table, count] : by_table.items()) rows += Integer(by_table, table);
  return rows;
}

std::vector<std::string> Warnings(const Json& facts) {
  api::StageOutcome outcome;
  std::vector<api::Problem> newer;
  for (const Json& finding : At(facts, "findings")) outcome.findings.push_back(api::Read<api::Finding>(finding, "", newer));
  return plan::WarningsOf(outcome);
}

}  // namespace

LakeLogs::LakeLogs(const plan::Surroundings& all, std::string lake) {
  world_.lake = std::move(lake);
  plan::Environment environment;
  environment.localLake = world_.lake;
  stores_ = all.lake ? all.lake->spec.stores : plan::BuiltInLake(environment).stores;
}

std::shared_ptr<storage::ObjectStore> LakeLogs::Open(const std::string& name) {
  if (const auto open = opened_.find(name); open != opened_.end()) return open->second;
  std::shared_ptr<storage::ObjectStore> found;
  for (const api::Store& store : stores_) {
    const auto* volume = store.place.As<api::VolumeStore>();
    if (store.name != name || (volume != nullptr && volume->claim)) continue;
    if (auto opened = OpenLakeStore(world_, store)) found = std::move(opened).value();
  }
  return opened_[name] = found;
}

std::optional<plan::SeenCommit> LakeLogs::Newest(const std::string& ns, const api::TaskTable& table) {
  const auto store = Open(table.store);
  if (!store) return std::nullopt;
  const bool files = api::HoldsFiles(table.zone);
  const auto kind = files ? storage::LogKind::Files : storage::LogKind::Delta;
  const auto state = storage::TableLog(store, table.path, kind, nullptr, world_.checkpoints.get()).Load();
  if (!state || state->commitInfo.is_null() || state->Epoch() < 0) return std::nullopt;
  const Json& ours = At(state->commitInfo, storage::kOurs);
  const std::string owner = Text(ours, "owner");
  if (!owner.empty() && owner != ns + "/" + std::string(api::Word(table.kind)) + "/" + table.name) return std::nullopt;
  const Json& facts = state->Facts();
  plan::SeenCommit seen{.run = Text(ours, "run"), .revision = Text(ours, "revision"), .image = Text(ours, "image")};
  api::Commit& commit = seen.commit;
  commit.kind = table.kind;
  commit.name = table.name;
  commit.version = state->version;
  commit.rows = state->Rows();
  commit.files = storage::FilesWithData(*state);
  commit.bytes = state->Bytes();
  commit.dataAsOf = DataAsOf(facts);
  commit.location = store->Location(table.path);
  commit.contentHash = Text(facts, "contentHash");
  commit.stage = Text(ours, "stage");
  commit.attempt = static_cast<int>(Integer(ours, "attempt"));
  commit.epoch = state->Epoch();  // of a claim too: the next run must begin above it
  commit.contractHash = Text(facts, "contractHash");
  commit.place = table.place;
  commit.contract = ContractIn(At(ours, "contract"));
  if (!files) commit.quarantined = Quarantined(facts);
  commit.warnings = Warnings(facts);
  return seen;
}

}  // namespace weir::cli
