#include <algorithm>
#include <set>

#include "crds/api/protocol/attempt.h"
#include "crds/base/name.h"
#include "operator/observe/observe.h"
#include "operator/observe/read_object.h"
#include "operator/plan/pod/pod_template.h"
#include "operator/plan/resolve/lake.h"

namespace weir::observe {
namespace {

// References of a pipeline, read from its brief: looking at all pipelines of a namespace must not cost a parse of each.
struct References {
  std::vector<std::string> datasets;
  std::vector<std::string> views;
  std::vector<std::string> queried;  // views whose query the pipeline runs
  std::set<std::string> words;       // of all SQL
};

References ReferencesOf(const Json& spec) {
  References all;
  const Json& stages = At(spec, "stages");
  if (!stages.is_array()) return all;
  for (const Json& stage : stages)
    for (api::Port& port : api::PortsOf(stage)) {
      if (port.RunsQueryOfView()) all.queried.push_back(port.value);
      if (port.flow == api::Port::Flow::ReadsBySql)
        all.words.merge(plan::WordsOf(port.value));
      else
        (port.target == api::TargetKind::View ? all.views : all.datasets).push_back(std::move(port.value));
    }
  return all;
}

bool Holds(const std::vector<std::string>& names, const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); }

bool SqlMayName(const References& references, const std::string& name) { return references.words.contains(TableName(name)); }

// A Dataset and a View of one name share a table name, so each concerns who names the other.
bool Concerned(const References& references, const std::string& name) {
  return Holds(references.datasets, name) || Holds(references.views, name) || SqlMayName(references, name);
}

References WithSqlOfViews(References references, const Stores& stores, const std::string& ns) {
  for (const std::string& view : references.queried)
    if (const ItemPtr item = stores.views.Get(ns, view)) references.words.merge(plan::WordsOf(Text(At(At(item->brief, "spec"), "query"), "sql")));
  return references;
}

// A dataset of another namespace lies at the same place only when its table has the same name; so few objects are read.
void ObserveElsewhere(const Stores& stores, const std::string& ns, const plan::Environment& environment, plan::Surroundings& around) {
  std::set<std::string> tables;
  for (const api::Dataset& dataset : around.datasets) tables.insert(dataset.meta.name);
  for (const ItemPtr& item : stores.datasets.List("")) {
    if (item->meta.ns == ns || item->meta.deleted || !tables.contains(item->meta.name)) continue;
    std::vector<api::Problem> ignored;
    plan::Surroundings there{.datasets = {ReadObject<api::Dataset>(*item, ignored)}};
    if (const ItemPtr lake = stores.lakes.Get(item->meta.ns, std::string(plan::kLakeName))) there.lake = ReadObject<api::Lake>(*lake, ignored);
    around.elsewhere.push_back({"Dataset " + item->meta.ns + "/" + item->meta.name, item->meta.created, plan::TablesOf(there, environment).front().place});
  }
}

void ObserveSurroundings(const Stores& stores, const std::string& ns, const Json& spec, plan::Surroundings& around) {
  std::vector<api::Problem> ignored;
  if (const ItemPtr lake = stores.lakes.Get(ns, std::string(plan::kLakeName))) around.lake = ReadObject<api::Lake>(*lake, ignored);
  const References references = WithSqlOfViews(ReferencesOf(spec), stores, ns);
  for (const ItemPtr& item : stores.datasets.List(ns))
    if (!item->meta.deleted && Concerned(references, item->meta.name)) around.datasets.push_back(ReadObject<api::Dataset>(*item, ignored));
  for (const ItemPtr& item : stores.views.List(ns))
    if (!item->meta.deleted && Concerned(references, item->meta.name)) around.views.push_back(ReadObject<api::View>(*item, ignored));
}

void ObserveOthers(const Stores& stores, const api::Meta& pipeline, plan::ObservedPipeline& observed) {
  for (const ItemPtr& other : stores.pipelines.List(pipeline.ns))
    if (other->meta.name != pipeline.name && !other->meta.deleted)
      observed.others.push_back({other->meta.name, other->meta.created, OutputsOf(At(other->brief, "spec"))});
}

// Names and numbers only: a pipeline's plan does not read what older revisions hold.
void ObserveRevisions(const Stores& stores, const api::Meta& pipeline, plan::ObservedPipeline& observed) {
  for (const ItemPtr& item : stores.revisions.OwnedBy(pipeline.uid))
    observed.revisions.push_back({.meta = item->meta, .number = Integer(item->brief, "revision")});
}

void ObserveRuns(const Stores& stores, const api::Meta& pipeline, plan::ObservedPipeline& observed) {
  for (const ItemPtr& item : stores.runs.List(pipeline.ns))
    if (Text(At(item->brief, "spec"), "pipeline") == pipeline.name) observed.runs.push_back(ReadBrief<api::PipelineRun>(*item));
}

void ObserveShown(const Stores& stores, const std::string& ns, plan::ObservedPipeline& observed) {
  for (const api::PipelineRun& run : observed.runs)
    for (const api::Commit& commit : run.status.commits) {
      const Store& store = commit.kind == api::TargetKind::View ? stores.views : stores.datasets;
      if (const ItemPtr item = store.Get(ns, commit.name))
        observed.shown[std::string(api::Word(commit.kind)) + "/" + commit.name] = Integer(At(At(item->brief, "status"), "committedBy"), "epoch", -1);
    }
}

// All of the namespace: a table may have been written by a stage that the pipeline no longer has.
void ObserveShownRevisions(const Stores& stores, const std::string& ns, plan::ObservedPipeline& observed) {
  if (observed.revisions.size() <= plan::kRevisionsToKeep) return;
  for (const Store* store : {&stores.datasets, &stores.views})
    for (const ItemPtr& item : store->List(ns))
      if (std::string revision = Text(At(At(item->brief, "status"), "committedBy"), "revision"); !revision.empty())
        observed.shownRevisions.insert(std::move(revision));
}

// Pods of validations are the pipeline's own. Without an owner they bear the pipeline's label and no run's.
void ObserveValidationPods(const Stores& stores, const std::string& ns, const std::string& name, const std::string& uid, plan::ObservedPipeline& observed) {
  for (const ItemPtr& item : stores.pods.OfOwner(ns, api::kPipelines.kind, name))
    (item->meta.ownerUid == uid ? observed.pods : observed.orphans).push_back(ReadPodWithNote(stores, *item));
  for (const ItemPtr& item : stores.pods.Labelled(ns, api::kLabelPipeline, api::LabelValue(name)))
    if (item->meta.ownerName.empty() && !item->meta.labels.contains(std::string(api::kLabelRun))) observed.orphans.push_back(ReadPodWithNote(stores, *item));
}

}  // namespace

