#include <algorithm>

#include "cli/check.h"
#include "operator/plan/contract.h"
#include "operator/plan/validate.h"

namespace weir::cli {
namespace {

template <typename T>
const T* Same(const std::vector<T>& objects, const api::Meta& meta) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&](const T& object) { return object.meta.name == meta.name && object.meta.ns == meta.ns; });
  return found == objects.end() ? nullptr : &*found;
}

void Add(const Manifest& manifest, const std::vector<api::Problem>& problems, Findings& findings) {
  for (const api::Problem& problem : problems) findings.push_back(manifest.Problem(problem.path, "Invalid", problem.message));
}

// A Lake is for a cluster (claims) or for this machine (paths): the reading under which less is wrong is the one meant.
std::vector<api::Problem> CheckLakeEitherWay(const api::LakeSpec& lake) {
  auto cluster = plan::CheckLake(lake, plan::Where::Cluster);
  auto local = plan::CheckLake(lake, plan::Where::Local);
  return local.size() <= cluster.size() ? local : cluster;
}

std::string Sentence(const plan::ContractFinding& finding) {
  std::string text = "breaks the published contract: was " + finding.before + (finding.after.empty() ? ", is gone" : ", is now " + finding.after);
  return finding.advice.empty() ? text : text + "; " + finding.advice;
}

void CheckContract(const Manifest& manifest, const api::View& view, const api::View& published, Findings& findings) {
  if (!published.status.published) return;
  for (const plan::ContractFinding& broken : plan::CompareContract(*published.status.published, view.spec)) {
    Finding finding = manifest.Problem(broken.path, std::string(plan::Name(broken.rule)), Sentence(broken));
    if (broken.severity == plan::Severity::Warning) finding.severity = Finding::Severity::Warning;
    findings.push_back(std::move(finding));
  }
}

}  // namespace

void CheckObjects(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings) {
  for (const auto& [index, lake] : declared.lakes) Add(manifests.objects[index], CheckLakeEitherWay(lake.spec), findings);
  for (const auto& [index, dataset] : declared.datasets) {
    const Manifest& manifest = manifests.objects[index];
    Add(manifest, plan::CheckDataset(dataset.spec), findings);
    const api::Dataset* before = Same(published.datasets, dataset.meta);
    if (before != nullptr && before->spec.zone != dataset.spec.zone)
      findings.push_back(manifest.Problem(
          "spec.zone", "Invalid", "cannot change from " + std::string(api::Word(before->spec.zone)) + ": make a new Dataset and let the pipeline fill it"));
  }
  for (const auto& [index, view] : declared.views) {
    Add(manifests.objects[index], plan::CheckView(view.spec), findings);
    if (const api::View* before = Same(published.views, view.meta)) CheckContract(manifests.objects[index], view, *before, findings);
  }
}

}  // namespace weir::cli
