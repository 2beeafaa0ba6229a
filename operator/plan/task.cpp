#include "operator/plan/task.h"

#include <algorithm>
#include <set>

#include "crds/api/write.h"
#include "crds/base/name.h"
#include "operator/plan/lake.h"
#include "operator/plan/location.h"
#include "operator/plan/resolve.h"

namespace weir::plan {
namespace {

using api::StageTask;
using api::TargetKind;
using api::TaskKind;

constexpr std::int64_t kRunEpoch = 100'000;

TaskKind KindOf(const api::Stage& stage) {
  if (stage.land) return TaskKind::Land;
  if (stage.accept) return TaskKind::Accept;
  if (stage.check) return TaskKind::Check;
  if (stage.publish) return TaskKind::Publish;
  return stage.transform && !stage.transform->sql.empty() ? TaskKind::Transform : TaskKind::Decode;
}

api::TaskStore StoreOf(const api::Store& store, const std::string& keys) {
  const std::string credentials = keys.empty() ? "/var/run/weirkeeper/secrets/" + store.name : keys;
  if (store.s3) return {.name = store.name, .endpoint = store.s3->endpoint, .region = store.s3->region, .bucket = store.s3->bucket, .credentials = credentials};
  const bool folder = store.volume && store.volume->path;
  return {.name = store.name, .root = folder ? *store.volume->path : "/lake/" + store.name};
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
  if (task.source && task.source->files) needed.insert(task.source->files->store);
  for (const api::Store& store : bundle.stores)
    if (needed.contains(store.name)) task.stores.push_back(StoreOf(store, keys));
}

void FillLand(StageTask& task, const Bundle& bundle, const api::LandStage& land) {
  task.source = land.from;
  if (task.source->files) task.source->files->store = SourceStoreOf(*task.source->files);
  task.into = land.into;
  task.whenEmpty = land.whenEmpty;
  AddTable(task, bundle, TargetKind::Dataset, land.into);
  for (const api::Stage& stage : bundle.stages)
    if (stage.accept && stage.accept->from == land.into) AddTable(task, bundle, TargetKind::Dataset, stage.accept->into);
}

void FillAccept(StageTask& task, const Bundle& bundle, const api::AcceptStage& accept) {
  task.from = accept.from;
  task.into = accept.into;
  AddTable(task, bundle, TargetKind::Dataset, accept.from);
  AddTable(task, bundle, TargetKind::Dataset, accept.into);
}

void FillTransform(StageTask& task, const Bundle& bundle, const api::TransformStage& transform) {
  task.from = transform.from;
  task.into = transform.into;
  if (!transform.from.empty()) AddTable(task, bundle, TargetKind::Dataset, transform.from);
  if (!transform.sql.empty()) AddSql(task, bundle, transform.sql);
  AddTable(task, bundle, TargetKind::Dataset, transform.into);
}

void FillCheck(StageTask& task, const Bundle& bundle, const api::CheckStage& check) {
  task.from = check.dataset;
  task.checks = check.checks;
  AddTable(task, bundle, TargetKind::Dataset, check.dataset);
}

void FillPublish(StageTask& task, const Bundle& bundle, const api::PublishStage& publish) {
  task.into = publish.view;
  if (const BundleView* view = FindView(bundle, publish.view)) {
    AddSql(task, bundle, view->sql);
    task.contractHash = view->contract.hash;
    task.contract = PromiseOf(*view);
    task.contract->query.clear();
  }
  AddTable(task, bundle, TargetKind::View, publish.view);
}

std::vector<std::string> OwnOutputs(const Bundle& bundle) {
  std::vector<std::string> outputs;
  for (const api::Stage& stage : bundle.stages)
    if (std::string output = OutputOf(stage); !output.empty()) outputs.push_back(std::move(output));
  return outputs;
}

std::size_t IndexOf(const Bundle& bundle, const api::Stage& stage) {
  const auto found = std::find_if(bundle.stages.begin(), bundle.stages.end(), [&stage](const api::Stage& s) { return s.name == stage.name; });
  return found == bundle.stages.end() ? 0 : static_cast<std::size_t>(found - bundle.stages.begin());
}

// Tables that the stage or one below it writes, by their names in SQL: what it reads is not there before.
std::vector<std::string> WrittenFrom(const Bundle& bundle, std::size_t stage) {
  std::vector<std::string> tables;
  for (std::size_t i = stage; i < bundle.stages.size(); ++i) {
    const api::Stage& later = bundle.stages[i];
    if (later.transform) tables.push_back(TableName(later.transform->into));
    if (later.publish) tables.push_back(TableName(later.publish->view));
  }
  return tables;
}

std::vector<api::TaskQuery> QueriesOf(const Bundle& bundle) {
  std::vector<api::TaskQuery> queries;
  for (std::size_t i = 0; i < bundle.stages.size(); ++i) {
    const api::Stage& stage = bundle.stages[i];
    const std::string path = "spec.stages[" + std::to_string(i) + "]";
    if (stage.transform && !stage.transform->sql.empty())
      queries.push_back({path + ".transform.sql", stage.name, stage.transform->sql, stage.transform->into, WrittenFrom(bundle, i)});
    if (!stage.publish) continue;
    if (const BundleView* view = FindView(bundle, stage.publish->view))
      queries.push_back({"View/" + view->name + " spec.query.sql", stage.name, view->sql, view->name, WrittenFrom(bundle, i)});
  }
  return queries;
}

// The checks of each stage with its dataset, at the field that has them.
void AddCheckedTables(StageTask& task, const Bundle& bundle) {
  for (std::size_t i = 0; i < bundle.stages.size(); ++i) {
    const auto& check = bundle.stages[i].check;
    if (!check) continue;
    for (const api::TaskTable& table : bundle.tables) {
      if (table.kind != TargetKind::Dataset || table.name != check->dataset) continue;
      api::TaskTable checked = table;
      checked.checks = check->checks;
      checked.place = "spec.stages[" + std::to_string(i) + "].check.checks";
      task.tables.push_back(std::move(checked));
    }
  }
}

}  // namespace

std::int64_t EpochOf(std::int64_t run, std::size_t stage, int attempt) { return run * kRunEpoch + static_cast<std::int64_t>(stage) * 1000 + attempt; }

std::int64_t RunOfEpoch(std::int64_t epoch) { return epoch / kRunEpoch; }

StageTask TaskFor(const Bundle& bundle, const TaskOwner& owner, const api::Stage& stage, int attempt) {
  StageTask task{.kind = KindOf(stage),
                 .ns = owner.ns,
                 .pipeline = bundle.pipeline,
                 .run = owner.run,
                 .runUid = owner.runUid,
                 .revision = owner.revision,
                 .image = owner.image};
  task.stage = stage.name;
  task.attempt = attempt;
  task.epoch = EpochOf(owner.epoch, IndexOf(bundle, stage), attempt);
  task.logicalTime = owner.created;
  if (stage.land) FillLand(task, bundle, *stage.land);
  if (stage.accept) FillAccept(task, bundle, *stage.accept);
  if (stage.transform) FillTransform(task, bundle, *stage.transform);
  if (stage.check) FillCheck(task, bundle, *stage.check);
  if (stage.publish) FillPublish(task, bundle, *stage.publish);
  AddStores(task, bundle, owner.keys);
  AddKnown(task, owner.known);
  if (stage.transform || stage.check || stage.publish) task.ownOutputs = OwnOutputs(bundle);
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
