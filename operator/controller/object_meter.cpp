#include "operator/controller/object_meter.h"

#include <utility>

#include "crds/api/dataset.h"
#include "crds/api/read.h"
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
  if (!conditions.is_array()) return;
  std::map<std::string, std::string> status{{"Reconciling", "False"}, {"Stalled", "False"}};
  for (const Json& condition : conditions) status[Text(condition, "type")] = Text(condition, "status");
  for (const auto& [type, value] : status) metrics.Condition(subject, type, value);
}

// Which attempts have ended. Not by pods alone: that of one that was rejected never was.
std::string EndsOf(const api::StageStatus& stage) {
  const int ended = stage.ownFailures + stage.infrastructureFailures + (stage.state == api::StageState::Succeeded ? 1 : 0);
  return ended == 0 ? stage.countedPod : std::to_string(ended) + "/" + stage.countedPod;
}

}  // namespace

telemetry::Subject ObjectMeter::PipelineOf(const api::PipelineRun& run, std::string& team) const {
  team = TeamOf(stores_.pipelines.Get(run.meta.ns, run.spec.pipeline).get());
  return {api::kPipelines.kind, run.meta.ns, run.spec.pipeline, team};
}

void ObjectMeter::CountAttempts(const api::PipelineRun& run, std::map<std::string, std::string>& counted) {
  for (const api::StageStatus& stage : run.status.stages) {
    const std::string ends = EndsOf(stage);
    if (ends == std::exchange(counted[stage.name], ends)) continue;
    const bool succeeded = stage.state == api::StageState::Succeeded;
    metrics_.StageAttempted(api::Word(stage.reason.value_or(succeeded ? api::Reason::Completed : api::Reason::InternalError)));
    std::string team;
    if (succeeded) metrics_.StageSucceeded(PipelineOf(run, team), stage.name, stage.rows ? stage.rows->quarantined : 0, stage.warnings.size());
  }
}

// A run that had ended before its first sight counts nothing. They are many, and each relist shows them all.
bool ObjectMeter::CountsNothing(const observe::Item& run) {
  const std::lock_guard lock(mutex_);
  return !active_.contains(run.meta.uid) && observe::IsFinishedRun(run) && !Text(At(run.brief, "status"), "finished").empty();
}

void ObjectMeter::SeenRun(const api::PipelineRun& run) {
  const std::lock_guard lock(mutex_);
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
  const bool cancelled = succeeded->reason == api::Reason::Cancelled;
  const std::string_view result = cancelled ? "Cancelled" : succeeded->status == api::ConditionStatus::True ? "Succeeded" : "Failed";
  std::string team;
  metrics_.RunFinished(PipelineOf(run, team), result, seconds);
  active_.erase(active);
}

void ObjectMeter::Seen(const api::Resource& resource, const observe::Item& item) {
  if (resource.group != api::kGroup) return;
  const observe::ItemPtr now = stores_.Of(resource).Get(item.meta.ns, item.meta.name);
  const std::string team = TeamOf(now.get());
  const telemetry::Subject subject{resource.kind, item.meta.ns, item.meta.name, team};
  if (!now || now->meta.uid != item.meta.uid) {
    const std::lock_guard lock(mutex_);
    active_.erase(item.meta.uid);
    if (!now) metrics_.Forget(subject);
    return;
  }
  // Runs are too many for gauges of their own.
  if (resource == api::kPipelineRuns) {
    if (!CountsNothing(*now)) SeenRun(ReadLeniently<api::RunSpec, api::RunStatus>(*now));
    return;
  }
  ShowConditions(subject, At(At(now->brief, "status"), "conditions"), metrics_);
  if (resource == api::kDatasets) ShowTable<api::DatasetSpec, api::DatasetStatus>(subject, *now, metrics_);
  if (resource == api::kViews) ShowTable<api::ViewSpec, api::ViewStatus>(subject, *now, metrics_);
}

}  // namespace weir::controller
