#include <algorithm>
#include <map>

#include "cli/check/check.h"
#include "cli/manifests/unread.h"
#include "crds/contract/contract.h"
#include "operator/plan/validate/validate.h"

namespace weir::cli {
namespace {

template <typename T>
class ByName {
 public:
  explicit ByName(const std::vector<T>& objects) {
    for (const T& object : objects) objects_.emplace(std::pair(object.meta.ns, object.meta.name), &object);
  }
  const T* Same(const api::Meta& meta) const {
    const auto found = objects_.find({meta.ns, meta.name});
    return found == objects_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::pair<std::string, std::string>, const T*> objects_;
};

template <typename T>
void Add(const Manifests& manifests, const Declared& declared, const Declaration<T>& declaration, const std::vector<api::Problem>& problems,
         Findings& findings) {
  for (const api::Problem& problem : problems)
    if (CanJudge(declared, declaration, problem.path))
      findings.push_back(manifests.objects[declaration.manifest].Problem(problem.path, "Invalid", problem.message));
}

// A Lake is for a cluster (claims) or for this machine (paths): the reading under which less is wrong is the one meant.
std::vector<api::Problem> CheckLakeEitherWay(const api::LakeSpec& lake) {
  auto cluster = plan::CheckLake(lake, plan::Where::Cluster);
  auto local = plan::CheckLake(lake, plan::Where::Local);
  return local.size() <= cluster.size() ? local : cluster;
}

// To the API server and every reader it is a column without one.
void CheckSourceNames(const Manifest& manifest, Findings& findings) {
  const Json& columns = At(At(At(manifest.object, "spec"), "schema"), "columns");
  for (std::size_t i = 0; columns.is_array() && i < columns.size(); ++i) {
    const Json& name = At(columns[i], "sourceName");
    if (name.is_string() && name.get<std::string>().empty())
      findings.push_back(manifest.Problem("spec.schema.columns[" + std::to_string(i) + "].sourceName", "Schema",
                                          "is empty and would be ignored: write the column's name in the files, or leave sourceName out"));
  }
}

void CheckContract(const Manifest& manifest, const api::View& view, const api::View& published, Findings& findings) {
  if (!published.status.published) return;
  api::PublishedContract base = *published.status.published;
  // As written by an older release; what was read from a log has no spec at all.
  if (!base.stability && !published.spec.columns.empty()) base.stability = published.spec.stability;
  for (const contract::Finding& broken : contract::Compare(base, contract::ContractOf(view.spec), SystemClock().Now())) {
    Finding finding = manifest.Problem(broken.path, std::string(api::Word(broken.rule)), contract::Sentence(broken));
    if (broken.severity == contract::Severity::Warning) finding.severity = Finding::Severity::Warning;
    findings.push_back(std::move(finding));
  }
}

}  // namespace

void CheckObjects(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings) {
  const ByName<api::Dataset> datasets(published.datasets);
  const ByName<api::View> views(published.views);
  for (const auto& lake : declared.lakes) Add(manifests, declared, lake, CheckLakeEitherWay(lake.object.spec), findings);
  for (const auto& dataset : declared.datasets) {
    const Manifest& manifest = manifests.objects[dataset.manifest];
    Add(manifests, declared, dataset, plan::CheckDataset(dataset.object.spec), findings);
    CheckSourceNames(manifest, findings);
    const api::Dataset* before = datasets.Same(dataset.object.meta);
    if (before != nullptr && before->spec.zone != dataset.object.spec.zone && CanJudge(declared, dataset, "spec.zone"))
      findings.push_back(manifest.Problem(
          "spec.zone", "Invalid", "cannot change from " + std::string(api::Word(before->spec.zone)) + ": create a new Dataset and let the pipeline fill it"));
  }
  for (const auto& view : declared.views) {
    Add(manifests, declared, view, plan::CheckView(view.object.spec), findings);
    const api::View* before = views.Same(view.object.meta);
    if (before != nullptr && CanJudgeContract(declared, view)) CheckContract(manifests.objects[view.manifest], view.object, *before, findings);
  }
}

}  // namespace weir::cli
