#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "crds/api/kubernetes/meta.h"
#include "crds/base/text.h"
#include "operator/plan/pod/runner.h"

namespace weir::plan {
namespace {

using api::LabelOperator;
using api::Problem;
using Map = std::map<std::string, std::string>;
using Problems = std::vector<Problem>;

constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestPrefix = 253;

std::string Item(const std::string& list, std::size_t index) { return list + "[" + std::to_string(index) + "]"; }

bool IsLetterOrDigit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Letters and digits at both ends, with '-', '_' and '.' between: what stands behind the '/' of a key, and values.
bool IsLabelText(const std::string& text) {
  if (text.empty() || text.size() > kLongestLabel || !IsLetterOrDigit(text.front()) || !IsLetterOrDigit(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return IsLetterOrDigit(c) || c == '-' || c == '_' || c == '.'; });
}

bool IsSubdomain(const std::string& text) {
  if (text.empty() || text.size() > kLongestPrefix) return false;
  std::string label;
  for (const char c : text + ".") {
    if (c != '.') {
      label += c;
      continue;
    }
    const bool plain = std::all_of(label.begin(), label.end(), [](char l) { return IsLetterOrDigit(l) || l == '-'; });
    const bool upper = std::any_of(label.begin(), label.end(), [](char l) { return std::isupper(static_cast<unsigned char>(l)) != 0; });
    if (label.empty() || !plain || upper || label.front() == '-' || label.back() == '-') return false;
    label.clear();
  }
  return true;
}

bool IsKey(const std::string& key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string::npos) return IsLabelText(key);
  return IsSubdomain(key.substr(0, slash)) && IsLabelText(key.substr(slash + 1));
}

void CheckKey(const std::string& key, const std::string& path, Problems& problems) {
  if (!IsKey(key)) problems.push_back({path, Quoted(key) + " is not a valid Kubernetes key; write one such as team or example.com/team"});
}

void CheckMap(const Map& map, const std::string& path, Problems& problems) {
  for (const auto& [key, value] : map) CheckKey(key, path, problems);
}

void CheckLabels(const Map& labels, const std::string& path, Problems& problems) {
  CheckMap(labels, path, problems);
  for (const auto& [key, value] : labels)
    if (!value.empty() && !IsLabelText(value))
      problems.push_back({path + "." + key, Quoted(value) + " is not a valid label value: letters, digits, '-', '_' and '.', at most 63"});
}

// The domain of a key is what stands before its '/': weirkeeper.io and those below it are ours, notweirkeeper.io is not.
bool IsOurs(const std::string& key) {
  const std::string domain = key.substr(0, std::min(key.find('/'), key.size()));
  return domain != key && (domain == api::kGroup || domain.ends_with(std::string(".").append(api::kGroup)));
}

void CheckOurs(const Map& map, std::string_view what, const std::string& path, Problems& problems) {
  for (const auto& [key, value] : map)
    if (IsOurs(key)) problems.push_back({path, std::string(what) + " of weirkeeper.io are set by the operator alone; take " + key + " out"});
}

// Of a text that matched the pattern of sizes.
double BytesOf(const std::string& size) {
  constexpr std::string_view kUnits = "kMGT";
  const std::size_t end = std::min(size.find_first_not_of("0123456789"), size.size());
  double bytes = std::strtod(size.substr(0, end).c_str(), nullptr);
  if (end == size.size()) return bytes;
  const double step = size.ends_with('i') ? 1024 : 1000;
  for (std::size_t i = 0; i <= std::min(kUnits.find(size[end] == 'K' ? 'k' : size[end]), kUnits.size() - 1); ++i) bytes *= step;
  return bytes;
}

void CheckToleration(const api::Toleration& toleration, const std::string& path, Problems& problems) {
  const bool exists = toleration.op == api::TolerationOperator::Exists;
  if (!toleration.key.empty()) CheckKey(toleration.key, path + ".key", problems);
  if (toleration.key.empty() && !exists) problems.push_back({path + ".operator", "a toleration without key has the operator Exists"});
  if (exists && !toleration.value.empty()) problems.push_back({path + ".value", "a toleration with the operator Exists has no value"});
  if (!toleration.value.empty() && !IsLabelText(toleration.value))
    problems.push_back({path + ".value", Quoted(toleration.value) + " is not a valid taint value"});
  if (toleration.tolerationSeconds && toleration.effect != api::TaintEffect::NoExecute)
    problems.push_back({path + ".tolerationSeconds", "belongs to the effect NoExecute; take it out, or set effect: NoExecute"});
}

// Annotations that were fields of a security context before, and are read as such: they could take away what a pod has.
void CheckProfiles(const Map& annotations, const std::string& path, Problems& problems) {
  for (const auto& [key, value] : annotations)
    for (const char* profile :
         {"container.apparmor.security.beta.kubernetes.io/", "container.seccomp.security.alpha.kubernetes.io/", "seccomp.security.alpha.kubernetes.io/"})
      if (key.starts_with(profile))
        problems.push_back({path + "[" + key + "]", "chooses a security profile; runner pods keep those of restricted Pod Security"});
}

enum class Whose { Nodes, NodeFields, Pods };

void CheckRequirement(const api::LabelRequirement& requirement, Whose whose, const std::string& path, Problems& problems) {
  const bool no_values = requirement.op == LabelOperator::Exists || requirement.op == LabelOperator::DoesNotExist;
  const bool compares = requirement.op == LabelOperator::Gt || requirement.op == LabelOperator::Lt;
  CheckKey(requirement.key, path + ".key", problems);
  if (no_values != requirement.values.empty()) problems.push_back({path + ".values", "In, NotIn, Gt and Lt need values; Exists and DoesNotExist have none"});
  if (whose == Whose::Pods && compares)
    problems.push_back({path + ".operator", "Gt and Lt compare labels of nodes; pods take In, NotIn, Exists and DoesNotExist"});
  if (whose == Whose::NodeFields &&
      (requirement.key != "metadata.name" || requirement.values.size() != 1 || (requirement.op != LabelOperator::In && requirement.op != LabelOperator::NotIn)))
    problems.push_back({path, "must be {key: metadata.name, operator: In or NotIn, values: [one]}, all that nodes are selected by beside labels"});
  if (whose == Whose::Nodes && compares && (requirement.values.size() != 1 || !WholeNumber(requirement.values.front(), 0, INT64_MAX)))
    problems.push_back({path + ".values", "must be one whole number for Gt and Lt"});
}

void CheckRequirements(const std::vector<api::LabelRequirement>& list, Whose whose, const std::string& path, Problems& problems) {
  for (std::size_t i = 0; i < list.size(); ++i) CheckRequirement(list[i], whose, Item(path, i), problems);
}

void CheckTerm(const api::NodeSelectorTerm& term, const std::string& path, Problems& problems) {
  CheckRequirements(term.matchExpressions, Whose::Nodes, path + ".matchExpressions", problems);
  CheckRequirements(term.matchFields, Whose::NodeFields, path + ".matchFields", problems);
}

void CheckTerm(const api::PodAffinityTerm& term, const std::string& path, Problems& problems) {
  CheckKey(term.topologyKey, path + ".topologyKey", problems);
  for (std::size_t i = 0; i < term.namespaces.size(); ++i)
    if (!IsSubdomain(term.namespaces[i]) || term.namespaces[i].find('.') != std::string::npos)
      problems.push_back({Item(path + ".namespaces", i), Quoted(term.namespaces[i]) + " is not a valid namespace name"});
  if (!term.labelSelector) return;
  CheckLabels(term.labelSelector->matchLabels, path + ".labelSelector.matchLabels", problems);
  CheckRequirements(term.labelSelector->matchExpressions, Whose::Pods, path + ".labelSelector.matchExpressions", problems);
}

constexpr const char* kRequired = ".requiredDuringSchedulingIgnoredDuringExecution";
constexpr const char* kPreferred = ".preferredDuringSchedulingIgnoredDuringExecution";

void CheckPodAffinity(const std::optional<api::PodAffinity>& affinity, const std::string& path, Problems& problems) {
  if (!affinity) return;
  for (std::size_t i = 0; i < affinity->required.size(); ++i) CheckTerm(affinity->required[i], Item(path + kRequired, i), problems);
  for (std::size_t i = 0; i < affinity->preferred.size(); ++i)
    CheckTerm(affinity->preferred[i].podAffinityTerm, Item(path + kPreferred, i) + ".podAffinityTerm", problems);
}

void CheckAffinity(const api::Affinity& affinity, const std::string& path, Problems& problems) {
  if (affinity.nodeAffinity) {
    const std::string node = path + ".nodeAffinity";
    if (affinity.nodeAffinity->required)
      for (std::size_t i = 0; i < affinity.nodeAffinity->required->nodeSelectorTerms.size(); ++i)
        CheckTerm(affinity.nodeAffinity->required->nodeSelectorTerms[i], Item(node + kRequired + ".nodeSelectorTerms", i), problems);
    for (std::size_t i = 0; i < affinity.nodeAffinity->preferred.size(); ++i)
      CheckTerm(affinity.nodeAffinity->preferred[i].preference, Item(node + kPreferred, i) + ".preference", problems);
  }
  CheckPodAffinity(affinity.podAffinity, path + ".podAffinity", problems);
  CheckPodAffinity(affinity.podAntiAffinity, path + ".podAntiAffinity", problems);
}

}  // namespace

