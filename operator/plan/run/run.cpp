#include "operator/plan/run/run.h"

#include <algorithm>

#include "crds/api/describe/read.h"
#include "crds/api/describe/write.h"
#include "crds/api/protocol/attempt.h"
#include "operator/plan/conditions.h"
#include "operator/plan/pod/pod_template.h"
#include "operator/plan/pod/runner.h"
#include "operator/plan/resolve/dag.h"
#include "operator/plan/run/rejection.h"
#include "operator/plan/run/run_report.h"
#include "operator/plan/run/task.h"
#include "operator/plan/text.h"

namespace weir::plan {
namespace {

using api::Reason;
using api::RunState;
using api::StageState;
using api::StageStatus;

Intent IntentOf(const api::PipelineRun& run) {
  switch (run.spec.state) {
    case RunState::Running: return Intent::Go;
    case RunState::Paused: return Intent::Hold;
    case RunState::Cancelled: return Intent::Stop;
  }
  return Intent::Go;
}

bool OwnerIsGone(const ObservedRun& seen) { return !seen.run || seen.run->meta.deleted.has_value(); }
bool HasStarted(const api::RunStatus& status) { return status.attempts > 0; }
bool IsBlockedByOtherRuns(const ObservedRun& seen) {
  return !HasStarted(seen.run->status) && !seen.blockingRuns.empty() && seen.run->spec.state != RunState::Cancelled;
}
bool IsCancelledBeforeItStarted(const ObservedRun& seen) { return seen.run->spec.state == RunState::Cancelled && !HasStarted(seen.run->status); }

bool IsRevisionMissing(const ObservedRun& seen) { return HasStarted(seen.run->status) && !seen.revision; }

bool AnyAttemptRuns(const std::vector<StageStatus>& stages) {
  return std::any_of(stages.begin(), stages.end(), [](const StageStatus& s) { return s.state == StageState::Running || s.state == StageState::Retrying; });
}

std::vector<Pod> OfStage(const std::vector<Pod>& pods, const std::string& stage) {
  std::vector<Pod> found;
  std::copy_if(pods.begin(), pods.end(), std::back_inserter(found), [&stage](const Pod& p) { return p.stage == stage; });
  return found;
}

Duration TimeoutOf(const api::Stage& stage) { return stage.attemptTimeout.value_or(PodRequest{}.timeout); }

bool ShouldRestoreOwner(const ObservedRun& seen, const Pod& orphan) {
  return !OwnerIsGone(seen) && IsMissingOwner(orphan, seen.run->meta.created, seen.run->meta.name, seen.run->status.stages);
}

bool IsMissingOwner(const ObservedRun& seen, const std::string& pod) {
  return std::any_of(seen.orphans.begin(), seen.orphans.end(), [&](const Pod& p) { return p.meta.name == pod && ShouldRestoreOwner(seen, p); });
}

AttemptPod NewestPod(const ObservedRun& seen, const api::RunStatus& status, const api::Stage& stage, int attempt) {
  const api::PipelineRun& run = *seen.run;
  const std::string name = api::PodName(run.meta.name, stage.name, attempt);
  const api::Attempt newest{
      .pipeline = run.spec.pipeline, .run = run.meta.name, .runUid = run.meta.uid, .revision = status.revision, .stage = stage.name, .attempt = attempt};
  return {name, api::PodLabels(newest), DeadlineSeconds(TimeoutOf(stage)), IsMissingOwner(seen, name)};
}

Plan WithStatus(const api::RunStatus& status) { return {.status = api::Write(status)}; }

// What the turn over all stages gathers.
struct Turn {
  api::RunStatus status;
  std::vector<Action> create;
  std::vector<Action> settle;
  std::optional<Time> revisit;
};

StageStatus StatusOfStage(const api::RunStatus& status, const std::string& name) {
  for (const StageStatus& stage : status.stages)
    if (stage.name == name) return stage;
  return {.name = name};
}

// The run's epoch counts from its start, not from its creation: a run that waited is newer than all that went before it.
api::RunStatus Bound(const ObservedRun& seen, Time now) {
  api::RunStatus status = seen.run->status;
  status.revision = seen.revision->meta.name;
  if (status.epoch == 0) status.epoch = std::max(now.Seconds(), seen.newestEpoch + 1);
  if (status.image.empty()) status.image = ImageOf(seen.environment, seen.revision->bundle.runner);
  status.stages.clear();
  for (const api::Stage& stage : seen.revision->bundle.stages) status.stages.push_back(StatusOfStage(seen.run->status, stage.name));
  return status;
}

Action PodOf(const ObservedRun& seen, const api::RunStatus& status, const api::Stage& stage, int attempt) {
  const api::Meta& run = seen.run->meta;
  const TaskOwner owner{.ns = run.ns,
                        .run = run.name,
                        .runUid = run.uid,
                        .revision = status.revision,
                        .image = status.image,
                        .created = run.created,
                        .epoch = status.epoch,
                        .known = seen.known,
                        .declared = seen.declared,
                        .keys = seen.environment.localKeys};
  PodRequest request{.name = api::PodName(run.name, stage.name, attempt), .ownerKind = api::kPipelineRuns, .owner = run};
  request.task = TaskFor(seen.revision->bundle, owner, stage, attempt);
  request.image = status.image;
  request.runner = RunnerFor(seen.environment, seen.revision->bundle.runner);
  request.resources = StageResources(stage.resources, request.runner);
  request.timeout = TimeoutOf(stage);
  return CreatePod{stage.name, PodFor(request, seen.revision->bundle), IsMissingOwner(seen, request.name)};
}

// What is wrong with the data of a stage is wrong with each version that it committed, unless the runner told them apart.
void TakeCommits(const api::StageOutcome& outcome, api::RunStatus& status) {
  const auto& commits = outcome.commits;
  const bool told_apart = std::any_of(commits.begin(), commits.end(), [](const api::Commit& commit) { return !commit.warnings.empty(); });
  for (api::Commit commit : commits) {
    if (!told_apart) commit.warnings = WarningsOf(outcome);
    status.commits.push_back(std::move(commit));
  }
}

void TakeDamage(const api::StageOutcome& outcome, const api::PipelineRun& run, std::size_t stage, api::RunStatus& status) {
  const StageStatus& ended = status.stages[stage];
  status.damaged.push_back({.kind = outcome.damaged->kind,
                            .name = outcome.damaged->name,
                            .pipeline = run.spec.pipeline,
                            .run = run.meta.name,
                            .stage = ended.name,
                            .epoch = api::EpochOf(status.epoch, stage, ended.attempt),
                            .reason = outcome.reason,
                            .message = Cut(outcome.message, kStageMessage)});
}

// Of no attempt, so that nobody will ever count its end.
std::vector<Pod> HeldPodsWithoutStage(const std::vector<Pod>& pods) {
  std::vector<Pod> found;
  std::copy_if(pods.begin(), pods.end(), std::back_inserter(found), [](const Pod& p) { return p.stage.empty() && p.HoldsOurFinalizer(); });
  return found;
}

void AdvanceStages(const ObservedRun& seen, Turn& turn, Time now) {
  const Bundle& bundle = seen.revision->bundle;
  const std::vector<Pod> pods = Recognised(seen.pods, seen.run->meta.name, turn.status.stages);
  for (std::size_t i = 0; i < bundle.stages.size(); ++i) {
    const api::Stage& stage = bundle.stages[i];
    StageStatus& status = turn.status.stages[i];
    Progress progress = Advance(status, OfStage(pods, stage.name), NewestPod(seen, turn.status, stage, status.attempt), stage.retry.value_or(bundle.retry),
                                IntentOf(*seen.run), now);
    status = std::move(progress.stage);
    if (progress.podIsMissing) turn.create.push_back(PodOf(seen, turn.status, stage, status.attempt));
    if (progress.ended && progress.ended->result == api::OutcomeClass::Succeeded) TakeCommits(*progress.ended, turn.status);
    if (progress.ended && progress.ended->standing) turn.status.standing.push_back(*progress.ended->standing);
    if (progress.ended && progress.ended->damaged) TakeDamage(*progress.ended, *seen.run, i, turn.status);
    turn.settle.insert(turn.settle.end(), progress.after.begin(), progress.after.end());
    turn.revisit = Sooner(turn.revisit, progress.revisit);
  }
  for (Action& action : EndAndRelease(HeldPodsWithoutStage(pods))) turn.settle.push_back(std::move(action));
}

void StartDueStages(const ObservedRun& seen, Turn& turn, Time now) {
  if (IntentOf(*seen.run) != Intent::Go) return;
  const std::vector<api::Stage>& stages = seen.revision->bundle.stages;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    StageStatus& status = turn.status.stages[i];
    if (status.state != StageState::Pending || !EverythingNeededSucceeded(stages, i, turn.status.stages)) continue;
    StartAttempt(status, now);
    turn.create.push_back(PodOf(seen, turn.status, stages[i], status.attempt));
  }
}

bool HasFailedNeed(const std::vector<api::Stage>& stages, std::size_t index, const std::vector<StageStatus>& statuses) {
  const std::vector<std::string> needs = NeedsOf(stages, index);
  return std::any_of(statuses.begin(), statuses.end(), [&needs](const StageStatus& s) {
    const bool did_not = s.state == StageState::Failed || s.state == StageState::Skipped || s.state == StageState::Superseded;
    return did_not && std::find(needs.begin(), needs.end(), s.name) != needs.end();
  });
}

// The stages that do not need one that failed, or was superseded, run to their ends: their data are as good as ever.
void SkipUnreachableStages(const ObservedRun& seen, api::RunStatus& status) {
  const std::vector<api::Stage>& stages = seen.revision->bundle.stages;
  const bool stopped = IntentOf(*seen.run) == Intent::Stop && !AnyAttemptRuns(status.stages);
  for (std::size_t i = 0; i < stages.size(); ++i)  // a stage needs only those above it
    if (status.stages[i].state == StageState::Pending && (stopped || HasFailedNeed(stages, i, status.stages))) status.stages[i].state = StageState::Skipped;
}

Plan PlanVisit(const ObservedRun& seen, Time now) {
  Turn turn{.status = Bound(seen, now)};
  AdvanceStages(seen, turn, now);
  StartDueStages(seen, turn, now);
  SkipUnreachableStages(seen, turn.status);
  DescribeRun(*seen.run, turn.status, now);
  Plan plan = WithStatus(turn.status);
  plan.after = std::move(turn.create);
  plan.after.insert(plan.after.end(), turn.settle.begin(), turn.settle.end());
  PutInOrder(plan.after);
  plan.revisit = turn.revisit;
  return plan;
}

// What the run was bound to is gone, with its pipeline or by itself: it can neither go on nor be counted.
Plan GiveUp(const ObservedRun& seen, Time now) {
  const api::PipelineRun& run = *seen.run;
  const auto reason = seen.pipelineExists ? Reason::RevisionMissing : Reason::PipelineMissing;
  Plan plan = WithStatus(
      Abandoned(run, reason, "ControllerRevision \"" + run.status.revision + "\", which the run is bound to, is gone; make a new PipelineRun.", now));
  plan.after = EndAndRelease(seen.pods);
  return plan;
}

Plan PlanOf(const ObservedRun& seen, Time now) {
  if (OwnerIsGone(seen)) return {.after = ReleaseAll(seen.pods)};
  const api::PipelineRun& run = *seen.run;
  if (IsFinished(run.status)) return {.after = EndAndRelease(seen.pods)};
  if (IsRevisionMissing(seen)) return GiveUp(seen, now);
  if (IsCancelledBeforeItStarted(seen)) return WithStatus(Cancelled(run, now));
  if (!seen.pipelineExists)
    return WithStatus(Waiting(run, Reason::PipelineMissing, "There is no Pipeline \"" + run.spec.pipeline + "\" in this namespace yet.", now));
  if (RevisionOf(run, seen.revisionInForce).empty())
    return WithStatus(Waiting(run, Reason::Pending, "Pipeline \"" + run.spec.pipeline + "\" has no revision in force yet; its conditions say why.", now));
  if (!seen.revision)
    return WithStatus(
        Waiting(run, Reason::RevisionMissing, "There is no ControllerRevision \"" + RevisionOf(run, seen.revisionInForce) + "\" of this pipeline.", now));
  if (IsBlockedByOtherRuns(seen))
    return WithStatus(Waiting(run, Reason::Queued, "Waits for run \"" + seen.blockingRuns.front() + "\" of the same pipeline.", now));
  return PlanVisit(seen, now);
}

}  // namespace

