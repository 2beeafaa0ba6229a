#include "operator/plan/run/run_report.h"

#include <algorithm>

#include "crds/base/count.h"
#include "crds/base/text.h"
#include "operator/plan/conditions.h"
#include "operator/plan/run/attempt.h"
#include "operator/plan/text.h"

namespace weir::plan {
namespace {

using api::ConditionType;
using api::Reason;
using api::RunState;
using api::StageState;
using api::StageStatus;

int Count(const api::RunStatus& status, StageState state) {
  return static_cast<int>(std::count_if(status.stages.begin(), status.stages.end(), [state](const StageStatus& s) { return s.state == state; }));
}

const StageStatus* FirstIn(const api::RunStatus& status, StageState state) {
  const auto found = std::find_if(status.stages.begin(), status.stages.end(), [state](const StageStatus& s) { return s.state == state; });
  return found == status.stages.end() ? nullptr : &*found;
}

const StageStatus* FirstBlocked(const api::RunStatus& status) {
  const auto found = std::find_if(status.stages.begin(), status.stages.end(), IsBlocked);
  return found == status.stages.end() ? nullptr : &*found;
}

// Whoever set spec.state may say by what, such as Ctrl-C.
std::string CancelledBy(const api::PipelineRun& run) {
  constexpr std::size_t kLongest = 64;
  const auto by = run.meta.annotations.find(std::string(kAnnotationCancelledBy));
  return by == run.meta.annotations.end() || by->second.empty() ? "spec.state" : OneLine(Cut(by->second, kLongest));
}

std::string Of(const StageStatus& stage) { return "Stage \"" + stage.name + "\", attempt " + std::to_string(stage.attempt) + ": "; }

// "1 of 3 stages"
std::string StagesDone(const api::RunStatus& status) {
  return std::to_string(Count(status, StageState::Succeeded)) + " of " + std::to_string(status.stages.size()) + " stages";
}

void CountUp(api::RunStatus& status) {
  status.stagesDone = std::to_string(Count(status, StageState::Succeeded)) + "/" + std::to_string(status.stages.size());
  status.attempts = 0;
  for (const StageStatus& stage : status.stages) {
    status.attempts += stage.attempt;
    if (stage.started && (!status.started || *stage.started < *status.started)) status.started = stage.started;
  }
}

void End(api::RunStatus& status, Time now) {
  if (status.finished) return;
  status.finished = now;
  status.duration = weir::Format(now - status.started.value_or(now));
}

std::int64_t QuarantinedBy(const api::RunStatus& status, const std::string& stage) {
  for (const StageStatus& s : status.stages)
    if (s.name == stage && s.rows) return s.rows->quarantined;
  return 0;
}

using Tables = std::vector<const api::Commit*>;

// "3 rows in 1 of 2 views": the rows of those tables that the run made anew, or of all that it confirmed when it made none.
std::string RowsOf(const Tables& tables, const Tables& fresh, const char* kind) {
  std::int64_t rows = 0;
  for (const api::Commit* table : fresh.empty() ? tables : fresh) rows += table->rows;
  const std::string part = fresh.empty() || fresh.size() == tables.size() ? "" : std::to_string(fresh.size()) + " of ";
  return Counted(rows, "row") + " in " + part + std::to_string(tables.size()) + " " + kind;
}

// " Committed: 2,999,989 rows, 11 quarantined." The rows of the view, of all views, or of all tables of a run that publishes no view; the rows that its
// stages quarantined, or, where an earlier run did, those that are missing in these tables.
std::string CommittedSentence(const api::RunStatus& status) {
  std::int64_t quarantined = 0;
  Tables tables, views, fresh;
  for (const api::Commit& commit : status.commits) {
    if (!commit.quarantined) continue;  // a zone of files
    quarantined += QuarantinedBy(status, commit.stage);
    tables.push_back(&commit);
    if (commit.kind == api::TargetKind::View) views.push_back(&commit);
  }
  if (tables.empty()) return "";
  const Tables& told = views.empty() ? tables : views;
  for (const api::Commit* table : told)
    if (!table->unchanged) fresh.push_back(table);
  const bool unchanged = fresh.empty();
  for (const api::Commit* table : unchanged ? told : fresh) quarantined = std::max(quarantined, *table->quarantined);
  const std::string rows = told.size() > 1 ? RowsOf(told, fresh, views.empty() ? "tables" : "views") : Counted(told.front()->rows, "row");
  return (unchanged ? " Unchanged: " : " Committed: ") + rows + ", " + Grouped(quarantined) + " quarantined.";
}

std::string AllWarnings(const api::RunStatus& status) {
  std::vector<std::string> warnings;
  for (const StageStatus& stage : status.stages)
    for (const std::string& warning : stage.warnings) warnings.push_back("stage " + stage.name + ": " + warning);
  return WarningsSentence(warnings);
}

void Succeed(api::RunStatus& status, ConditionList& conditions, Time now) {
  End(status, now);
  std::string message = StagesDone(status) + " succeeded.";
  message = Cut(message + CommittedSentence(status) + AllWarnings(status), kConditionMessage);
  conditions.True(ConditionType::Succeeded, Reason::Completed, message);
  conditions.InForce(Reason::Completed, message);
}

void FailFor(Reason reason, const std::string& message, api::RunStatus& status, ConditionList& conditions, Time now) {
  End(status, now);
  conditions.False(ConditionType::Succeeded, reason, message);
  conditions.Stuck(reason, message);
}

// Not Ready would be read as a failure, and Stalled as something to mend: there is nothing to do.
void Supersede(const StageStatus& stage, api::RunStatus& status, ConditionList& conditions, Time now) {
  End(status, now);
  const std::string message =
      Cut("A newer run took over after " + StagesDone(status) + ", which is no failure. " + Of(stage) + stage.message, kConditionMessage);
  conditions.False(ConditionType::Succeeded, Reason::Superseded, message);
  conditions.InForce(Reason::Superseded, message);
}

void GoOn(Reason reason, const std::string& message, ConditionList& conditions) {
  conditions.Unknown(ConditionType::Succeeded, reason, message);
  conditions.Progressing(reason, message);
}

// "Cancelled by --timeout 10m after 1 of 3 stages; it ended stage decode."
std::string CancelledSentence(const api::PipelineRun& run, const api::RunStatus& status) {
  std::string ended;
  for (const StageStatus& stage : status.stages)
    if (stage.reason == Reason::Cancelled) ended += (ended.empty() ? "" : ", ") + stage.name;
  return "Cancelled by " + CancelledBy(run) + " after " + StagesDone(status) + (ended.empty() ? "." : "; it ended stage " + ended + ".");
}

void ReportProgress(const api::PipelineRun& run, const api::RunStatus& status, ConditionList& conditions) {
  if (const StageStatus* held = FirstBlocked(status)) return GoOn(*held->reason, Of(*held) + held->message, conditions);
  if (const StageStatus* retrying = FirstIn(status, StageState::Retrying))
    return GoOn(Reason::ProgressingWithRetry, Of(*retrying) + retrying->message, conditions);
  if (run.spec.state == RunState::Cancelled) return GoOn(Reason::Cancelled, "Waits for the pods that still run.", conditions);
  if (run.spec.state == RunState::Paused) return GoOn(Reason::Paused, "No new attempts start while spec.state is Paused.", conditions);
  GoOn(Reason::Running, StagesDone(status) + " succeeded.", conditions);
}

}  // namespace

void DescribeRun(const api::PipelineRun& run, api::RunStatus& status, Time now) {
  ConditionList conditions(run.status.conditions, run.meta.generation, now);
  status.observedGeneration = run.meta.generation;
  CountUp(status);
  const bool over = !status.stages.empty() && std::all_of(status.stages.begin(), status.stages.end(), IsOver);
  const StageStatus* failed = FirstIn(status, StageState::Failed);
  const StageStatus* superseded = FirstIn(status, StageState::Superseded);
  if (!over)
    ReportProgress(run, status, conditions);
  else if (failed == nullptr && superseded == nullptr && Count(status, StageState::Skipped) == 0)
    Succeed(status, conditions, now);
  else if (run.spec.state == RunState::Cancelled)
    FailFor(Reason::Cancelled, CancelledSentence(run, status), status, conditions, now);
  else if (failed != nullptr)
    FailFor(Reason::StageFailed, Of(*failed) + failed->message, status, conditions, now);
  else if (superseded != nullptr)
    Supersede(*superseded, status, conditions, now);
  status.conditions = conditions.Take();
}

api::RunStatus Waiting(const api::PipelineRun& run, Reason reason, const std::string& message, Time now) {
  api::RunStatus status = run.status;
  ConditionList conditions(run.status.conditions, run.meta.generation, now);
  status.observedGeneration = run.meta.generation;
  GoOn(reason, message, conditions);
  status.conditions = conditions.Take();
  return status;
}

api::RunStatus Abandoned(const api::PipelineRun& run, Reason reason, const std::string& message, Time now) {
  api::RunStatus status = run.status;
  ConditionList conditions(run.status.conditions, run.meta.generation, now);
  status.observedGeneration = run.meta.generation;
  FailFor(reason, message, status, conditions, now);
  for (StageStatus& stage : status.stages)
    if (!IsOver(stage)) stage.state = stage.attempt == 0 ? StageState::Skipped : StageState::Failed;
  status.conditions = conditions.Take();
  return status;
}

api::RunStatus Cancelled(const api::PipelineRun& run, Time now) {
  return Abandoned(run, Reason::Cancelled, "Cancelled by " + CancelledBy(run) + " before it had started.", now);
}

}  // namespace weir::plan
