#include "tests/plan/random_histories/witness.h"

#include <algorithm>

#include "crds/api/describe/read.h"
#include "crds/api/protocol/attempt.h"
#include "operator/local/object_rules.h"
#include "operator/plan/pod/pod_outcome.h"
#include "operator/plan/pod/pod_template.h"
#include "operator/plan/run/attempt.h"
#include "operator/plan/run/retry.h"
#include "operator/plan/run/run.h"

namespace weir::test {
namespace {

using api::StageState;
using api::StageStatus;

std::string UidOf(const Json& object) { return Text(At(object, "metadata"), "uid"); }
std::string NameOf(const Json& object) { return Text(At(object, "metadata"), "name"); }

bool HasStarted(const Json& pod) {
  const Json& containers = At(At(pod, "status"), "containerStatuses");
  if (!containers.is_array() || containers.empty()) return false;
  const Json& state = At(containers[0], "state");
  return state.contains("running") || state.contains("terminated");
}

bool WasTakenAway(const Json& pod) { return local::IsDeleting(pod) || !At(At(pod, "status"), "conditions").empty(); }

api::RunStatus StatusOf(const Json& run) {
  std::vector<api::Problem> ignored;
  return api::Read<api::RunStatus>(At(run, "status"), "status", ignored);
}

}  // namespace

void Witness::Law(bool holds, const std::string& otherwise) {
  if (!holds) broken_ += "at " + Format(world_.clock.now) + ": " + otherwise + "\n";
}

const plan::Bundle& Witness::BundleOf(const std::string& revision) {
  if (!bundles_.contains(revision))
    if (const Json object = world_.Get(api::kRevisions, revision); object.is_object())
      bundles_[revision] = plan::ReadRevision(api::ReadMeta(object), object).value().bundle;
  static const plan::Bundle kNone;
  const auto found = bundles_.find(revision);
  return found == bundles_.end() ? kNone : found->second;
}

void Witness::SawPods() {
  for (auto& [uid, pod] : pods_) pod.gone = true;
  for (const Json& pod : world_.List(api::kPods)) LookAtPod(pod);
}

void Witness::LookAtPod(const Json& pod) {
  const api::Meta meta = api::ReadMeta(pod);
  const auto [at, fresh] = pods_.try_emplace(meta.uid);
  SeenPod& seen = at->second;
  seen.gone = false;
  if (!fresh && seen.looks.back() == pod) return;
  seen.looks.push_back(pod);
  if (local::IsTerminal(pod) && seen.ended == Time{}) seen.ended = world_.clock.now;
  if (!fresh) return;
  seen.name = meta.name;
  seen.made = world_.clock.now;
  if (meta.ownerKind != api::kPipelineRuns.kind) return;
  const auto label = [&meta](std::string_view key) { return meta.labels.at(std::string(key)); };
  seen.run = meta.ownerName;
  seen.attempt = {meta.ownerUid, label(api::kLabelStage), std::stoi(label(api::kLabelAttempt))};
  LookAtNewPod(seen);
  made_[seen.attempt] = meta.uid;
}

void Witness::LookAtNewPod(const SeenPod& pod) {
  const auto& [run_uid, stage, attempt] = pod.attempt;
  Law(!made_.contains(pod.attempt), "a second pod of " + pod.name);
  const Json run = world_.Get(api::kPipelineRuns, pod.run);
  if (UidOf(run) != run_uid) return;  // it went a moment ago; its pods follow
  const api::RunStatus status = StatusOf(run);
  const StageStatus* told = FindStage(status, stage);
  Law(told != nullptr && told->state == StageState::Running && told->attempt == attempt, pod.name + " was made, and status does not say that its attempt runs");
  for (const Json& other : world_.List(api::kPipelineRuns)) {
    const api::RunStatus its = StatusOf(other);
    const bool same = At(At(other, "spec"), "pipeline") == At(At(run, "spec"), "pipeline");
    Law(!same || UidOf(other) == run_uid || its.attempts == 0 || plan::IsFinished(its), pod.name + " was made while run " + NameOf(other) + " goes on");
  }
}

void Witness::SawEnd(const std::string& uid, const Fate& fate, std::vector<api::Commit> commits) {
  pods_.at(uid).fate = fate;
  pods_.at(uid).commits = std::move(commits);
}

void Witness::SawCall(local::Verb verb, const kube::ObjectRef& ref) {
  if (ref.resource == api::kPods || (ref.resource == api::kPipelineRuns && verb == local::Verb::Patch)) ++calls_;
}

void Witness::SawWrite(const kube::ObjectRef& ref) {
  if (ref.resource == api::kPods) {
    LookAtRelease(ref.name);
    SawPods();
  }
  if (ref.resource == api::kRevisions) BundleOf(ref.name);  // before somebody deletes it
  if (ref.resource == api::kPipelineRuns) LookAtRun(ref.name);
}

// The finalizer goes only when status holds the end, or nobody is left to hold it.
void Witness::LookAtRelease(const std::string& name) {
  const Json pod = world_.Get(api::kPods, name);
  for (const auto& [uid, seen] : pods_) {
    if (seen.gone || seen.name != name || seen.run.empty() || !local::HasFinalizers(seen.looks.back())) continue;
    if (UidOf(pod) == uid && local::HasFinalizers(pod)) continue;
    const auto& [run_uid, stage, attempt] = seen.attempt;
    const Json run = world_.Get(api::kPipelineRuns, seen.run);
    if (UidOf(run) != run_uid || plan::IsFinished(StatusOf(run))) continue;
    const api::RunStatus status = StatusOf(run);
    const StageStatus* told = FindStage(status, stage);
    Law(told != nullptr && (told->attempt > attempt || told->state != StageState::Running), name + " was let go before its end stood in status");
  }
}

bool Witness::IsNoted(const Json& pod) {
  const api::Meta meta = api::ReadMeta(pod);
  if (meta.ownerKind == api::kPipelines.kind) return Text(At(At(world_.Get(api::kPipelines, meta.ownerName), "status"), "validation"), "pod") == meta.name;
  const api::RunStatus status = StatusOf(world_.Get(api::kPipelineRuns, meta.ownerName));
  return std::any_of(status.stages.begin(), status.stages.end(), [&meta](const StageStatus& s) { return s.pod == meta.name; });
}

void Witness::LookAtRun(const std::string& name) {
  const Json run = world_.Get(api::kPipelineRuns, name);
  if (!run.is_object()) return;
  auto& [uid, before] = runs_[name];
  if (std::exchange(uid, UidOf(run)) != UidOf(run)) before = {};
  const api::RunStatus after = StatusOf(run);
  if (after == before) return;
  const bool stopped = Text(At(run, "spec"), "state") == "Cancelled" || !world_.Get(api::kRevisions, after.revision).is_object();
  const RunStep step{before, after, BundleOf(after.revision), stopped, world_.clock.now};
  for (const std::string& broken : BrokenLaws(step)) Law(false, "run " + name + ": " + broken);
  for (const StageStatus& stage : after.stages)
    if (const StageStatus* was = FindStage(before, stage.name); was != nullptr && CountedEnds(stage) > CountedEnds(*was))
      LookAtCounted(name, step, *was, stage);
  LookAtCommits(step, UidOf(run));
  before = after;
}

void Witness::LookAtCounted(const std::string& run, const RunStep& step, const StageStatus& before, const StageStatus& after) {
  const std::string what = "run " + run + ", stage " + after.name + ", attempt " + std::to_string(before.attempt);
  const auto made = made_.find({runs_[run].first, after.name, before.attempt});
  if (made == made_.end()) return Law(rejected_.contains(api::PodName(run, after.name, before.attempt)), what + " was counted, and had no pod");
  const SeenPod& pod = pods_.at(made->second);
  const Counts as = after.state == StageState::Succeeded                           ? Counts::Success
                    : after.state == StageState::Superseded                        ? Counts::Superseded
                    : after.infrastructureFailures > before.infrastructureFailures ? Counts::Infrastructure
                                                                                   : Counts::Own;
  Law(MayCount(pod, as), what + " was counted as " + std::to_string(static_cast<int>(as)) + ": " + (pod.fate ? pod.fate->name : "it has not ended"));
  Law(after.countedPod == made->second || after.countedPod.empty(), what + " was counted for another pod");
  Law(counted_.insert(made->second).second, what + " was counted twice");
  if (as == Counts::Infrastructure && after.state == StageState::Failed)
    Law(step.stopped || after.infrastructureFailures == plan::kInfrastructureLimit, what + " was lost, and is not tried again");
  if (as == Counts::Own && pod.fate) LookAtWhatFollows(*pod.fate, step, after);
}

void Witness::LookAtWhatFollows(const Fate& fate, const RunStep& step, const StageStatus& after) {
  const auto declared = std::find_if(step.bundle.stages.begin(), step.bundle.stages.end(), [&](const api::Stage& s) { return s.name == after.name; });
  int most = declared->retry->maxAttempts;
  if (fate.budget == Budget::AsOurs) most = std::min(most, plan::kBugLimit);
  const bool fails = fate.budget == Budget::None || after.ownFailures >= most;
  const std::string what = "stage " + after.name + ", " + fate.name + ", failure " + std::to_string(after.ownFailures) + " of " + std::to_string(most);
  Law(!fails || after.state == StageState::Failed, what + " is tried again");
  Law(fails || step.stopped || after.state == StageState::Retrying, what + " is not tried again");
}

// What a reader of the documentation may take the pod for, in any of the states that it was in: caches may be behind.
bool Witness::MayCount(const SeenPod& pod, Counts as) const {
  return std::any_of(pod.looks.begin(), pod.looks.end(),
                     [&](const Json& look) {
                       const api::Meta meta = api::ReadMeta(look);
                       const bool lost = as == Counts::Infrastructure;
                       if (local::IsTerminal(look)) return pod.fate && (as == pod.fate->counts || (lost && !pod.fate->firm && WasTakenAway(look)));
                       if (lost && meta.deleted) return !HasStarted(look) || world_.clock.now >= *meta.deleted + plan::kDeletionPatience;
                       return lost && Text(At(look, "status"), "phase") == "Pending" && world_.clock.now >= meta.created + plan::kImagePatience;
                     }) ||
         (as == Counts::Infrastructure && !world_.Get(api::kPods, pod.name).is_object());
}

void Witness::LookAtCommits(const RunStep& step, const std::string& uid) {
  std::vector<api::Commit> expected = step.before.commits;
  for (const StageStatus& stage : step.after.stages) {
    const StageStatus* was = FindStage(step.before, stage.name);
    const auto made = made_.find({uid, stage.name, stage.attempt});
    if (stage.state != StageState::Succeeded || was == nullptr || was->state == StageState::Succeeded || made == made_.end()) continue;
    const std::vector<api::Commit>& said = pods_.at(made->second).commits;
    expected.insert(expected.end(), said.begin(), said.end());
  }
  Law(step.after.commits == expected, "status.commits are not what the runners said");
}

}  // namespace weir::test
