#include "cli/check/written_tables.h"

#include "crds/base/name.h"

namespace weir::cli {

WrittenTables::WrittenTables(const Manifests& manifests, const Declared& declared, const Published& published) {
  for (const auto& declaration : declared.pipelines) Add(declaration.object);
  for (const api::Pipeline& pipeline : published.pipelines) Add(pipeline);
  for (const api::Dataset& dataset : published.datasets)
    if (dataset.status.version) written_.insert(dataset.meta.ns + "/" + TableName(dataset.meta.name));
  for (const api::View& view : published.views)
    if (view.status.version) written_.insert(view.meta.ns + "/" + TableName(view.meta.name));
  for (const auto& pipeline : declared.pipelines)
    if (declared.unread.contains(pipeline.manifest)) known_.erase(pipeline.object.meta.ns);  // what it writes may be among what was not read
  if (manifests.incomplete) known_.clear();
}

void WrittenTables::Add(const api::Pipeline& pipeline) {
  known_.insert(pipeline.meta.ns);
  for (const std::string& output : api::OutputsOf(pipeline.spec.stages))
    written_.insert(pipeline.meta.ns + "/" + TableName(output.substr(output.find('/') + 1)));
}

bool WrittenTables::IsUnwritten(const std::string& ns, const std::string& table) const { return known_.contains(ns) && !written_.contains(ns + "/" + table); }

}  // namespace weir::cli
