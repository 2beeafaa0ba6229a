#include <algorithm>

#include "crds/api/protocol/attempt.h"
#include "crds/contract/contract.h"
#include "operator/observe/observe.h"
#include "operator/observe/read_object.h"
#include "operator/plan/pipeline/history.h"
#include "operator/plan/pod/attempt_pod.h"
#include "operator/plan/resolve/resolve.h"
#include "operator/plan/run/task.h"

namespace weir::observe {
namespace {

// Status of the condition Succeeded, empty when it is not there.
std::string SucceededOf(const Item& run) {
  const Json& conditions = At(At(run.brief, "status"), "conditions");
  if (!conditions.is_array()) return "";
  const auto found = std::find_if(conditions.begin(), conditions.end(), [](const Json& c) { return Text(c, "type") == "Succeeded"; });
  return found == conditions.end() ? "" : Text(*found, "status");
}

// Whether it asks for a revision that the pipeline does not have: it cannot start, and holds no other back.
bool HasNoRevision(const Stores& stores, const Item& run, const std::string& pipeline_uid) {
  const std::string wanted = Text(At(run.brief, "spec"), "revision");
  if (wanted.empty()) return false;
  const ItemPtr revision = stores.revisions.Get(run.meta.ns, wanted);
  return !revision || revision->meta.ownerUid != pipeline_uid;
}

// The other runs of the same pipeline; of interest until this one starts.
void ObserveOthers(const Stores& stores, plan::ObservedRun& observed) {
  const api::PipelineRun& run = *observed.run;
  const ItemPtr pipeline = stores.pipelines.Get(run.meta.ns, run.spec.pipeline);
  const std::string pipeline_uid = pipeline ? pipeline->meta.uid : "";
  std::vector<ItemPtr> ahead;
  for (const ItemPtr& other : stores.runs.List(run.meta.ns)) {
    if (other->meta.name == run.meta.name || Text(At(other->brief, "spec"), "pipeline") != run.spec.pipeline) continue;
    observed.newestEpoch = std::max(observed.newestEpoch, Integer(At(other->brief, "status"), "epoch"));
    if (IsFinishedRun(*other)) continue;
    const bool waits_before = plan::IsOlder(other->meta, run.meta) && !HasNoRevision(stores, *other, pipeline_uid);
    if (HasStartedRun(*other) || waits_before) ahead.push_back(other);
  }
  std::sort(ahead.begin(), ahead.end(), [](const ItemPtr& a, const ItemPtr& b) { return plan::IsOlder(a->meta, b->meta); });
  for (const ItemPtr& item : ahead) observed.blockingRuns.push_back(item->meta.name);
}

// Labels are used only for pods without an owner.
void ObservePods(const Stores& stores, const std::string& ns, const std::string& name, const std::string& uid, plan::ObservedRun& observed) {
  for (const ItemPtr& item : stores.pods.OfOwner(ns, api::kPipelineRuns.kind, name))
    (item->meta.ownerUid == uid ? observed.pods : observed.orphans).push_back(ReadPodWithNote(stores, *item));
  for (const ItemPtr& item : stores.pods.Labelled(ns, api::kLabelRun, api::LabelValue(name)))
    if (item->meta.ownerName.empty()) observed.orphans.push_back(ReadPodWithNote(stores, *item));
}

// What has lost its labels too is known by its name alone.
void ObserveNamed(const Stores& stores, plan::ObservedRun& observed) {
  const api::PipelineRun& run = *observed.run;
  const auto is_seen = [&observed](const Item& item) {
    return std::any_of(observed.orphans.begin(), observed.orphans.end(), [&item](const plan::Pod& pod) { return pod.meta.uid == item.meta.uid; });
  };
  for (const ItemPtr& item : stores.pods.WithoutController(run.meta.ns))
    if (plan::BelongsToRunningAttempt(item->meta.name, run.meta.name, run.status.stages) && !is_seen(*item))
      observed.orphans.push_back(ReadPodWithNote(stores, *item));
}

bool BelongsToUnfinishedRun(const Stores& stores, const api::Meta& pod) {
  std::vector<api::Problem> ignored;
  for (const ItemPtr& item : stores.runs.List(pod.ns))
    if (!IsFinishedRun(*item) && plan::BelongsToRunningAttempt(pod.name, item->meta.name, ReadObject<api::PipelineRun>(*item, ignored).status.stages))
      return true;
  return false;
}

bool IsStray(const Stores& stores, const api::Meta& pod) {
  if (!pod.ownerUid.empty()) return pod.ownerKind != api::kPipelines.kind && pod.ownerKind != api::kPipelineRuns.kind;
  const auto has = [&pod](std::string_view label) { return pod.labels.contains(std::string(label)); };
  return !has(api::kLabelPipeline) && !has(api::kLabelRun) && !BelongsToUnfinishedRun(stores, pod);
}

Status ObserveRevision(const Stores& stores, const std::string& ns, plan::ObservedRun& observed) {
  const ItemPtr pipeline = stores.pipelines.Get(ns, observed.run->spec.pipeline);
  observed.pipelineExists = pipeline != nullptr;
  if (!pipeline || plan::IsFinished(observed.run->status)) return Ok();
  observed.revisionInForce = Text(At(pipeline->brief, "status"), "revision");
  const ItemPtr item = stores.revisions.Get(ns, plan::RevisionOf(*observed.run, observed.revisionInForce));
  if (!item || item->meta.ownerUid != pipeline->meta.uid) return Ok();
  Result<plan::Revision> revision = plan::ReadRevision(item->meta, item->Whole());
  if (!revision) return revision.error();
  observed.revision = std::move(revision).value();
  return Ok();
}

// The newest version of each table that the revision names, unless a person has accepted its loss.
void ObserveKnown(const Stores& stores, const std::string& ns, plan::ObservedRun& observed) {
  if (!observed.revision) return;
  for (const api::TaskTable& table : observed.revision->bundle.tables) {
    const ItemPtr item = (table.kind == api::TargetKind::View ? stores.views : stores.datasets).Get(ns, table.name);
    const Json& status = item ? At(item->brief, "status") : Json();
    if (!item || At(status, "version").is_null()) continue;
    const std::int64_t epoch = Integer(At(status, "committedBy"), "epoch");
    const auto accepted = item->meta.annotations.find(std::string(api::kAnnotationAcceptLoss));
    if (accepted != item->meta.annotations.end() && accepted->second == std::to_string(epoch)) continue;
    observed.known.push_back({table.kind, table.name, {Integer(status, "version"), epoch, Text(status, "contentHash"), Text(status, "location")}});
  }
}

// A View that cannot be read declares nothing: the revision has what it declared.
void ObserveDeclared(const Stores& stores, const std::string& ns, plan::ObservedRun& observed) {
  if (!observed.revision) return;
  for (const plan::BundleView& view : observed.revision->bundle.views) {
    const ItemPtr item = stores.views.Get(ns, view.name);
    if (!item || item->meta.deleted) continue;
    std::vector<api::Problem> problems;
    const auto declared = ReadObject<api::View>(*item, problems);
    if (problems.empty()) observed.declared.emplace(view.name, contract::ContractOf(declared.spec));
  }
}

// What the run will write may show a commit of a higher epoch than any run that is left: of a pipeline that is gone, or from
// before the clock was set back. The next commit must be newer than it.
void ObserveOutputs(const Stores& stores, plan::ObservedRun& observed) {
  if (!observed.revision) return;
  for (const api::Stage& stage : observed.revision->bundle.stages) {
    const std::string output = api::OutputOf(stage);
    const std::string name = output.substr(output.find('/') + 1);
    const ItemPtr item = output.empty() ? nullptr : (output.starts_with("View/") ? stores.views : stores.datasets).Get(observed.run->meta.ns, name);
    if (item) observed.newestEpoch = std::max(observed.newestEpoch, api::RunOfEpoch(Integer(At(At(item->brief, "status"), "committedBy"), "epoch")));
  }
}

}  // namespace

bool HasStartedRun(const Item& run) { return Integer(At(run.brief, "status"), "attempts") > 0; }

bool IsFinishedRun(const Item& run) { return HasSucceeded(run) || SucceededOf(run) == "False"; }

bool HasSucceeded(const Item& run) { return SucceededOf(run) == "True"; }

Result<Seen<plan::ObservedRun>> ObserveRun(const Stores& stores, const std::string& ns, const std::string& name, const plan::Environment& environment) {
  Seen<plan::ObservedRun> seen{.item = stores.runs.Get(ns, name)};
  plan::ObservedRun& observed = seen.observed;
  observed.environment = environment;
  ObservePods(stores, ns, name, seen.item ? seen.item->meta.uid : "", observed);
  if (!seen.item) return seen;
  std::vector<api::Problem> ignored;
  observed.run = ReadObject<api::PipelineRun>(*seen.item, ignored);
  ObserveNamed(stores, observed);
  if (const Status read = ObserveRevision(stores, ns, observed); !read) return read.error();
  ObserveKnown(stores, ns, observed);
  if (!IsFinishedRun(*seen.item)) ObserveDeclared(stores, ns, observed);
  if (observed.run->status.attempts == 0) {
    ObserveOthers(stores, observed);
    ObserveOutputs(stores, observed);
  }
  return seen;
}

Result<Seen<plan::ObservedStray>> ObserveStray(const Stores& stores, const std::string& ns, const std::string& name) {
  Seen<plan::ObservedStray> seen{.item = stores.pods.Get(ns, name)};
  if (seen.item && IsStray(stores, seen.item->meta)) seen.observed.pod = ReadPodWithNote(stores, *seen.item);
  return seen;
}

}  // namespace weir::observe
