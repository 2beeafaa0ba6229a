#include "cli/lake_contracts.h"

#include <filesystem>
#include <map>

#include "cli/lake_files.h"
#include "cli/surroundings.h"
#include "crds/api/read.h"
#include "operator/plan/lake.h"
#include "runner/storage/table_state.h"

namespace weir::cli {
namespace {

std::optional<api::PublishedContract> ContractIn(const std::shared_ptr<storage::ObjectStore>& store, const std::string& path) {
  const auto state = storage::TableLog(store, path, storage::LogKind::Delta).Load();
  if (!state) return std::nullopt;
  const Json& contract = At(At(state->commitInfo, storage::kOurs), "contract");
  if (!contract.is_object()) return std::nullopt;
  std::vector<api::Problem> newer;
  return api::Read<api::PublishedContract>(contract, "contract", newer);
}

// Stores of one namespace's Lake, each opened once.
class Stores {
 public:
  Stores(const plan::Surroundings& all, std::string lake) {
    world_.lake = std::move(lake);
    plan::Environment environment;
    environment.localLake = world_.lake;
    stores_ = all.lake ? all.lake->spec.stores : plan::BuiltInLake(environment).stores;
  }

  std::shared_ptr<storage::ObjectStore> Open(const std::string& name) {
    if (const auto open = opened_.find(name); open != opened_.end()) return open->second;
    std::shared_ptr<storage::ObjectStore> found;
    for (const api::Store& store : stores_) {
      if (store.name != name || (store.volume && store.volume->claim)) continue;
      if (auto opened = OpenLakeStore(world_, store)) found = std::move(opened).value();
    }
    return opened_[name] = found;
  }

 private:
  World world_;
  std::vector<api::Store> stores_;
  std::map<std::string, std::shared_ptr<storage::ObjectStore>> opened_;
};

}  // namespace

void AddContractsOfLake(const Declared& declared, const std::string& lake, Published& published) {
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < published.views.size(); ++i) known.emplace(published.views[i].meta.ns + "/" + published.views[i].meta.name, i);
  const Neighbourhood around(declared, published);
  const std::string folder = std::filesystem::absolute(lake).lexically_normal().string();
  std::vector<api::View> found;
  for (const std::string& ns : around.Namespaces()) {
    const plan::Surroundings& all = around.All(ns);
    Stores stores(all, folder);
    for (const api::TaskTable& table : plan::TablesOf(all, EnvironmentFor(all))) {
      const auto there = known.find(ns + "/" + table.name);
      const bool needed = table.kind == api::TargetKind::View && (there == known.end() || !published.views[there->second].status.published);
      const auto store = needed ? stores.Open(table.store) : nullptr;
      if (!store) continue;
      auto contract = ContractIn(store, table.path);
      if (!contract) continue;
      if (there != known.end()) {
        published.views[there->second].status.published = std::move(contract);
        continue;
      }
      api::View view;
      view.meta.ns = ns;
      view.meta.name = table.name;
      view.status.published = std::move(contract);
      found.push_back(std::move(view));
    }
  }
  published.views.insert(published.views.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
}

}  // namespace weir::cli
