#include "operator/plan/pod/runner.h"

#include <algorithm>

#include "crds/base/yaml.h"

namespace weir::plan {
namespace {

template <typename T>
void Take(std::optional<T>& to, const std::optional<T>& from) {
  if (from) to = from;
}
void Take(std::string& to, const std::string& from) {
  if (!from.empty()) to = from;
}

void Join(api::TextMap& to, const api::TextMap& from) {
  for (const auto& [key, value] : from) to[key] = value;
}
template <typename T>
void Join(std::vector<T>& to, const std::vector<T>& from) {
  for (const T& item : from) {
    const auto same = std::find_if(to.begin(), to.end(), [&item](const T& other) { return other.name == item.name; });
    if (same == to.end())
      to.push_back(item);
    else
      *same = item;
  }
}
// An empty one takes everything of the default away.
template <typename T>
void TakeNamed(std::optional<T>& to, const std::optional<T>& from) {
  if (!from) return;
  if (!to || from->empty()) return void(to = from);
  Join(*to, *from);
}

void TakeResources(std::optional<api::Resources>& to, const std::optional<api::Resources>& from) {
  if (!from) return;
  if (!to || *from == api::Resources{}) return void(to = from);
  Take(to->cpu, from->cpu);
  Take(to->memory, from->memory);
}

void TakeValidator(std::optional<api::ValidatorSettings>& to, const std::optional<api::ValidatorSettings>& from) {
  if (!from) return;
  if (!to || *from == api::ValidatorSettings{}) return void(to = from);
  TakeResources(to->resources, from->resources);
}

void TakeProxy(std::optional<api::Proxy>& to, const std::optional<api::Proxy>& from) {
  if (!from) return;
  if (!to || *from == api::Proxy{}) return void(to = from);
  Take(to->http, from->http);
  Take(to->https, from->https);
  Take(to->noProxy, from->noProxy);
}

void TakeIds(api::RunnerSettings& to, const api::RunnerSettings& from) {
  if (from.userIds == api::UserIds::FromCluster) to.runAsUser.reset(), to.runAsGroup.reset(), to.fsGroup.reset();
  if (from.runAsUser || from.runAsGroup || from.fsGroup) to.userIds.reset();
  Take(to.userIds, from.userIds);
  Take(to.runAsUser, from.runAsUser);
  Take(to.runAsGroup, from.runAsGroup);
  Take(to.fsGroup, from.fsGroup);
}

api::Resources Filled(const api::Resources& first, const std::optional<api::Resources>& second, const api::Resources& last) {
  api::Resources filled = last;
  if (second) Take(filled.cpu, second->cpu), Take(filled.memory, second->memory);
  Take(filled.cpu, first.cpu);
  Take(filled.memory, first.memory);
  return filled;
}

}  // namespace

api::RunnerSettings Merge(const api::RunnerSettings& base, const api::RunnerSettings& over) {
  api::RunnerSettings merged = base;
  Take(merged.image, over.image);
  TakeResources(merged.resources, over.resources);
  TakeValidator(merged.validator, over.validator);
  Take(merged.scratchSize, over.scratchSize);
  TakeNamed(merged.nodeSelector, over.nodeSelector);
  Take(merged.tolerations, over.tolerations);
  Take(merged.affinity, over.affinity);
  Take(merged.priorityClassName, over.priorityClassName);
  TakeNamed(merged.labels, over.labels);
  TakeNamed(merged.annotations, over.annotations);
  TakeNamed(merged.serviceAccountAnnotations, over.serviceAccountAnnotations);
  TakeNamed(merged.imagePullSecrets, over.imagePullSecrets);
  TakeIds(merged, over);
  TakeNamed(merged.env, over.env);
  TakeProxy(merged.proxy, over.proxy);
  Take(merged.caBundle, over.caBundle);
  return merged;
}

api::RunnerSettings RunnerFor(const Environment& environment, const api::RunnerSettings& lake) {
  api::RunnerSettings runner = Merge(environment.runner, lake);
  if (environment.IsLocal()) runner.caBundle.reset();
  return runner;
}

std::string ImageOf(const Environment& environment, const api::RunnerSettings& lake) {
  std::string image = Merge(environment.runner, lake).image;
  return image.empty() ? environment.runnerImage : image;
}

api::Resources StageResources(const api::Resources& stage, const api::RunnerSettings& runner) { return Filled(stage, runner.resources, {"1", "1Gi"}); }

api::Resources ValidatorResources(const api::RunnerSettings& runner) {
  return Filled({}, runner.validator ? runner.validator->resources : std::nullopt, {"250m", "256Mi"});
}

Result<api::RunnerSettings> ParseRunnerSettings(const std::string& text) {
  const auto documents = ParseYaml(text);
  if (!documents) return documents.error();
  if (documents->size() > 1) return Error{Fault::Invalid, "BadSettings", "holds " + std::to_string(documents->size()) + " documents; write one"};
  if (documents->empty() || documents->front().value.is_null()) return api::RunnerSettings{};
  if (!documents->front().remarks.empty()) {
    const YamlRemark& remark = documents->front().remarks.front();
    return Error{Fault::Invalid, "BadYaml", "line " + std::to_string(remark.line) + ": " + remark.message};
  }
  std::vector<api::Problem> problems;
  auto settings = api::Read<api::RunnerSettings>(documents->front().value, "", problems);
  if (problems.empty()) problems = CheckRunner(settings, "");
  if (!problems.empty()) return Error{Fault::Invalid, "BadSettings", api::Join(problems)};
  return settings;
}

}  // namespace weir::plan
