#include "operator/controller/owner_map.h"

#include <algorithm>

#include "crds/api/protocol/attempt.h"
#include "operator/observe/observe.h"

namespace weir::controller {
namespace {

using observe::Item;
using observe::ItemPtr;
using observe::Stores;

// Validation pods, revisions, runs and service accounts belong to a pipeline, pods of stages to a run.
std::vector<Key> OwnerOf(const Item& item) {
  if (item.meta.ownerName.empty()) return {};
  if (item.meta.ownerKind == api::kPipelines.kind) return {{api::kPipelines, item.meta.ns, item.meta.ownerName}};
  if (item.meta.ownerKind == api::kPipelineRuns.kind) return {{api::kPipelineRuns, item.meta.ns, item.meta.ownerName}};
  return {};
}

// A pod that was orphaned still says by its labels whose it was: it may hold our finalizer, and the name of a pod that is due.
// Labels hold derived names, which for long ones is not the name itself.
std::vector<Key> FormerOwnerOf(const Item& pod, const Stores& stores) {
  if (!pod.meta.ownerUid.empty()) return {};
  for (const auto& [label, resource] : {std::pair(api::kLabelRun, api::kPipelineRuns), std::pair(api::kLabelPipeline, api::kPipelines)})
    if (const auto found = pod.meta.labels.find(std::string(label)); found != pod.meta.labels.end()) {
      for (const ItemPtr& owner : stores.Of(resource).List(pod.meta.ns))
        if (api::LabelValue(owner->meta.name) == found->second) return {{resource, pod.meta.ns, owner->meta.name}};
      return {{resource, pod.meta.ns, found->second}};
    }
  return {};
}

bool HoldsOurFinalizer(const api::Meta& meta) { return std::find(meta.finalizers.begin(), meta.finalizers.end(), api::kPodFinalizer) != meta.finalizers.end(); }

// One without labels, too, may be that of any run, by its name; and when it is nobody's it is looked at by itself.
std::vector<Key> OwnersToFind(const Item& pod, const Stores& stores) {
  std::vector<Key> keys = FormerOwnerOf(pod, stores);
  if (!keys.empty() || !HoldsOurFinalizer(pod.meta)) return keys;
  keys.push_back({api::kPods, pod.meta.ns, pod.meta.name});
  if (!pod.meta.ownerUid.empty()) return keys;
  for (const ItemPtr& run : stores.runs.List(pod.meta.ns))
    if (!observe::IsFinishedRun(*run)) keys.push_back({api::kPipelineRuns, pod.meta.ns, run->meta.name});
  return keys;
}

void AddUnfinishedRuns(const Stores& stores, const std::string& ns, const std::string& pipeline, std::vector<Key>& keys) {
  for (const ItemPtr& run : stores.runs.List(ns))
    if (Text(At(run->brief, "spec"), "pipeline") == pipeline && !observe::IsFinishedRun(*run)) keys.push_back({api::kPipelineRuns, ns, run->meta.name});
}

void AddPipelinesThatName(const api::Resource& resource, const Item& item, const Stores& stores, std::vector<Key>& keys) {
  for (const ItemPtr& pipeline : stores.pipelines.List(item.meta.ns))
    if (observe::Concerns(stores, *pipeline, resource, item.meta.name)) keys.push_back({api::kPipelines, item.meta.ns, pipeline->meta.name});
}

void AddOtherPipelines(const Item& item, const Stores& stores, std::vector<Key>& keys) {
  for (const ItemPtr& other : stores.pipelines.List(item.meta.ns))
    if (other->meta.name != item.meta.name) keys.push_back({api::kPipelines, item.meta.ns, other->meta.name});
}

// Datasets and views say who writes them, and that nobody does any more. A stage that was removed is in the pipeline as it was
// before, which is told as well.
void AddTablesOf(const Item& pipeline, std::vector<Key>& keys) {
  for (const std::string& output : observe::OutputsOf(At(pipeline.brief, "spec")))
    keys.push_back({output.starts_with("View/") ? api::kViews : api::kDatasets, pipeline.meta.ns, output.substr(output.find('/') + 1)});
}

void AddTablesThatItNames(const Item& run, std::vector<Key>& keys) {
  for (const char* list : {"commits", "standing", "damaged"}) {
    const Json& commits = At(At(run.brief, "status"), list);
    if (!commits.is_array()) continue;
    for (const Json& commit : commits) keys.push_back({Text(commit, "kind") == "View" ? api::kViews : api::kDatasets, run.meta.ns, Text(commit, "name")});
  }
}

// A later run that succeeds shows that they can be read again.
void AddTablesFoundDamagedBy(const std::string& pipeline, const std::string& ns, const Stores& stores, std::vector<Key>& keys) {
  for (const api::Resource& resource : {api::kDatasets, api::kViews})
    for (const ItemPtr& table : stores.Of(resource).List(ns))
      if (Text(At(At(table->brief, "status"), "damage"), "pipeline") == pipeline) keys.push_back({resource, ns, table->meta.name});
}

std::vector<Key> AffectedByRun(const Item& run, const Stores& stores) {
  std::vector<Key> keys;
  const std::string pipeline = Text(At(run.brief, "spec"), "pipeline");
  keys.push_back({api::kPipelineRuns, run.meta.ns, run.meta.name});
  keys.push_back({api::kPipelines, run.meta.ns, pipeline});
  AddTablesThatItNames(run, keys);
  if (observe::IsFinishedRun(run)) AddTablesFoundDamagedBy(pipeline, run.meta.ns, stores, keys);
  AddUnfinishedRuns(stores, run.meta.ns, pipeline, keys);
  // What is of no attempt any more is nobody's.
  for (const ItemPtr& pod : stores.pods.WithoutController(run.meta.ns)) keys.push_back({api::kPods, run.meta.ns, pod->meta.name});
  return keys;
}

std::vector<Key> AffectedByPipeline(const Item& pipeline, const Stores& stores) {
  std::vector<Key> keys{{api::kPipelines, pipeline.meta.ns, pipeline.meta.name}};
  AddUnfinishedRuns(stores, pipeline.meta.ns, pipeline.meta.name, keys);
  AddOtherPipelines(pipeline, stores, keys);
  AddTablesOf(pipeline, keys);
  return keys;
}

}  // namespace

std::vector<Key> Affected(const api::Resource& resource, const Item& item, const Stores& stores) {
  if (resource == api::kPipelineRuns) return AffectedByRun(item, stores);
  if (resource == api::kPipelines) return AffectedByPipeline(item, stores);
  if (resource == api::kLakes || resource == api::kDatasets || resource == api::kViews) {
    std::vector<Key> keys{{resource, item.meta.ns, item.meta.name}};
    AddPipelinesThatName(resource, item, stores, keys);
    if (resource == api::kDatasets && stores.views.Get(item.meta.ns, item.meta.name)) keys.push_back({api::kViews, item.meta.ns, item.meta.name});
    if (resource == api::kViews && stores.datasets.Get(item.meta.ns, item.meta.name)) keys.push_back({api::kDatasets, item.meta.ns, item.meta.name});
    return keys;
  }
  std::vector<Key> keys = OwnerOf(item);
  if (keys.empty() && resource == api::kPods) keys = OwnersToFind(item, stores);
  if (resource == api::kRevisions) AddUnfinishedRuns(stores, item.meta.ns, item.meta.ownerName, keys);
  return keys;
}

}  // namespace weir::controller
