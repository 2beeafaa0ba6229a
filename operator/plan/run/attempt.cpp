#include "operator/plan/run/attempt.h"

#include <algorithm>

#include "operator/plan/pod/pod_outcome.h"
#include "operator/plan/run/retry.h"
#include "operator/plan/text.h"

namespace weir::plan {
namespace {

using api::OutcomeClass;
using api::Reason;
using api::StageOutcome;
using api::StageState;
using api::StageStatus;

constexpr Duration kEventsAreTold = Duration::Millis(100);

const Pod* PodOfAttempt(const std::vector<Pod>& pods, int attempt) {
  const auto found = std::find_if(pods.begin(), pods.end(), [attempt](const Pod& p) { return p.attempt == attempt; });
  return found == pods.end() ? nullptr : &*found;
}

void Fail(StageStatus& stage, Time now) {
  stage.state = StageState::Failed;
  stage.finished = now;
  stage.retryAt.reset();
}

void CountSuccess(StageStatus& stage, const StageOutcome& outcome, Time now) {
  stage.state = StageState::Succeeded;
  stage.reason = outcome.reason.value_or(Reason::Completed);
  stage.message = Cut(outcome.message, kStageMessage);
  stage.rows = outcome.rows;
  stage.files = outcome.files;
  stage.warnings = WarningsOf(outcome);
  stage.notes = outcome.notes;
  stage.finished = now;
  stage.retryAt.reset();
  if (!outcome.commits.empty()) stage.version = outcome.commits.front().version;  // the second of a stage that accepts clears Landing
}

// No other attempt of the run is newer, so it was a newer run that took the table.
void Supersede(StageStatus& stage, const StageOutcome& outcome, Time now) {
  stage.state = StageState::Superseded;
  stage.reason = Reason::Fenced;
  stage.message = Cut(outcome.message, kStageMessage);
  stage.finished = now;
  stage.retryAt.reset();
  stage.refusedSince.reset();
}

// Who reads that a pod was deleted looks for somebody who did it: here the run was cancelled, and we did.
void ReportCancelled(StageOutcome& outcome) {
  if (outcome.reason != Reason::PodDeleted && outcome.reason != Reason::RunnerKilled) return;
  outcome.reason = Reason::Cancelled;
  outcome.message = "The attempt was ended because the run was cancelled.";
}

void Count(Progress& progress, StageOutcome outcome, const std::string& pod, const std::string& uid, const api::RetryPolicy& policy, Intent intent, Time now) {
  progress.stage.pod = pod;
  progress.stage.countedPod = uid;
  if (intent == Intent::Stop) ReportCancelled(outcome);
  if (outcome.result == OutcomeClass::Succeeded)
    CountSuccess(progress.stage, outcome, now);
  else if (outcome.result == OutcomeClass::Fenced)
    Supersede(progress.stage, outcome, now);
  else
    CountFailure(progress.stage, outcome, policy, intent, now);
  progress.ended = std::move(outcome);
}

void ClearWaitReason(StageStatus& stage) {
  stage.reason.reset();
  stage.refusedSince.reset();
  stage.message.clear();
}

void SayWhy(StageStatus& stage, Reason reason, const std::string& message) {
  stage.reason = reason;
  stage.message = Cut(message, kStageMessage);
}

void NoteThePod(Progress& progress, const Pod& pod, const Json& changed_labels, Time now) {
  StageStatus& stage = progress.stage;
  if (const auto obstacle = ObstacleOf(pod, now)) {
    SayWhy(stage, obstacle->reason, obstacle->message);
  } else if (!changed_labels.empty()) {
    SayWhy(stage, Reason::PodRejected,
           ByOthers("changed labels of pod " + pod.meta.name + ", and the operator restores them: " + DescribeChange(pod, changed_labels)));
  } else if (IsBlocked(stage)) {
    ClearWaitReason(stage);
  }
  if (stage.pod == pod.meta.name) return;
  const Time noted_at = stage.started.value_or(now) + kPodIsNotedAfter;
  if (now >= noted_at)
    stage.pod = pod.meta.name;
  else
    progress.revisit = Sooner(progress.revisit, noted_at);
}

// What they say is known at the next visit, which no event calls for.
void ReadEventsWhenDue(Progress& progress, const Pod& pod, Time now) {
  const auto due = NextEventReadAt(pod);
  if (!due) return;
  if (now >= *due) progress.after.push_back(ReadPodEvents{pod.meta.ns, pod.meta.name, pod.meta.uid, now});
  progress.revisit = Sooner(progress.revisit, now >= *due ? now + kEventsAreTold : *due);
}

void ObserveNewestPod(Progress& progress, const std::vector<Pod>& pods, const AttemptPod& newest, const api::RetryPolicy& policy, Intent intent, Time now) {
  StageStatus& stage = progress.stage;
  const Pod* found = PodOfAttempt(pods, stage.attempt);
  if (found == nullptr) {
    if (stage.pod == newest.name && !newest.ownerMissing)
      return Count(
          progress,
          {.result = OutcomeClass::Infrastructure, .reason = Reason::PodDeleted, .message = "Pod " + newest.name + " vanished before its outcome was read."},
          newest.name, "", policy, intent, now);
    if (intent != Intent::Stop || newest.ownerMissing) return void(progress.podIsMissing = true);
    return Fail(stage, now);
  }
  Pod pod = *found;
  pod.deadlineWasMade = newest.deadlineSeconds;
  if (auto outcome = OutcomeOf(pod, now)) return Count(progress, std::move(*outcome), pod.meta.name, pod.meta.uid, policy, intent, now);
  const Json changed_labels = ChangedLabels(pod, newest);
  NoteThePod(progress, pod, changed_labels, now);
  if (!changed_labels.empty()) progress.after.push_back(RelabelPod{pod.meta.ns, pod.meta.name, pod.meta.uid, changed_labels});
  ReadEventsWhenDue(progress, pod, now);
  progress.revisit = Sooner(progress.revisit, OutcomeChangesAt(pod));
  if (const auto told = SlowStartReportedAt(pod); told && now < *told) progress.revisit = Sooner(progress.revisit, told);
  if (intent == Intent::Stop && !pod.meta.deleted) progress.after.push_back(DeletePod{pod.meta.ns, pod.meta.name, pod.meta.uid});
}

void RetryWhenDue(Progress& progress, Intent intent, Time now) {
  StageStatus& stage = progress.stage;
  if (intent == Intent::Stop) return Fail(stage, now);
  if (intent == Intent::Hold) return;
  if (stage.retryAt && now < *stage.retryAt) return void(progress.revisit = Sooner(progress.revisit, stage.retryAt));
  StartAttempt(stage, now);
  progress.podIsMissing = true;
}

void EndCountedPods(Progress& progress, const std::vector<Pod>& pods) {
  std::vector<Pod> counted;
  for (const Pod& pod : pods)
    if (progress.stage.state != StageState::Running || pod.attempt < progress.stage.attempt) counted.push_back(pod);
  for (Action& action : EndAndRelease(counted)) progress.after.push_back(std::move(action));
}

}  // namespace

void CountFailure(StageStatus& stage, const StageOutcome& outcome, const api::RetryPolicy& policy, Intent intent, Time now) {
  const RetryDecision decision = AfterFailure(outcome.result, {stage.ownFailures, stage.infrastructureFailures}, policy);
  stage.ownFailures = decision.failures.own;
  stage.infrastructureFailures = decision.failures.infrastructure;
  stage.reason = outcome.reason.value_or(Reason::InternalError);
  stage.message = Cut(outcome.message, kStageMessage);
  stage.refusedSince.reset();
  if (!decision.retries || intent == Intent::Stop) return Fail(stage, now);
  stage.state = StageState::Retrying;
  stage.retryAt = now + decision.wait;
}

std::vector<std::string> WarningsOf(const StageOutcome& outcome) {
  const auto& findings = outcome.findings;
  const std::size_t whole = findings.size() > kWarnings ? kWarnings - 1 : findings.size();
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < whole; ++i) warnings.push_back(Cut(findings[i].message, kWarning));
  if (whole == findings.size()) return warnings;
  std::string more = std::to_string(findings.size() - whole) + " more: ";
  for (std::size_t i = whole; i < findings.size() && more.size() < kWarning; ++i) more += (i == whole ? "" : "; ") + findings[i].message;
  warnings.push_back(Cut(more, kWarning));
  return warnings;
}

