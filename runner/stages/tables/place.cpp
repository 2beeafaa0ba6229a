#include "runner/stages/tables/place.h"

namespace weir::stages {

Result<std::shared_ptr<storage::ObjectStore>> Place::Store(const std::string& name) {
  if (const auto open = stores_.find(name); open != stores_.end()) return open->second;
  for (const api::TaskStore& store : task.stores) {
    if (store.name != name) continue;
    auto opened = ports.openStore(store);
    if (!opened.ok()) return opened.error();
    stores_[name] = *opened;
    return std::move(opened).value();
  }
  return Error{Fault::Invalid, "LakeInvalid", "store " + name + " is not in the Lake; list it in spec.stores"};
}

Result<PlacedTable> Place::Placed(const api::TaskTable& table) {
  auto store = Store(table.store);
  if (!store.ok()) return store.error();
  const auto kind = HoldsFiles(table.zone) ? storage::LogKind::Files : storage::LogKind::Delta;
  auto log = std::make_shared<storage::TableLog>(*store, table.path, kind, ports.clock, checkpoints_.get());
  if (table.known && table.known->location == (*store)->Location(table.path)) log->Expect(*table.known);
  return PlacedTable{&table, *store, std::move(log)};
}

Result<PlacedTable> Place::Table(const std::string& name, api::TargetKind kind) {
  for (const api::TaskTable& table : task.tables)
    if (table.name == name && table.kind == kind) return Placed(table);
  const bool view = kind == api::TargetKind::View;
  return Error{Fault::Invalid, view ? "ViewMissing" : "DatasetMissing",
               std::string(view ? "View " : "Dataset ") + name + " does not exist in namespace " + task.ns};
}

api::Attempt Place::Committer() const { return AttemptOf(task); }

}  // namespace weir::stages
