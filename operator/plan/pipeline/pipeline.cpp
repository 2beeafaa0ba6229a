#include "operator/plan/pipeline/pipeline.h"

#include <algorithm>

#include "crds/api/describe/read.h"
#include "crds/api/describe/write.h"
#include "operator/plan/conditions.h"
#include "operator/plan/pipeline/request.h"
#include "operator/plan/pipeline/rollout.h"
#include "operator/plan/run/run.h"
#include "operator/plan/text.h"

namespace weir::plan {
namespace {

using api::ConditionStatus;
using api::ConditionType;
using api::Reason;

bool OwnerIsGone(const ObservedPipeline& seen) { return !seen.pipeline || seen.pipeline->meta.deleted.has_value(); }

const api::PipelineRun* Newest(const std::vector<api::PipelineRun>& runs) {
  const auto newest = std::max_element(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return IsEarlierRun(a, b); });
  return newest == runs.end() ? nullptr : &*newest;
}

const api::PipelineRun* NewestFinished(const std::vector<api::PipelineRun>& runs) {
  const api::PipelineRun* newest = nullptr;
  for (const api::PipelineRun& run : runs)
    if (IsFinished(run.status) && (newest == nullptr || IsEarlierRun(*newest, run))) newest = &run;
  return newest;
}

bool Succeeded(const api::PipelineRun& run) { return api::IsTrue(run.status.conditions, ConditionType::Succeeded); }

// A revision that is in force may have runs that fail; who looks at Ready alone reads it there.
std::string LastFailure(const ObservedPipeline& seen, const std::string& made) {
  const api::PipelineRun* newest = made.empty() ? Newest(seen.runs) : nullptr;
  if (newest == nullptr || !IsFinished(newest->status) || Succeeded(*newest)) return "";
  return " The newest run " + newest->meta.name + " did not succeed: " + api::Find(newest->status.conditions, ConditionType::Succeeded)->message;
}

void DescribeVerdict(const Verdict& verdict, const api::PipelineSpec& spec, const std::string& failure, ConditionList& conditions) {
  switch (verdict.standing) {
    case Standing::InForce:
      return spec.suspend ? conditions.InForce(Reason::Suspended, verdict.message + " No new runs start while spec.suspend is true." + failure)
                          : conditions.InForce(verdict.reason, verdict.message + failure);
    case Standing::Progressing: return conditions.Progressing(verdict.reason, verdict.message);
    case Standing::Stuck: return conditions.Stuck(verdict.reason, verdict.message);
  }
}

void DescribeAvailability(const Verdict& verdict, const api::PipelineStatus& status, ConditionList& conditions) {
  if (status.revision.empty())
    conditions.False(ConditionType::Available, verdict.reason, "No revision is in force yet.");
  else
    conditions.True(ConditionType::Available, Reason::InForce, "Runs are made of revision " + status.revision + ".");
}

void DescribeRollout(const ObservedPipeline& seen, const Verdict& verdict, const api::PipelineStatus& status, ConditionList& conditions) {
  const api::PipelineStatus& before = seen.pipeline->status;
  if (verdict.standing != Standing::InForce) return conditions.False(ConditionType::RolledOut, verdict.reason, "This generation is not in force.");
  const bool was = before.revision == status.revision && api::IsTrue(before.conditions, ConditionType::RolledOut);
  const bool is = std::any_of(seen.runs.begin(), seen.runs.end(),
                              [&status](const api::PipelineRun& run) { return run.status.revision == status.revision && Succeeded(run); });
  if (was || is)
    conditions.True(ConditionType::RolledOut, Reason::RunSucceeded, "A run of revision " + status.revision + " succeeded.");
  else
    conditions.False(ConditionType::RolledOut, Reason::NoRunYet, "No run of revision " + status.revision + " succeeded yet.");
}

void DescribeRuns(const ObservedPipeline& seen, api::PipelineStatus& status, ConditionList& conditions, const std::string& made) {
  constexpr auto kType = ConditionType::LastRunSucceeded;
  if (const api::PipelineRun* finished = NewestFinished(seen.runs)) status.lastRunFinished = finished->status.finished;
  const api::PipelineRun* newest = Newest(seen.runs);
  const std::string name = !made.empty() ? made : newest != nullptr ? newest->meta.name : "";
  if (name.empty()) {
    if (status.lastRun.empty()) return conditions.Unknown(kType, Reason::NoRunYet, "There was no run yet.");
    return conditions.Keep(kType);
  }
  status.lastRun = name;
  const bool finished = newest != nullptr && newest->meta.name == name && IsFinished(newest->status);
  status.lastRunResult = finished ? std::string(api::Word(api::Find(newest->status.conditions, ConditionType::Succeeded)->reason)) : "";
  if (!finished) return conditions.Unknown(kType, Reason::Running, "Run " + name + " is not finished.");
  const std::string message = "Run " + name + ": " + api::Find(newest->status.conditions, ConditionType::Succeeded)->message;
  if (Succeeded(*newest))
    conditions.True(kType, Reason::RunSucceeded, message);
  else
    conditions.False(kType, Reason::RunFailed, message);
}

void DescribeSuspension(const api::PipelineSpec& spec, ConditionList& conditions) {
  if (spec.suspend)
    conditions.True(ConditionType::Suspended, Reason::Suspended, "spec.suspend is true: no new runs start.");
  else
    conditions.False(ConditionType::Suspended, Reason::InForce, "Runs start when they are due.");
}

// Makes the run that is due, unless a newer revision may come into force in a moment. One that waits for something, or
// whose validation is tried again, may take for ever: it holds nothing back. Answers the run's name.
std::string CreateDueRun(const ObservedPipeline& seen, const Verdict& verdict, api::PipelineStatus& status, Plan& plan) {
  if (verdict.reason == Reason::Validating) return "";
  api::Pipeline pipeline = *seen.pipeline;
  pipeline.status = status;
  const auto due = RunDue(pipeline);
  if (!due) return "";
  plan.before.push_back(CreateRun{RunObject(pipeline, *due, status.revision)});
  ++status.runNumber;
  status.lastHandledRevision = status.revision;
  if (const std::string request = RequestOf(pipeline); !request.empty()) status.lastHandledRequest = request;
  return due->name;
}

void Describe(const ObservedPipeline& seen, const Verdict& verdict, const std::string& made, api::PipelineStatus& status, Time now) {
  const api::Pipeline& pipeline = *seen.pipeline;
  ConditionList conditions(pipeline.status.conditions, pipeline.meta.generation, now);
  DescribeVerdict(verdict, pipeline.spec, LastFailure(seen, made), conditions);
  DescribeAvailability(verdict, status, conditions);
  DescribeRollout(seen, verdict, status, conditions);
  DescribeRuns(seen, status, conditions, made);
  DescribeSuspension(pipeline.spec, conditions);
  status.observedGeneration = pipeline.meta.generation;
  status.conditions = conditions.Take();
}

Reason ReasonOf(const Error& refusal) { return refusal.reason == api::Word(Reason::NameTaken) ? Reason::NameTaken : Reason::Refused; }

std::string Refusal(const Error& why) { return "The API server refuses it: " + why.message; }

void ReportRefusedPod(const ObservedPipeline& seen, const Error& why, api::PipelineStatus& status, Time now) {
  if (!status.validation) return;
  CountRejectedValidator(*seen.pipeline, why, status, now);
  Describe(seen, VerdictOf(*status.validation, status.validating), "", status, now);
}

// The revision is in force all the same. What says that the run was made is taken back, so that it is made later.
void ReportRefusedRun(const ObservedPipeline& seen, const Error& why, api::PipelineStatus& status, Time now) {
  const api::PipelineStatus& before = seen.pipeline->status;
  ConditionList conditions(before.conditions, seen.pipeline->meta.generation, now);
  for (const api::Condition& planned : status.conditions)
    if (planned.type != ConditionType::LastRunSucceeded) conditions.Set(planned.type, planned.status, planned.reason, planned.message);
  conditions.Unknown(ConditionType::LastRunSucceeded, ReasonOf(why), "A run is due, but cannot be made. " + Refusal(why));
  status.conditions = conditions.Take();
  status.runNumber = before.runNumber;
  status.lastHandledRevision = before.lastHandledRevision;
  status.lastHandledRequest = before.lastHandledRequest;
  status.lastRun = before.lastRun;
  status.lastRunResult = before.lastRunResult;
}

// Nothing of what was planned has happened yet.
void ReportRefusedRevision(const ObservedPipeline& seen, const Error& why, api::PipelineStatus& status, Time now) {
  status = seen.pipeline->status;
  Describe(seen, {Standing::Progressing, ReasonOf(why), "The new revision cannot be made. " + Refusal(why)}, "", status, now);
}

void Append(std::vector<Action>& to, std::vector<Action> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

Plan MakePlan(const ObservedPipeline& seen, Time now) {
  if (OwnerIsGone(seen)) return {.before = ReleaseAll(seen.orphans), .after = ReleaseAll(seen.pods)};
  const api::Pipeline& pipeline = *seen.pipeline;
  api::PipelineStatus status = pipeline.status;
  const Resolution resolution = Resolve(pipeline, seen.around, seen.environment, now);
  Rollout rollout;
  if (auto objection = BlockingVerdict(seen, resolution))
    rollout.verdict = std::move(*objection);
  else
    rollout = RollOut(seen, resolution.bundle, status, now);
  std::vector<Pod> orphans = seen.orphans;
  std::erase_if(orphans, [&seen](const Pod& orphan) { return ShouldRestoreOwner(seen, orphan); });
  Leftovers leftovers = DeleteAndRelease(orphans, now);
  Append(rollout.before, std::move(leftovers.actions));
  rollout.revisit = Sooner(rollout.revisit, leftovers.revisit);
  Plan plan{.before = std::move(rollout.before), .after = std::move(rollout.after), .revisit = Sooner(rollout.revisit, resolution.revisit)};
  const std::string made = CreateDueRun(seen, rollout.verdict, status, plan);
  Describe(seen, rollout.verdict, made, status, now);
  plan.status = api::Write(status);
  Append(plan.after, PruneRuns(pipeline.meta, pipeline.spec.runHistory, seen.runs, seen.shown));
  Append(plan.after, PruneRevisions(status, seen.revisions, seen.runs, seen.shownRevisions));
  PutInOrder(plan.after);
  return plan;
}

std::optional<Json> StatusWhenRefused(const ObservedPipeline& seen, const Json& planned, const Action& refused, const Error& why, Time now) {
  std::vector<api::Problem> ignored;
  auto status = api::Read<api::PipelineStatus>(planned, "status", ignored);
  if (std::holds_alternative<CreatePod>(refused))
    ReportRefusedPod(seen, why, status, now);
  else if (std::holds_alternative<CreateRun>(refused))
    ReportRefusedRun(seen, why, status, now);
  else if (std::holds_alternative<CreateRevision>(refused) || std::holds_alternative<EnsureServiceAccount>(refused))
    ReportRefusedRevision(seen, why, status, now);
  else
    return std::nullopt;
  return api::Write(status);
}

}  // namespace weir::plan
