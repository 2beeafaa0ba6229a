#include "tests/plan/random_histories/run_laws.h"

#include <algorithm>
#include <set>

#include "operator/plan/resolve/dag.h"
#include "operator/plan/run/attempt.h"
#include "operator/plan/run/retry.h"
#include "operator/plan/run/run.h"

namespace weir::test {
namespace {

using api::RunStatus;
using api::StageState;
using api::StageStatus;

class Laws {
 public:
  explicit Laws(const RunStep& step) : step_(step), before_(step.before), after_(step.after) {}

  std::vector<std::string> Broken() {
    if (plan::IsFinished(before_)) {
      Law(after_ == before_, "a finished run changed");
      return std::move(broken_);
    }
    StaysBound();
    StagesAreThoseOfTheRevision();
    for (const StageStatus& stage : after_.stages) {
      const StageStatus* before = FindStage(before_, stage.name);
      LookAtStage(before != nullptr ? *before : StageStatus{.name = stage.name}, stage);
    }
    CommitsAreOnlyAdded();
    SumsAgree();
    EndAgreesWithTheStages();
    return std::move(broken_);
  }

 private:
  void Law(bool holds, const std::string& otherwise) {
    if (!holds) broken_.push_back(otherwise);
  }

  void StaysBound() {
    Law(before_.revision.empty() || before_.revision == after_.revision, "the run changed its revision");
    Law(before_.image.empty() || before_.image == after_.image, "the run changed its image");
    Law(before_.epoch == 0 || before_.epoch == after_.epoch, "the run changed its epoch");
    Law(before_.observedGeneration <= after_.observedGeneration, "observedGeneration went back");
  }

  void StagesAreThoseOfTheRevision() {
    if (after_.stages.empty()) return;
    std::vector<std::string> names, declared;
    for (const StageStatus& stage : after_.stages) names.push_back(stage.name);
    for (const api::Stage& stage : step_.bundle.stages) declared.push_back(stage.name);
    Law(names == declared, "the stages are not those of the revision");
  }

  void LookAtStage(const StageStatus& before, const StageStatus& after) {
    const std::string name = "stage " + after.name + ": ";
    if (plan::IsOver(before)) return Law(after == before, name + "it was over and changed");
    const int started = after.attempt - before.attempt;
    const int counted = CountedEnds(after) - CountedEnds(before);
    Law(started == 0 || started == 1, name + "attempts went by " + std::to_string(started));
    Law(counted == 0 || counted == 1, name + "counted ends went by " + std::to_string(counted));
    Law(counted == 0 || before.state == StageState::Running, name + "an end was counted of what did not run");
    if (started == 1) MayStart(before, after, name);
    EveryAttemptIsAccountedFor(after, name);
    StaysWithinItsBudget(after, name);
  }

  void MayStart(const StageStatus& before, const StageStatus& after, const std::string& name) {
    Law(after.state == StageState::Running, name + "an attempt started and does not run");
    if (before.state == StageState::Retrying) return Law(before.retryAt && step_.now >= *before.retryAt, name + "retried before it was due");
    Law(before.state == StageState::Pending, name + "an attempt started while the one before it ran");
    const auto& stages = step_.bundle.stages;
    for (std::size_t i = 0; i < stages.size(); ++i)
      if (stages[i].name == after.name)
        for (const std::string& need : plan::NeedsOf(stages, i)) {
          const StageStatus* needed = FindStage(after_, need);
          Law(needed != nullptr && needed->state == StageState::Succeeded, name + "started before " + need + " had succeeded");
        }
  }

  void EveryAttemptIsAccountedFor(const StageStatus& stage, const std::string& name) {
    const int open = stage.attempt - CountedEnds(stage);
    switch (stage.state) {
      case StageState::Pending:
      case StageState::Skipped: return Law(stage.attempt == 0 && open == 0, name + "has attempts and never started");
      case StageState::Running: return Law(open == 1, name + "runs with " + std::to_string(open) + " attempts that are not counted");
      case StageState::Failed: return Law(open == 0 || (open == 1 && step_.stopped), name + "failed with an attempt that is not counted");
      case StageState::Retrying:
      case StageState::Superseded:
      case StageState::Succeeded: return Law(open == 0, name + "has " + std::to_string(open) + " attempts that are not counted");
    }
  }

