#include <map>

#include "cli/check/check.h"
#include "cli/manifests/unread.h"
#include "crds/base/name.h"

namespace weir::cli {
namespace {

using Labels = std::map<std::string, const Manifest*>;

std::string LabelOf(const std::string& ns, api::TargetKind kind, const std::string& name) { return ns + "/" + std::string(api::Word(kind)) + "/" + name; }

// SQL names tables, and both would be the same one.
void CheckNamesakes(const std::string& ns, const plan::Surroundings& all, const Labels& labels, Findings& findings) {
  std::map<std::string, const api::Dataset*> datasets;
  for (const api::Dataset& dataset : all.datasets) datasets.emplace(TableName(dataset.meta.name), &dataset);
  for (const api::View& view : all.views) {
    const auto found = datasets.find(TableName(view.meta.name));
    if (found == datasets.end()) continue;
    const api::Dataset& dataset = *found->second;
    const bool view_loses = plan::OwnsTableName(api::TargetKind::View, view.meta, dataset.meta);
    const auto view_at = labels.find(LabelOf(ns, api::TargetKind::View, view.meta.name));
    const auto dataset_at = labels.find(LabelOf(ns, api::TargetKind::Dataset, dataset.meta.name));
    const auto& first = view_loses ? view_at : dataset_at;
    const auto& second = view_loses ? dataset_at : view_at;
    const auto& at = first != labels.end() ? first : second;
    const auto kind = at == view_at ? api::TargetKind::View : api::TargetKind::Dataset;
    if (at != labels.end()) findings.push_back(at->second->Problem("metadata.name", "NameTaken", plan::NameTakenBy(kind, view.meta)));
  }
}

class Places {
 public:
  Places(const Labels& labels, Findings& findings) : labels_(labels), findings_(findings) {}

  void Add(const std::string& ns, const api::TaskTable& table) {
    if (!plan::IsSharedPlace(table.place)) return;
    const std::string label = LabelOf(ns, table.kind, table.name);
    const auto [first, fresh] = owners_.emplace(table.place, label);
    if (fresh || first->second == label) return;
    const bool declared = labels_.contains(label);
    const auto at = labels_.find(declared ? label : first->second);
    if (at == labels_.end()) return;
    findings_.push_back(at->second->Problem(at->second->LineOf("spec.database") != at->second->LineOf("spec") ? "spec.database" : "metadata.name", "NameTaken",
                                            "would lie at \"" + table.place + "\", where " + (declared ? first->second : label) +
                                                " lies: two tables cannot have one place; give this one another name, spec.database or store"));
  }

 private:
  const Labels& labels_;
  Findings& findings_;
  std::map<std::string, std::string> owners_;  // place -> ns/kind/name
};

}  // namespace

void CheckNames(const Manifests& manifests, const Declared& declared, const Neighbourhood& around, Findings& findings) {
  Labels labels;
  for (const auto& dataset : declared.datasets)
    labels.emplace(LabelOf(dataset.object.meta.ns, api::TargetKind::Dataset, dataset.object.meta.name), &manifests.objects[dataset.manifest]);
  for (const auto& view : declared.views)
    labels.emplace(LabelOf(view.object.meta.ns, api::TargetKind::View, view.object.meta.name), &manifests.objects[view.manifest]);
  const std::set<std::string> doubtful = DoubtfulLakes(declared);
  Places places(labels, findings);
  for (const std::string& ns : around.Namespaces()) {
    const plan::Surroundings& all = around.All(ns);
    CheckNamesakes(ns, all, labels, findings);
    if (doubtful.contains(ns)) continue;
    for (const api::TaskTable& table : plan::TablesOf(all, EnvironmentFor(all))) places.Add(ns, table);
  }
}

}  // namespace weir::cli