bool IsFinished(const api::RunStatus& status) {
  const api::Condition* succeeded = api::Find(status.conditions, api::ConditionType::Succeeded);
  return succeeded != nullptr && succeeded->status != api::ConditionStatus::Unknown;
}

std::string RevisionOf(const api::PipelineRun& run, const std::string& in_force) {
  if (!run.status.revision.empty()) return run.status.revision;
  return run.spec.revision.empty() ? in_force : run.spec.revision;
}

Plan MakePlan(const ObservedRun& seen, Time now) {
  Plan plan = PlanOf(seen, now);
  std::vector<Pod> orphans = seen.orphans;
  const auto ours = std::stable_partition(orphans.begin(), orphans.end(), [&seen](const Pod& orphan) { return !ShouldRestoreOwner(seen, orphan); });
  if (!seen.revision)  // none of them is counted, as with the pods of a run that gives up
    for (Action& action : EndAndRelease({ours, orphans.end()})) plan.after.push_back(std::move(action));
  orphans.erase(ours, orphans.end());
  Leftovers leftovers = OwnerIsGone(seen) ? Leftovers{ReleaseAll(orphans), std::nullopt} : DeleteAndRelease(orphans, now);
  plan.before = std::move(leftovers.actions);
  plan.revisit = Sooner(plan.revisit, leftovers.revisit);
  return plan;
}

std::optional<Json> StatusWhenRefused(const ObservedRun& seen, const Json& planned, const Action& refused, const Error& why, Time now) {
  const auto* pod = std::get_if<CreatePod>(&refused);
  if (pod == nullptr) return std::nullopt;
  std::vector<api::Problem> ignored;
  auto status = api::Read<api::RunStatus>(planned, "status", ignored);
  const Bundle& bundle = seen.revision->bundle;
  for (std::size_t i = 0; i < bundle.stages.size(); ++i)
    if (const api::Stage& stage = bundle.stages[i]; stage.name == pod->stage)
      CountRejection(status.stages[i], why, {TimeoutOf(stage), stage.retry.value_or(bundle.retry)}, now);
  SkipUnreachableStages(seen, status);
  DescribeRun(*seen.run, status, now);
  return api::Write(status);
}

}  // namespace weir::plan
