#include "runner/stages/tables/place.h"

#include "runner/stages/tables/verification.h"

namespace weir::stages {
namespace {

Status CheckLog(const PlacedTable& table) {
  const auto state = HoldsFiles(table.table->zone) ? LoadZone(table) : table.log->Load();
  return state ? Ok() : Status(state.error());
}

}  // namespace

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
  opened_.push_back({&table, *store, std::move(log), damaged_});
  return opened_.back();
}

Result<PlacedTable> Place::Table(const std::string& name, api::TargetKind kind) {
  for (const api::TaskTable& table : task.tables)
    if (table.name == name && table.kind == kind) return Placed(table);
  const bool view = kind == api::TargetKind::View;
  return Error{Fault::Invalid, view ? "ViewMissing" : "DatasetMissing",
               std::string(view ? "View " : "Dataset ") + name + " does not exist in namespace " + task.ns};
}

std::optional<api::TableName> Place::DamagedBy(const Error& error) const {
  const api::TaskTable* damaged = error.reason == "FileUnreadable" ? *damaged_ : nullptr;
  if (error.reason == "LogLost" || error.reason == "LogCorrupt")
    for (const PlacedTable& table : opened_)
      if (const Status whole = CheckLog(table); !whole && whole.error().reason == error.reason) damaged = table.table;
  for (const api::TaskTable& table : task.tables)
    if (&table == damaged) return api::TableName{table.kind, table.name};
  return std::nullopt;
}

api::Attempt Place::Committer() const { return AttemptOf(task); }

}  // namespace weir::stages