  void StaysWithinItsBudget(const StageStatus& stage, const std::string& name) {
    const auto declared = std::find_if(step_.bundle.stages.begin(), step_.bundle.stages.end(), [&](const api::Stage& s) { return s.name == stage.name; });
    if (declared == step_.bundle.stages.end()) return;
    const int most = declared->retry.value_or(step_.bundle.retry).maxAttempts;
    const bool may_continue = stage.state == StageState::Retrying || stage.state == StageState::Running || stage.state == StageState::Succeeded;
    Law(stage.ownFailures <= most - (may_continue ? 1 : 0),
        name + "failed by itself " + std::to_string(stage.ownFailures) + " times of " + std::to_string(most));
    Law(stage.infrastructureFailures <= plan::kInfrastructureLimit - (may_continue ? 1 : 0), name + "was lost too often");
  }

  void CommitsAreOnlyAdded() {
    Law(after_.commits.size() >= before_.commits.size() && std::equal(before_.commits.begin(), before_.commits.end(), after_.commits.begin()),
        "a commit was lost or changed");
    std::set<std::string> tables;
    for (const api::Commit& commit : after_.commits) Law(tables.insert(commit.name).second, "two commits to " + commit.name);
  }

  void SumsAgree() {
    int attempts = 0, succeeded = 0;
    for (const StageStatus& stage : after_.stages) attempts += stage.attempt, succeeded += stage.state == StageState::Succeeded ? 1 : 0;
    Law(after_.attempts == attempts, "status.attempts is not their sum");
    if (!after_.stages.empty() && attempts > 0)
      Law(after_.stagesDone == std::to_string(succeeded) + "/" + std::to_string(after_.stages.size()), "status.stagesDone is " + after_.stagesDone);
  }

  void EndAgreesWithTheStages() {
    const bool over = std::all_of(after_.stages.begin(), after_.stages.end(), plan::IsOver);
    const bool well = std::all_of(after_.stages.begin(), after_.stages.end(), [](const StageStatus& s) { return s.state == StageState::Succeeded; });
    if (!plan::IsFinished(after_)) return Law(after_.stages.empty() || !over, "every stage is over, and the run is not");
    Law(over, "the run is over, and a stage is not");
    Law(api::IsTrue(after_.conditions, api::ConditionType::Succeeded) == (well && !after_.stages.empty()), "Succeeded is not what the stages say");
    SupersededIsNoFailure();
    Law(after_.finished.has_value(), "status.finished is absent of a run that is over");
  }

  // A run that lost its revision or was cancelled says that.
  void SupersededIsNoFailure() {
    const auto any = [this](StageState state) {
      return std::any_of(after_.stages.begin(), after_.stages.end(), [state](const StageStatus& s) { return s.state == state; });
    };
    const bool says = api::Find(after_.conditions, api::ConditionType::Succeeded)->reason == api::Reason::Superseded;
    const bool is = any(StageState::Superseded) && !any(StageState::Failed);
    Law(!says || is, "it ended Superseded, and no newer run took a table, or a stage failed by itself");
    Law(!is || says || step_.stopped, "a newer run took its table, and it did not end Superseded");
    Law(!says || api::Find(after_.conditions, api::ConditionType::Stalled) == nullptr, "it is superseded and Stalled");
  }

  const RunStep& step_;
  const RunStatus& before_;
  const RunStatus& after_;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> BrokenLaws(const RunStep& step) { return Laws(step).Broken(); }

int CountedEnds(const StageStatus& stage) {
  const bool no_failure = stage.state == StageState::Succeeded || stage.state == StageState::Superseded;
  return stage.ownFailures + stage.infrastructureFailures + (no_failure ? 1 : 0);
}

const StageStatus* FindStage(const RunStatus& status, const std::string& name) {
  const auto found = std::find_if(status.stages.begin(), status.stages.end(), [&name](const StageStatus& s) { return s.name == name; });
  return found == status.stages.end() ? nullptr : &*found;
}

}  // namespace weir::test