bool BlocksProgress(Reason reason) {
  return reason == Reason::ImageUnavailable || reason == Reason::Unschedulable || reason == Reason::SchedulingGated || reason == Reason::PodRejected ||
         reason == Reason::StartFailed;
}

bool IsBlocked(const StageStatus& stage) { return stage.state == StageState::Running && stage.reason && BlocksProgress(*stage.reason); }

bool IsOver(const StageStatus& stage) {
  return stage.state == StageState::Succeeded || stage.state == StageState::Failed || stage.state == StageState::Skipped ||
         stage.state == StageState::Superseded;
}

void StartAttempt(StageStatus& stage, Time now) {
  ++stage.attempt;
  stage.state = StageState::Running;
  stage.started = now;
  stage.pod.clear();
  stage.retryAt.reset();
  if (IsBlocked(stage)) ClearWaitReason(stage);  // the attempt before it ended of that
}

Progress Advance(const StageStatus& before, const std::vector<Pod>& pods, const AttemptPod& newest, const api::RetryPolicy& retry, Intent intent, Time now) {
  Progress progress{.stage = before};
  if (before.state == StageState::Running)
    ObserveNewestPod(progress, pods, newest, retry, intent, now);
  else if (before.state == StageState::Retrying)
    RetryWhenDue(progress, intent, now);
  EndCountedPods(progress, pods);
  return progress;
}

}  // namespace weir::plan
