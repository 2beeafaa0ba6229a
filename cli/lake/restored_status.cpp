#include "cli/lake/restored_status.h"

#include <algorithm>

#include "cli/lake/lake_logs.h"
#include "cli/lake/published.h"
#include "cli/lake/publishers.h"
#include "cli/lake/surroundings.h"

namespace weir::cli {
namespace {

std::vector<std::string> WritersOf(const Published& published, const std::string& ns, const api::TaskTable& table) {
  const std::string output = std::string(api::Word(table.kind)) + "/" + table.name;
  std::vector<std::string> writers;
  for (const api::Pipeline& pipeline : published.pipelines)
    if (pipeline.meta.ns == ns && StageThatWrites(pipeline.spec, output) != nullptr) writers.push_back(pipeline.meta.name);
  return writers;
}

template <typename T>
const T* WithoutVersion(const std::vector<T>& objects, const std::string& name) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&name](const T& object) { return object.meta.name == name; });
  return found == objects.end() || found->status.version ? nullptr : &*found;
}

class Restorer {
 public:
  Restorer(const Published& published, const std::string& lake, Time now) : published_(published), lake_(lake), now_(now), around_({}, published) {}

  Status Restore(kube::ClusterApi& cluster) {
    for (const std::string& ns : around_.Namespaces()) {
      const plan::Surroundings& all = around_.All(ns);
      LakeLogs logs(all, lake_);
      for (const api::TaskTable& table : plan::TablesOf(all, EnvironmentFor(all))) {
        const auto status = StatusOf(ns, all, table, logs);
        if (!status) continue;
        const api::Resource& kind = table.kind == api::TargetKind::View ? api::kViews : api::kDatasets;
        const auto patched = cluster.Patch({kind, ns, table.name}, kube::PatchType::Merge, kube::Subresource::Status, {{"status", *status}});
        if (!patched) return patched.error();
      }
    }
    return Ok();
  }

 private:
  std::optional<Json> StatusOf(const std::string& ns, const plan::Surroundings& all, const api::TaskTable& table, LakeLogs& logs) const {
    const bool is_view = table.kind == api::TargetKind::View;
    const api::View* view = is_view ? WithoutVersion(all.views, table.name) : nullptr;
    const api::Dataset* dataset = is_view ? nullptr : WithoutVersion(all.datasets, table.name);
    if (view == nullptr && dataset == nullptr) return std::nullopt;
    auto newest = logs.Newest(ns, table);
    if (!newest) return std::nullopt;
    std::vector<std::string> writers = WritersOf(published_, ns, table);
    if (view != nullptr) return plan::MakePlan(plan::ObservedView{*view, {}, {std::move(*newest)}, {}, std::move(writers), {}}, now_).status;
    return plan::MakePlan(plan::ObservedDataset{*dataset, {}, {std::move(*newest)}, {}, std::move(writers), {}}, now_).status;
  }

  const Published& published_;
  const std::string& lake_;
  const Time now_;
  const Neighbourhood around_;
};

}  // namespace

Status RestoreStatus(kube::ClusterApi& cluster, const std::string& lake, Time now) {
  const auto published = ReadPublished(cluster);
  if (!published) return published.error();
  return Restorer(*published, lake, now).Restore(cluster);
}

}  // namespace weir::cli
