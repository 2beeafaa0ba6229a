#include "cli/lake/judged_now.h"

#include "operator/controller/reconcile.h"

namespace weir::cli {
namespace {

void Fill(observe::Store& store, local::MemoryCluster& cluster, const api::Resource& resource) {
  const auto listed = cluster.List({resource, "", ""});
  if (!listed) return;
  std::vector<observe::ItemPtr> items;
  for (const Json& object : listed->items) items.push_back(store.Read(object));
  store.Replace(std::move(items), listed->resourceVersion);
}

}  // namespace

void UpdateFreshnessNow(local::MemoryCluster& cluster, const Clock& clock) {
  observe::Stores stores;
  for (const api::Resource& resource : {api::kDatasets, api::kViews, api::kPipelines, api::kPipelineRuns, api::kRevisions})
    Fill(stores.Of(resource), cluster, resource);
  controller::Ports ports{stores, cluster, clock, {}};
  for (const api::Resource& resource : {api::kDatasets, api::kViews})
    for (const observe::ItemPtr& item : stores.Of(resource).List("")) {
      const Json object = item->Whole();
      if (At(At(object, "spec"), "freshness").is_object() && At(object, "status").is_object())
        static_cast<void>(controller::Reconcile({resource, item->meta.ns, item->meta.name}, ports));
    }
}

}  // namespace weir::cli
