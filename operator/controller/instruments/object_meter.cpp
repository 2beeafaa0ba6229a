#include "operator/controller/instruments/object_meter.h"

#include <set>
#include <utility>

#include "crds/api/dataset.h"
#include "crds/api/describe/read.h"
#include "crds/api/view.h"
#include "operator/observe/observe.h"

namespace weir::controller {
namespace {

std::string TeamOf(const observe::Item* item) { return item == nullptr ? "" : Text(At(At(item->brief, "spec"), "owner"), "team"); }

// What does not fit is left out: the API server has validated it, and a metric is no place to complain.
template <typename Spec, typename StatusT>
api::Object<Spec, StatusT> ReadLeniently(const observe::Item& item) {
  std::vector<api::Problem> ignored;
  const Json whole = item.Whole();
  return {item.meta, api::Read<Spec>(At(whole, "spec"), "", ignored), api::Read<StatusT>(At(whole, "status"), "", ignored)};
}

template <typename Spec, typename StatusT>
void ShowTable(const telemetry::Subject& subject, const observe::Item& item, telemetry::Metrics& metrics) {
  const auto object = ReadLeniently<Spec, StatusT>(item);
  const bool committed = object.status.version.has_value();
  metrics.Quality(subject, object.status.quarantined, committed ? std::optional(object.status.warnings.size()) : std::nullopt);
  metrics.Freshness(subject, object.status.dataAsOf, object.spec.freshness ? std::optional(object.spec.freshness->maxLag) : std::nullopt);
}

// Reconciling and Stalled stand in status only while they hold.
void ShowConditions(const telemetry::Subject& subject, const Json& conditions, telemetry::Metrics& metrics) {
  if (!conditions.is_array()) return metrics.Conditions(subject, {});
  std::map<std::string, std::string> status{{"Reconciling", "False"}, {"Stalled", "False"}};
  for (const Json& condition : conditions) status[Text(condition, "type")] = Text(condition, "status");
  metrics.Conditions(subject, status);
}

std::set<std::string> StagesOf(const observe::Item& pipeline) {
  std::set<std::string> names;
  if (const Json& stages = At(At(pipeline.brief, "spec"), "stages"); stages.is_array())
    for (const Json& stage : stages) names.insert(Text(stage, "name"));
  return names;
}

// Which attempts have ended. Not by pods alone: that of one that was rejected never was.
std::string EndsOf(const api::StageStatus& stage) {
  const bool no_failure = stage.state == api::StageState::Succeeded || stage.state == api::StageState::Superseded;
  const int ended = stage.ownFailures + stage.infrastructureFailures + (no_failure ? 1 : 0);
  return ended == 0 ? stage.countedPod : std::to_string(ended) + "/" + stage.countedPod;
}

std::string_view ResultOf(const api::Condition& succeeded) {
  if (succeeded.reason == api::Reason::Cancelled || succeeded.reason == api::Reason::Superseded) return api::Word(succeeded.reason);
  return succeeded.status == api::ConditionStatus::True ? "Succeeded" : "Failed";
}

}  // namespace

void ObjectMeter::CountAttempts(const api::PipelineRun& run, std::map<std::string, std::string>& counted) {
  const observe::ItemPtr pipeline = stores_.pipelines.Get(run.meta.ns, run.spec.pipeline);
  const std::string team = TeamOf(pipeline.get());
  const std::set<std::string> stages = pipeline ? StagesOf(*pipeline) : std::set<std::string>();
  for (const api::StageStatus& stage : run.status.stages) {
    const std::string ends = EndsOf(stage);
    if (ends == std::exchange(counted[stage.name], ends)) continue;
    const bool succeeded = stage.state == api::StageState::Succeeded;
    metrics_.StageAttempted(api::Word(stage.reason.value_or(succeeded ? api::Reason::Completed : api::Reason::InternalError)));
    if (!succeeded || !stages.contains(stage.name)) continue;
    metrics_.StageSucceeded({api::kPipelines.kind, run.meta.ns, run.spec.pipeline, team}, stage.name, stage.rows ? stage.rows->quarantined : 0,
                            stage.warnings.size());
  }
}

// A run that had ended before its first sight counts nothing. They are many, and each relist shows them all.
bool ObjectMeter::IsIgnored(const observe::Item& run) const {
  return !active_.contains(run.meta.uid) && observe::IsFinishedRun(run) && !Text(At(run.brief, "status"), "finished").empty();
}

void ObjectMeter::SeenRun(const api::PipelineRun& run) {
  const api::Condition* succeeded = api::Find(run.status.conditions, api::ConditionType::Succeeded);
  const bool ended = succeeded != nullptr && succeeded->status != api::ConditionStatus::Unknown && run.status.finished.has_value();
  const auto active = active_.find(run.meta.uid);
  if (active == active_.end()) {
    if (ended) return;
    // What had ended before the first sight was counted by the process before this one.
    for (const api::StageStatus& stage : run.status.stages) active_[run.meta.uid][stage.name] = EndsOf(stage);
    active_.try_emplace(run.meta.uid);
    return;
  }
  if (!ended) return CountAttempts(run, active->second);
  CountAttempts(run, active->second);
  const double seconds = run.status.started ? static_cast<double>((*run.status.finished - *run.status.started).ms) / 1000 : 0;
  const std::string_view result = ResultOf(*succeeded);
  if (const observe::ItemPtr pipeline = stores_.pipelines.Get(run.meta.ns, run.spec.pipeline)) {
    const std::string team = TeamOf(pipeline.get());
    metrics_.RunFinished({api::kPipelines.kind, run.meta.ns, run.spec.pipeline, team}, result, seconds);
  }
  active_.erase(active);
}

void ObjectMeter::Show(const telemetry::Subject& subject, const api::Resource& resource, const observe::Item& item) {
  // Runs are too many for gauges of their own.
  if (resource == api::kPipelineRuns) return SeenRun(ReadLeniently<api::RunSpec, api::RunStatus>(item));
  ShowConditions(subject, At(At(item.brief, "status"), "conditions"), metrics_);
  if (resource == api::kPipelines) metrics_.Stages(subject, StagesOf(item));
  if (resource == api::kDatasets) ShowTable<api::DatasetSpec, api::DatasetStatus>(subject, item, metrics_);
  if (resource == api::kViews) ShowTable<api::ViewSpec, api::ViewStatus>(subject, item, metrics_);
}

void ObjectMeter::Seen(const api::Resource& resource, const observe::Item& item) {
  if (resource.group != api::kGroup) return;
  const std::lock_guard lock(mutex_);
  const observe::ItemPtr now = stores_.Of(resource).Get(item.meta.ns, item.meta.name);
  const std::string team = TeamOf(now.get());
  const telemetry::Subject subject{resource.kind, item.meta.ns, item.meta.name, team};
  if (!now || now->meta.uid != item.meta.uid) {
    active_.erase(item.meta.uid);
    metrics_.Forget(subject);
  }
  if (now && !(resource == api::kPipelineRuns && IsIgnored(*now))) Show(subject, resource, *now);
}

}  // namespace weir::controller