std::vector<std::string> OutputsOf(const Json& spec) {
  std::vector<std::string> outputs;
  const Json& stages = At(spec, "stages");
  if (!stages.is_array()) return outputs;
  for (const Json& stage : stages)
    for (const api::Port& port : api::PortsOf(stage))
      if (port.flow == api::Port::Flow::Writes) outputs.push_back(port.Label());
  return outputs;
}

bool Concerns(const Stores& stores, const Item& pipeline, const api::Resource& resource, const std::string& name) {
  if (resource == api::kLakes) return true;
  const References references = WithSqlOfViews(ReferencesOf(At(pipeline.brief, "spec")), stores, pipeline.meta.ns);
  return Concerned(references, name);
}

Result<Seen<plan::ObservedPipeline>> ObservePipeline(const Stores& stores, const std::string& ns, const std::string& name,
                                                     const plan::Environment& environment) {
  Seen<plan::ObservedPipeline> seen{.item = stores.pipelines.Get(ns, name)};
  plan::ObservedPipeline& observed = seen.observed;
  observed.environment = environment;
  ObserveValidationPods(stores, ns, name, seen.item ? seen.item->meta.uid : "", observed);
  if (!seen.item) return seen;
  observed.pipeline = ReadObject<api::Pipeline>(*seen.item, observed.unreadable);
  ObserveSurroundings(stores, ns, At(seen.item->brief, "spec"), observed.around);
  ObserveElsewhere(stores, ns, environment, observed.around);
  ObserveOthers(stores, seen.item->meta, observed);
  ObserveRevisions(stores, seen.item->meta, observed);
  ObserveRuns(stores, seen.item->meta, observed);
  ObserveShown(stores, ns, observed);
  ObserveShownRevisions(stores, ns, observed);
  const ItemPtr account = stores.serviceAccounts.Get(ns, plan::ServiceAccountName(name));
  if (account && !account->meta.deleted) observed.serviceAccount = account->meta;
  return seen;
}

}  // namespace weir::observe
