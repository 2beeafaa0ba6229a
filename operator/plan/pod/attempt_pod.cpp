#include "operator/plan/pod/attempt_pod.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "crds/api/protocol/attempt.h"

namespace weir::plan {
namespace {

constexpr std::array kOurLabels{api::kLabelPipeline, api::kLabelRevision, api::kLabelRun, api::kLabelStage, api::kLabelAttempt};

using Attempts = std::map<std::string, std::pair<std::string, int>>;

Attempts AttemptsSoFar(const std::string& owner, const std::vector<api::StageStatus>& stages) {
  Attempts attempts;
  for (const api::StageStatus& stage : stages)
    for (int attempt = 1; attempt <= stage.attempt; ++attempt) attempts.emplace(api::PodName(owner, stage.name, attempt), std::pair(stage.name, attempt));
  return attempts;
}

// An attempt that the status which is known here has not begun yet is told by the labels alone.
bool MatchesLabels(const Pod& pod, const std::string& owner) {
  return !pod.stage.empty() && pod.attempt > 0 && api::PodName(owner, pod.stage, pod.attempt) == pod.meta.name;
}

}  // namespace

std::vector<Pod> Recognised(std::vector<Pod> pods, const std::string& owner, const std::vector<api::StageStatus>& stages) {
  if (pods.empty()) return pods;
  const Attempts attempts = AttemptsSoFar(owner, stages);
  for (Pod& pod : pods) {
    if (const auto found = attempts.find(pod.meta.name); found != attempts.end())
      std::tie(pod.stage, pod.attempt) = found->second;
    else if (!MatchesLabels(pod, owner))
      pod.stage.clear(), pod.attempt = 0;
  }
  return pods;
}

bool BelongsToRunningAttempt(const std::string& pod, const std::string& owner, const std::vector<api::StageStatus>& stages) {
  return std::any_of(stages.begin(), stages.end(), [&](const api::StageStatus& stage) {
    return stage.state == api::StageState::Running && api::PodName(owner, stage.name, stage.attempt) == pod;
  });
}

bool IsMissingOwner(const Pod& orphan, Time since, const std::string& owner, const std::vector<api::StageStatus>& stages) {
  return orphan.meta.ownerUid.empty() && orphan.HoldsOurFinalizer() && orphan.meta.created >= since && BelongsToRunningAttempt(orphan.meta.name, owner, stages);
}

Json ChangedLabels(const Pod& pod, const AttemptPod& made) {
  Json labels = Json::object();
  for (const std::string_view key : kOurLabels) {
    const std::string label(key);
    const auto is = pod.meta.labels.find(label);
    const auto was = made.labels.find(label);
    if (was != made.labels.end() && (is == pod.meta.labels.end() || is->second != was->second)) labels[label] = was->second;
    if (was == made.labels.end() && is != pod.meta.labels.end()) labels[label] = nullptr;
  }
  return labels;
}

std::string DescribeChange(const Pod& pod, const Json& labels) {
  std::string text;
  for (const auto& [label, was] : labels.items()) {
    const auto is = pod.meta.labels.find(label);
    text += (text.empty() ? "" : "; ") + label + " is " + (is == pod.meta.labels.end() ? "absent" : '"' + is->second + '"') +
            (was.is_null() ? ", expected absent" : ", expected \"" + was.get<std::string>() + '"');
  }
  return text;
}

}  // namespace weir::plan
