#include "operator/controller/object_meter.h"

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
void ShowFreshness(const telemetry::Subject& subject, const observe::Item& item, telemetry::Metrics& metrics) {
  const auto object = ReadLeniently<Spec, StatusT>(item);
  metrics.Freshness(subject, object.status.dataAsOf, object.spec.freshness ? std::optional(object.spec.freshness->maxLag) : std::nullopt);
}

// Reconciling and Stalled stand in status only while they hold.
void ShowConditions(const telemetry::Subject& subject, const Json& conditions, telemetry::Metrics& metrics) {
  if (!conditions.is_array()) return;
  std::map<std::string, std::string> status{{"Reconciling", "False"}, {"Stalled", "False"}};
  for (const Json& condition : conditions) status[Text(condition, "type")] = Text(condition, "status");
  for (const auto& [type, value] : status) metrics.Condition(subject, type, value);
}

}  // namespace

void ObjectMeter::CountAttempts(const api::PipelineRun& run, std::map<std::string, std::string>& counted) {
  for (const api::StageStatus& stage : run.status.stages) {
    std::string& last = counted[stage.name];
    if (stage.countedPod.empty() || stage.countedPod == last) continue;
    last = stage.countedPod;
    metrics_.StageAttempted(api::Word(stage.reason.value_or(stage.state == api::StageState::Succeeded ? api::Reason::Completed : api::Reason::InternalError)));
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
    for (const api::StageStatus& stage : run.status.stages) active_[run.meta.uid][stage.name] = stage.countedPod;
    active_.try_emplace(run.meta.uid);
    return;
  }
  if (!ended) return CountAttempts(run, active->second);
  CountAttempts(run, active->second);
  const double seconds = run.status.started ? static_cast<double>((*run.status.finished - *run.status.started).ms) / 1000 : 0;
  const bool cancelled = succeeded->reason == api::Reason::Cancelled;
  const std::string_view result = cancelled ? "Cancelled" : succeeded->status == api::ConditionStatus::True ? "Succeeded" : "Failed";
  const std::string team = TeamOf(stores_.pipelines.Get(run.meta.ns, run.spec.pipeline).get());
  metrics_.RunFinished({api::kPipelines.kind, run.meta.ns, run.spec.pipeline, team}, result, seconds);
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
  if (resource == api::kDatasets) ShowFreshness<api::DatasetSpec, api::DatasetStatus>(subject, *now, metrics_);
  if (resource == api::kViews) ShowFreshness<api::ViewSpec, api::ViewStatus>(subject, *now, metrics_);
}

}  // namespace weir::controller