void CheckResources(const std::optional<api::Resources>& resources, const std::string& path, std::vector<api::Problem>& problems) {
  constexpr double kLeast = 64 << 20;
  if (resources && !resources->memory.empty() && BytesOf(resources->memory) < kLeast)
    problems.push_back({path + ".memory", std::string(api::kTooLittleMemory)});
}

Problems CheckRunner(const api::RunnerSettings& runner, const std::string& path) {
  Problems problems;
  const auto at = [&path](const char* field) { return path.empty() ? std::string(field) : path + "." + field; };
  CheckResources(runner.resources, at("resources"), problems);
  if (runner.validator) CheckResources(runner.validator->resources, at("validator.resources"), problems);
  CheckLabels(runner.nodeSelector.value_or(Map{}), at("nodeSelector"), problems);
  const auto tolerations = runner.tolerations.value_or(std::vector<api::Toleration>{});
  for (std::size_t i = 0; i < tolerations.size(); ++i) CheckToleration(tolerations[i], Item(at("tolerations"), i), problems);
  if (runner.affinity) CheckAffinity(*runner.affinity, at("affinity"), problems);
  CheckLabels(runner.labels.value_or(Map{}), at("labels"), problems);
  CheckMap(runner.annotations.value_or(Map{}), at("annotations"), problems);
  CheckMap(runner.serviceAccountAnnotations.value_or(Map{}), at("serviceAccountAnnotations"), problems);
  CheckOurs(runner.labels.value_or(Map{}), "labels", at("labels"), problems);
  CheckOurs(runner.annotations.value_or(Map{}), "annotations", at("annotations"), problems);
  CheckProfiles(runner.annotations.value_or(Map{}), at("annotations"), problems);
  CheckOurs(runner.serviceAccountAnnotations.value_or(Map{}), "annotations", at("serviceAccountAnnotations"), problems);
  if (runner.userIds == api::UserIds::FromCluster && (runner.runAsUser || runner.runAsGroup || runner.fsGroup))
    problems.push_back({at("userIds"), "with userIds FromCluster, runAsUser, runAsGroup and fsGroup are not set: the cluster chooses them"});
  const auto env = runner.env.value_or(std::vector<api::EnvVar>{});
  for (std::size_t i = 0; i < env.size(); ++i)
    if (env[i].name.starts_with("WEIR_")) problems.push_back({Item(at("env"), i) + ".name", "names that begin with WEIR_ are reserved for the operator"});
  return problems;
}

}  // namespace weir::plan
