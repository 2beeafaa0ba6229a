#include "runner/stages/tables/place.h"

#include <algorithm>

#include "runner/stages/tables/verification.h"

namespace weir::stages {
namespace {

bool HasLogFault(const PlacedTable& table, const std::string& reason) {
  const auto state = HoldsFiles(table.table->zone) ? LoadZone(table) : table.log->Load();
  return !state && state.error().reason == reason;
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
  PlacedTable placed{&table, *store, std::move(log), damaged_};
  const auto is_this = [&table](const api::TaskTable& other) { return &other == &table; };
  if (std::any_of(task.tables.begin(), task.tables.end(), is_this)) opened_.push_back(placed);
  return placed;
}

Result<PlacedTable> Place::Table(const std::string& name, api::TargetKind kind) {
  for (const api::TaskTable& table : task.tables)
    if (table.name == name && table.kind == kind) return Placed(table);
  const bool view = kind == api::TargetKind::View;
  return Error{Fault::Invalid, view ? "ViewMissing" : "DatasetMissing",
               std::string(view ? "View " : "Dataset ") + name + " does not exist in namespace " + task.ns};
}

std::optional<api::TableName> Place::DamagedBy(const Error& error) const {
  const bool is_of_a_log = error.reason == "LogLost" || error.reason == "LogCorrupt";
  if (!is_of_a_log && error.reason != "FileUnreadable") return std::nullopt;
  for (const PlacedTable& opened : opened_)
    if (is_of_a_log ? HasLogFault(opened, error.reason) : opened.table == *damaged_) return api::TableName{opened.table->kind, opened.table->name};
  return std::nullopt;
}

api::Attempt Place::Committer() const { return AttemptOf(task); }

}  // namespace weir::stages
