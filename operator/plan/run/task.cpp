#include "operator/plan/run/task.h"

#include <algorithm>
#include <set>

#include "crds/api/describe/write.h"
#include "crds/api/protocol/attempt.h"
#include "crds/base/name.h"
#include "crds/contract/contract.h"
#include "operator/plan/resolve/lake.h"
#include "operator/plan/resolve/location.h"
#include "operator/plan/resolve/resolve.h"

namespace weir::plan {
namespace {

using api::StageTask;
using api::TargetKind;
using api::TaskKind;

api::TaskStore StoreOf(const api::Store& store, const std::string& keys) {
  return store.place.Visit(api::Overloaded{
      [&](const api::S3Store& s3) {
        const std::string credentials = keys.empty() ? "/var/run/weirkeeper/secrets/" + store.name : keys;
        return api::TaskStore{.name = store.name, .endpoint = s3.endpoint, .region = s3.region, .bucket = s3.bucket, .credentials = credentials};
      },
      [&](const api::VolumeStore& volume) { return api::TaskStore{.name = store.name, .root = volume.path ? *volume.path : "/lake/" + store.name}; }});
}

void AddTable(StageTask& task, const Bundle& bundle, TargetKind kind, const std::string& name) {
  const api::TaskTable* table = FindTable(bundle, kind, name);
  const bool there = std::any_of(task.tables.begin(), task.tables.end(), [&](const api::TaskTable& t) { return t.kind == kind && t.name == name; });
  if (table == nullptr || there) return;
  task.tables.push_back(*table);
  task.tables.back().place = PlaceText(bundle.stores, *table);
}

void AddSql(StageTask& task, const Bundle& bundle, const std::string& sql) {
  task.sql = sql;
  const std::set<std::string> words = WordsOf(sql);
  for (const api::TaskTable& table : bundle.tables)
    if (!HoldsFiles(table.zone) && words.contains(table.table)) AddTable(task, bundle, table.kind, table.name);
}

void AddKnown(StageTask& task, const std::vector<KnownTable>& known) {
  for (api::TaskTable& table : task.tables)
    for (const KnownTable& version : known)
      if (version.kind == table.kind && version.name == table.name) table.known = version.version;
}

void AddStores(StageTask& task, const Bundle& bundle, const std::string& keys) {
  std::set<std::string> needed{bundle.outcomeStore};
  for (const api::TaskTable& table : task.tables)
    if (!task.source || table.name == task.into) needed.insert(table.store);  // of RawHistory a landing needs the policy only
  const auto* files = task.source ? task.source->As<api::FilesSource>() : nullptr;
  if (files != nullptr) needed.insert(files->store);
  const auto* folder = task.exported ? task.exported->to.As<api::FilesTarget>() : nullptr;
  if (folder != nullptr) needed.insert(folder->store);
  for (const api::Store& store : bundle.stores)
    if (needed.contains(store.name)) task.stores.push_back(StoreOf(store, keys));
}

// One overload for each kind of stage: what its task holds beyond what every task does.
void Fill(StageTask& task, const Bundle& bundle, const api::LandStage& land) {
  task.kind = TaskKind::Land;
  task.source = land.from;
  if (auto* files = task.source->As<api::FilesSource>()) files->store = SourceStoreOf(*files);
  task.into = land.into;
  task.whenEmpty = land.whenEmpty;
  AddTable(task, bundle, TargetKind::Dataset, land.into);
  for (const api::Stage& stage : bundle.stages)
    if (const auto* accept = stage.work.As<api::AcceptStage>(); accept != nullptr && accept->from == land.into)
      AddTable(task, bundle, TargetKind::Dataset, accept->into);
}

void Fill(StageTask& task, const Bundle& bundle, const api::AcceptStage& accept) {
  task.kind = TaskKind::Accept;
  task.from = accept.from;
  task.into = accept.into;
  AddTable(task, bundle, TargetKind::Dataset, accept.from);
  AddTable(task, bundle, TargetKind::Dataset, accept.into);
}

void Fill(StageTask& task, const Bundle& bundle, const api::TransformStage& transform) {
  task.kind = transform.IsDecoding() ? TaskKind::Decode : TaskKind::Transform;
  task.ownOutputs = OutputsOf(bundle.stages);
  task.from = transform.from;
  task.into = transform.into;
  if (!transform.from.empty()) AddTable(task, bundle, TargetKind::Dataset, transform.from);
  if (!transform.IsDecoding()) AddSql(task, bundle, transform.sql);
  AddTable(task, bundle, TargetKind::Dataset, transform.into);
}

void Fill(StageTask& task, const Bundle& bundle, const api::CheckStage& check) {
  task.kind = TaskKind::Check;
  task.ownOutputs = OutputsOf(bundle.stages);
  task.from = check.dataset;
  task.checks = check.checks;
  AddTable(task, bundle, TargetKind::Dataset, check.dataset);
}

void Fill(StageTask& task, const Bundle& bundle, const api::PublishStage& publish) {
  task.kind = TaskKind::Publish;
  task.ownOutputs = OutputsOf(bundle.stages);
  task.into = publish.view;
  if (const BundleView* view = FindView(bundle, publish.view)) {
    AddSql(task, bundle, view->sql);
    task.contractHash = view->contract.hash;
    task.contract = PromiseOf(*view);
  }
  AddTable(task, bundle, TargetKind::View, publish.view);
}

void Fill(StageTask& task, const Bundle& bundle, const api::ExportStage& exported) {
  task.kind = TaskKind::Export;
  task.ownOutputs = OutputsOf(bundle.stages);
  task.from = exported.view.empty() ? exported.from : exported.view;
  task.exported = exported;
  AddTable(task, bundle, exported.view.empty() ? TargetKind::Dataset : TargetKind::View, task.from);
}

std::size_t IndexOf(const Bundle& bundle, const api::Stage& stage) {
  const auto found = std::find_if(bundle.stages.begin(), bundle.stages.end(), [&stage](const api::Stage& s) { return s.name == stage.name; });
  return found == bundle.stages.end() ? 0 : static_cast<std::size_t>(found - bundle.stages.begin());
}

// Tables that the stage or one below it writes, by their names in SQL: what it reads is not there before.
std::vector<std::string> WrittenFrom(const Bundle& bundle, std::size_t stage) {
  std::vector<std::string> tables;
  for (std::size_t i = stage; i < bundle.stages.size(); ++i)
    for (const api::Port& port : PortsOf(bundle.stages[i]))
      if (port.flow == api::Port::Flow::Writes && port.IsTable()) tables.push_back(TableName(port.value));
  return tables;
}

std::vector<api::TaskQuery> QueriesOf(const Bundle& bundle) {
  std::vector<api::TaskQuery> queries;
  for (std::size_t i = 0; i < bundle.stages.size(); ++i) {
    const api::Stage& stage = bundle.stages[i];
    const std::string output = OutputOf(stage);
    for (const api::Port& port : PortsOf(stage)) {
      if (port.flow == api::Port::Flow::ReadsBySql)
        queries.push_back(
            {"spec.stages[" + std::to_string(i) + "]." + port.field, stage.name, port.value, output.substr(output.find('/') + 1), WrittenFrom(bundle, i)});
      else if (const BundleView* view = port.RunsQueryOfView() ? FindView(bundle, port.value) : nullptr)
        queries.push_back({"View/" + view->name + " spec.query.sql", stage.name, view->sql, view->name, WrittenFrom(bundle, i)});
    }
  }
  return queries;
}

// The checks of each stage with its dataset, at the field that has them.
void AddCheckedTables(StageTask& task, const Bundle& bundle) {
  for (std::size_t i = 0; i < bundle.stages.size(); ++i) {
    const auto* check = bundle.stages[i].work.As<api::CheckStage>();
    if (check == nullptr) continue;
    for (const api::TaskTable& table : bundle.tables) {
      if (table.kind != TargetKind::Dataset || table.name != check->dataset) continue;
      api::TaskTable checked = table;
      checked.checks = check->checks;
      checked.place = "spec.stages[" + std::to_string(i) + "].check.checks";
      task.tables.push_back(std::move(checked));
    }
  }
}

void SetPromise(StageTask& task, const TaskOwner& owner) {
  if (const auto declared = owner.declared.find(task.into); declared != owner.declared.end())
    task.contract = contract::AsOfNow(*task.contract, declared->second);
  task.contract->query.clear();  // it is sql of the task
}

}  // namespace

StageTask TaskFor(const Bundle& bundle, const TaskOwner& owner, const api::Stage& stage, int attempt) {
  StageTask task{.ns = owner.ns, .pipeline = bundle.pipeline, .run = owner.run, .runUid = owner.runUid, .revision = owner.revision, .image = owner.image};
  task.stage = stage.name;
  task.attempt = attempt;
  task.epoch = api::EpochOf(owner.epoch, IndexOf(bundle, stage), attempt);
  task.logicalTime = owner.created;
  stage.work.Visit([&](const auto& kind) { Fill(task, bundle, kind); });
  if (task.contract) SetPromise(task, owner);
  AddStores(task, bundle, owner.keys);
  AddKnown(task, owner.known);
  task.outcomeStore = bundle.outcomeStore;
  task.outcomePath = bundle.outcomePath;
  return task;
}

StageTask ValidationTask(const Bundle& bundle, const std::string& ns, int attempt) {
  StageTask task{.kind = TaskKind::Validate, .ns = ns, .pipeline = bundle.pipeline, .revision = RevisionName(bundle), .stage = "validate", .attempt = attempt};
  task.tables = bundle.tables;
  AddCheckedTables(task, bundle);
  task.queries = QueriesOf(bundle);
  return task;
}

std::string TaskText(const StageTask& task) { return Dump(api::WriteCanonical(task)); }

}  // namespace weir::plan
