#include <algorithm>

#include "operator/observe/observe.h"
#include "operator/observe/read_object.h"

namespace weir::observe {
namespace {

bool IsOf(const Json& commit, std::string_view kind, const std::string& name) { return Text(commit, "kind") == kind && Text(commit, "name") == name; }

plan::SeenCommit SeenOf(const Item& run, const Json& commit) {
  std::vector<api::Problem> ignored;
  const Json& status = At(run.brief, "status");
  return {.commit = api::Read<api::Commit>(commit, "status.commits", ignored),
          .run = run.meta.name,
          .revision = Text(status, "revision"),
          .image = Text(status, "image")};
}

// The newest commit that the runs of the namespace tell of, to one dataset or view. What stands because a publish was
// refused was made by an earlier run, whose revision may be gone.
std::vector<plan::SeenCommit> NewestCommit(const Stores& stores, const std::string& ns, std::string_view kind, const std::string& name) {
  std::vector<plan::SeenCommit> newest;
  for (const ItemPtr& run : stores.runs.List(ns))
    for (const char* list : {"commits", "standing"}) {
      const Json& commits = At(At(run->brief, "status"), list);
      if (!commits.is_array()) continue;
      for (const Json& commit : commits) {
        if (!IsOf(commit, kind, name) || (!newest.empty() && newest.front().commit.epoch >= Integer(commit, "epoch"))) continue;
        newest = {SeenOf(*run, commit)};
        if (std::string_view(list) == "standing") newest.front().run.clear(), newest.front().revision.clear(), newest.front().image.clear();
      }
    }
  return newest;
}

// Damage of the table that runs report, the newest of all; and whether the pipelines that found it had a run that succeeded.
plan::SeenDamage DamageOf(const Stores& stores, const std::string& ns, std::string_view kind, const Item& table) {
  plan::SeenDamage seen;
  std::vector<api::Problem> ignored;
  const auto runs = stores.runs.List(ns);
  for (const ItemPtr& run : runs) {
    const Json& damaged = At(At(run->brief, "status"), "damaged");
    if (!damaged.is_array()) continue;
    for (const Json& damage : damaged)
      if (IsOf(damage, kind, table.meta.name) && (!seen.newest || Integer(damage, "epoch") > seen.newest->epoch))
        seen.newest = api::Read<api::Damage>(damage, "status.damaged", ignored);
  }
  const std::string known = Text(At(At(table.brief, "status"), "damage"), "pipeline");
  if (!seen.newest && known.empty()) return seen;
  for (const ItemPtr& run : runs) {
    const std::string pipeline = Text(At(run->brief, "spec"), "pipeline");
    if (pipeline != known && !(seen.newest && seen.newest->pipeline == pipeline)) continue;
    if (HasSucceeded(*run)) seen.succeeded[pipeline] = std::max(seen.succeeded[pipeline], Integer(At(run->brief, "status"), "epoch"));
  }
  return seen;
}

// Names of the pipelines that write the output ("View/daily-v1").
std::vector<std::string> WritersOf(const Stores& stores, const std::string& ns, const std::string& output) {
  std::vector<std::string> writers;
  for (const ItemPtr& pipeline : stores.pipelines.List(ns)) {
    const std::vector<std::string> outputs = OutputsOf(At(pipeline->brief, "spec"));
    if (std::find(outputs.begin(), outputs.end(), output) != outputs.end()) writers.push_back(pipeline->meta.name);
  }
  return writers;
}

Status AddContract(const Stores& stores, const std::string& ns, const std::string& view, plan::SeenCommit& commit) {
  const ItemPtr item = stores.revisions.Get(ns, commit.revision);
  if (!item) return Ok();
  const Result<plan::Revision> revision = plan::ReadRevision(item->meta, item->Whole());
  if (!revision) return revision.error();
  if (const plan::BundleView* found = plan::FindView(revision->bundle, view)) commit.contract = plan::PromiseOf(*found);
  return Ok();
}

}  // namespace

Result<Seen<plan::ObservedLake>> ObserveLake(const Stores& stores, const std::string& ns, const std::string& name, const plan::Environment& environment) {
  Seen<plan::ObservedLake> seen{.item = stores.lakes.Get(ns, name)};
  seen.observed.environment = environment;
  if (seen.item) seen.observed.lake = ReadObject<api::Lake>(*seen.item, seen.observed.unreadable);
  return seen;
}

Result<Seen<plan::ObservedDataset>> ObserveDataset(const Stores& stores, const std::string& ns, const std::string& name) {
  Seen<plan::ObservedDataset> seen{.item = stores.datasets.Get(ns, name)};
  if (!seen.item) return seen;
  seen.observed.dataset = ReadObject<api::Dataset>(*seen.item, seen.observed.unreadable);
  seen.observed.commits = NewestCommit(stores, ns, "Dataset", name);
  seen.observed.damage = DamageOf(stores, ns, "Dataset", *seen.item);
  seen.observed.writers = WritersOf(stores, ns, "Dataset/" + name);
  if (const ItemPtr view = stores.views.Get(ns, name); view && !view->meta.deleted) seen.observed.namesake = view->meta;
  return seen;
}

Result<Seen<plan::ObservedView>> ObserveView(const Stores& stores, const std::string& ns, const std::string& name) {
  Seen<plan::ObservedView> seen{.item = stores.views.Get(ns, name)};
  if (!seen.item) return seen;
  seen.observed.view = ReadObject<api::View>(*seen.item, seen.observed.unreadable);
  seen.observed.commits = NewestCommit(stores, ns, "View", name);
  seen.observed.damage = DamageOf(stores, ns, "View", *seen.item);
  if (const ItemPtr dataset = stores.datasets.Get(ns, name); dataset && !dataset->meta.deleted) seen.observed.namesake = dataset->meta;
  seen.observed.publishers = WritersOf(stores, ns, "View/" + name);
  for (plan::SeenCommit& commit : seen.observed.commits)
    if (const Status added = AddContract(stores, ns, name, commit); !added) return added.error();
  return seen;
}

}  // namespace weir::observe
