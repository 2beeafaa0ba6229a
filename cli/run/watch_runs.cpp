#include "cli/run/watch_runs.h"

#include <algorithm>
#include <utility>

#include "crds/api/describe/read.h"
#include "operator/plan/run/run.h"
#include "operator/plan/run/run_report.h"

namespace weir::cli {
namespace {

// With nothing due, nothing in flight and nothing written for so long, what has not come will not come by itself.
constexpr Duration kSettledAfter = Duration::Millis(1500);

api::RunStatus StatusOf(const Json& run) {
  std::vector<api::Problem> newer;
  return At(run, "status").is_object() ? api::Read<api::RunStatus>(At(run, "status"), "status", newer) : api::RunStatus{};
}

Status Cancel(local::MemoryCluster& cluster, const std::string& ns, const std::string& run, const std::string& by) {
  const Json patch = {{"metadata", {{"annotations", {{std::string(plan::kAnnotationCancelledBy), by}}}}},
                      {"spec", {{"state", api::Word(api::RunState::Cancelled)}}}};
  const auto patched = cluster.Patch({api::kPipelineRuns, ns, run}, kube::PatchType::Merge, kube::Subresource::None, patch);
  return patched ? Ok() : Status(patched.error());
}

api::Pipeline ReadPipeline(const Json& json) {
  std::vector<api::Problem> newer;
  api::Pipeline pipeline;
  pipeline.meta = api::ReadMeta(json);
  pipeline.spec = api::Read<api::PipelineSpec>(At(json, "spec"), "spec", newer);
  if (At(json, "status").is_object()) pipeline.status = api::Read<api::PipelineStatus>(At(json, "status"), "status", newer);
  return pipeline;
}

// Its SQL is being bound, or will be once more after a failure that may pass: the answer is still to come.
bool IsBeingValidated(const api::PipelineStatus& status) {
  if (status.validating.empty() || !status.validation) return false;
  return status.validation->state == api::StageState::Running || status.validation->state == api::StageState::Retrying;
}

PipelineView FromRun(const std::string& pipeline, const RunView& run) {
  PipelineView view{pipeline, PipelineView::State::Running, "", run.name};
  if (!plan::IsFinished(run.status)) return view;
  const api::Condition* succeeded = api::Find(run.status.conditions, api::ConditionType::Succeeded);
  view.state = succeeded->status == api::ConditionStatus::True ? PipelineView::State::Succeeded
               : succeeded->reason == api::Reason::Superseded  ? PipelineView::State::Superseded
                                                               : PipelineView::State::Failed;
  view.message = succeeded->message;
  return view;
}

}  // namespace

RunFollower::RunFollower(Session& session, std::string ns, std::vector<std::string> pipelines)
    : session_(session), ns_(std::move(ns)), pipelines_(std::move(pipelines)) {
  for (const RunView& run : Runs()) {
    newest_ = std::max(newest_, run.created);
    old_.insert(run.name);
  }
}

Status RunFollower::Request(const std::string& pipeline, Time now) {
  requested_.insert(pipeline);
  const Json patch = {{"metadata", {{"annotations", {{std::string(api::kAnnotationRequestedAt), FormatMicros(now)}}}}}};
  const auto patched = session_.Cluster().Patch({api::kPipelines, ns_, pipeline}, kube::PatchType::Merge, kube::Subresource::None, patch);
  return patched ? Ok() : Status(patched.error());
}

std::vector<RunView> RunFollower::Runs() const {
  std::vector<RunView> runs;
  const auto listing = session_.Cluster().List({api::kPipelineRuns, ns_, ""});
  if (!listing) return runs;
  for (const Json& item : listing->items) {
    const api::Meta meta = api::ReadMeta(item);
    RunView run{meta.name, Text(At(item, "spec"), "pipeline"), StatusOf(item), meta.created};
    if (std::find(pipelines_.begin(), pipelines_.end(), run.pipeline) != pipelines_.end() && !old_.contains(run.name)) runs.push_back(std::move(run));
  }
  return runs;
}

std::vector<InterruptedRun> RunFollower::CancelInterruptedRuns() {
  std::vector<InterruptedRun> ended;
  const auto listing = session_.Cluster().List({api::kPipelineRuns, "", ""});
  if (!listing) return ended;
  for (const Json& item : listing->items) {
    const api::Meta meta = api::ReadMeta(item);
    const Json& spec = At(item, "spec");
    if (plan::IsFinished(StatusOf(item)) || Text(spec, "state") == api::Word(api::RunState::Paused)) continue;
    if (Cancel(session_.Cluster(), meta.ns, meta.name, "the end of the weir run that started it"))
      ended.push_back({meta.name, meta.ns, Text(spec, "pipeline")});
  }
  return ended;
}

bool RunFollower::Settled(Time now) {
  const std::string version = session_.Cluster().Version();
  if (!session_.Idle() || std::exchange(idle_version_, version) != version)
    idle_since_.reset();
  else if (!idle_since_)
    idle_since_ = now;
  return idle_since_ && now - *idle_since_ >= kSettledAfter;
}

// The objects that the run wrote, and its pipeline, say so in their own status. An object that is gone says nothing.
bool RunFollower::IsTold(const RunView& run) const {
  for (const api::Commit& commit : run.status.commits) {
    const api::Resource& kind = commit.kind == api::TargetKind::View ? api::kViews : api::kDatasets;
    const auto object = session_.Cluster().Get({kind, ns_, commit.name});
    if (!object) continue;
    const Json& status = At(*object, "status");
    const bool newest = Text(At(status, "committedBy"), "run") == run.name && Integer(status, "version") >= commit.version;
    if (!newest) return false;
  }
  const auto pipeline = session_.Cluster().Get({api::kPipelines, ns_, run.pipeline});
  if (!pipeline) return true;
  const std::optional<Time> told = ReadPipeline(*pipeline).status.lastRunFinished;
  return told && run.status.finished && *told >= *run.status.finished;
}

PipelineView RunFollower::LookAt(const std::string& name, Time now) {
  const std::vector<RunView> runs = Runs();
  PipelineView view{name, PipelineView::State::Starting, "", ""};
  for (const RunView& run : runs) {
    // A superseded run says nothing where the newer one is here.
    const bool judged = view.state != PipelineView::State::Starting && view.state != PipelineView::State::Superseded;
    if (run.pipeline != name || (judged && plan::IsFinished(run.status))) continue;
    view = FromRun(name, run);
    if (plan::IsFinished(run.status) && !IsTold(run) && !Settled(now)) view.state = PipelineView::State::Running;
  }
  if (view.state != PipelineView::State::Starting) return view;
  const auto object = session_.Cluster().Get({api::kPipelines, ns_, name});
  if (!object) return {name, PipelineView::State::Refused, object.error().message, ""};
  const api::Pipeline pipeline = ReadPipeline(*object);
  if (pipeline.spec.suspend) return {name, PipelineView::State::Suspended, "it is suspended (spec.suspend)", ""};
  if (!Settled(now) || IsBeingValidated(pipeline.status)) return view;
  const api::Condition* ready = api::Find(pipeline.status.conditions, api::ConditionType::Ready);
  const bool in_force = ready != nullptr && ready->status == api::ConditionStatus::True;
  if (in_force && !requested_.contains(name) && Request(name, now)) return view;
  return {name, PipelineView::State::Refused,
          ready == nullptr ? "the controllers said nothing about it" : std::string(api::Word(ready->reason)) + ": " + ready->message, ""};
}

std::vector<PipelineView> RunFollower::Look(Time now) {
  std::vector<PipelineView> views;
  for (const std::string& pipeline : pipelines_) views.push_back(LookAt(pipeline, now));
  return views;
}

void RunFollower::CancelAll(const std::string& by) {
  for (const RunView& run : Runs())
    if (!plan::IsFinished(run.status)) static_cast<void>(Cancel(session_.Cluster(), ns_, run.name, by));  // what is not cancelled is killed
}

}  // namespace weir::cli
