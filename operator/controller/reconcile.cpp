#include "operator/controller/reconcile.h"

#include <algorithm>

#include "crds/api/describe/read.h"
#include "operator/controller/loop/visit.h"
#include "operator/execute/execute.h"
#include "operator/observe/observe.h"
#include "operator/plan/refusal.h"
#include "operator/plan/run/rejection.h"
#include "operator/report/report.h"

namespace weir::controller {
namespace {

using observe::ItemPtr;
using plan::Plan;

api::Conditions ConditionsOf(const observe::Item& item) {
  std::vector<api::Problem> ignored;
  const Json& list = At(At(item.brief, "status"), "conditions");
  api::Conditions conditions;
  if (list.is_array())
    for (const Json& condition : list) conditions.push_back(api::Read<api::Condition>(condition, "status.conditions", ignored));
  return conditions;
}

// What status says when the API server does not take an action. Kinds whose plans have none say nothing.
template <typename Observed>
std::optional<Json> AfterRefusal(const Observed& seen, const Json& planned, const plan::Action& refused, const Error& why, Time now) {
  if constexpr (requires { plan::StatusWhenRefused(seen, planned, refused, why, now); }) return plan::StatusWhenRefused(seen, planned, refused, why, now);
  return std::nullopt;
}

// One turn over one object, on what was seen of it.
template <typename Observed>
class Turn {
 public:
  Turn(const Key& key, const observe::Seen<Observed>& seen, Ports& ports) : key_(key), seen_(seen), ports_(ports), now_(ports.clock.Now()), item_(seen.item) {}

  Visit Run() {
    const Plan plan = plan::MakePlan(seen_.observed, now_);
    Status status = Execute(plan.before, plan);
    if (status) status = Report(plan.status);
    if (status) status = Confirm(plan);
    if (status) status = Execute(plan.after, plan);
    Status told = ReportChanges();
    if (refusal_)
      if (const Status refused = ReportRefusal(); !refused) told = refused;
    Visit visit = NextVisit(plan, status, aPodIsRefused_ ? std::optional<Time>(now_ + plan::kRefusedPodIsTriedEvery) : std::nullopt);
    if (visit.error.empty() && !told) visit.error = told.error().message;
    return visit;
  }

 private:
  Status Execute(const std::vector<plan::Action>& actions, const Plan& plan) {
    execute::Execution execution = execute::Execute(actions, ports_.cluster, ports_.stores, [this] { return GoesOn(); });
    const bool is_rejected = execution.failed && std::holds_alternative<plan::CreatePod>(*execution.failed);
    aPodIsRefused_ = is_rejected || (execution.failed && std::holds_alternative<plan::RelabelPod>(*execution.failed));
    if (is_rejected || (execution.failed && IsRefusal(execution.status.error()))) KeepRefusal(plan, *execution.failed, execution.status.error());
    return std::move(execution.status);
  }

  bool GoesOn() const { return ports_.clock.Now() < now_ + kLongestTurn; }

  Status Report(const std::optional<Json>& status) {
    if (!status || !item_) return Ok();
    Result<ItemPtr> written = report::ReportStatus(key_.resource, item_, *status, ports_.cluster, ports_.stores);
    if (!written) {
      if (IsRefusal(written.error())) refusal_ = Refusal{{key_.resource, item_->meta}, plan::RefusalOfStatus(written.error())};
      return written.error();
    }
    item_ = std::move(written).value();
    return Ok();
  }

  // A pod is made for an attempt that status says runs. When this visit wrote no status, the cache alone says so, and it may
  // be behind: the attempt may be over, and its pod gone.
  Status Confirm(const Plan& plan) {
    const bool makes_a_pod = std::any_of(plan.after.begin(), plan.after.end(), [](const auto& a) { return std::holds_alternative<plan::CreatePod>(a); });
    if (!makes_a_pod || !item_ || item_ != seen_.item) return Ok();
    return report::CheckUnchanged(key_.resource, *item_, ports_.cluster, ports_.stores);
  }

  // In status, which makes an event of it when it is new; where status has no place for it, as an event alone.
  void KeepRefusal(const Plan& plan, const plan::Action& action, const Error& why) {
    const auto status = plan.status ? AfterRefusal(seen_.observed, *plan.status, action, why, now_) : std::nullopt;
    if (status && item_) return void(Report(status));
    if (const auto subject = plan::SubjectOf(action))
      refusal_ = Refusal{*subject, plan::RefusalOf(action, why)};
    else if (item_)
      refusal_ = Refusal{{key_.resource, item_->meta}, plan::RefusalOf(action, why)};
  }

  Status ReportChanges() {
    if (!item_ || item_ == seen_.item) return Ok();
    std::vector<plan::Notice> notices = plan::NoticesOf(ConditionsOf(*seen_.item), ConditionsOf(*item_));
    if (item_->text.find("\"warnings\"") != std::string::npos) {  // parsing is most of what a visit costs
      const std::vector<plan::Notice> warnings = plan::WarningsOf(At(seen_.item->Whole(), "status"), At(item_->Whole(), "status"));
      notices.insert(notices.end(), warnings.begin(), warnings.end());
    }
    return report::CreateEvents(key_.resource, item_->meta, notices, now_, ports_.cluster, [this] { return GoesOn(); });
  }

  Status ReportRefusal() { return report::CreateEvents(refusal_->about.resource, refusal_->about.meta, {refusal_->notice}, now_, ports_.cluster); }

  struct Refusal {
    plan::Subject about;
    plan::Notice notice;
  };

  const Key& key_;
  const observe::Seen<Observed>& seen_;
  Ports& ports_;
  Time now_;
  ItemPtr item_;                    // as it stands after the newest write of this turn
  std::optional<Refusal> refusal_;  // that status cannot tell
  bool aPodIsRefused_ = false;      // it is not created, or not changed: no event tells when that ends
};

template <typename Observed>
Visit RunVisit(const Key& key, const Result<observe::Seen<Observed>>& seen, Ports& ports) {
  if (!seen) return VisitFor(seen.error());
  return Turn<Observed>(key, *seen, ports).Run();
}

class PlaceAtTheStart {
 public:
  PlaceAtTheStart(StartingRuns& starting, std::string ns, std::string pipeline)
      : starting_(starting), ns_(std::move(ns)), pipeline_(std::move(pipeline)), mine_(starting_.Enter(ns_, pipeline_)) {}
  ~PlaceAtTheStart() {
    if (mine_) starting_.Leave(ns_, pipeline_);
  }
  PlaceAtTheStart(const PlaceAtTheStart&) = delete;
  PlaceAtTheStart& operator=(const PlaceAtTheStart&) = delete;
  bool IsMine() const { return mine_; }

 private:
  StartingRuns& starting_;
  std::string ns_, pipeline_;
  bool mine_;
};

Visit ReconcileRun(const Key& key, const plan::Environment& environment, Ports& ports) {
  std::optional<PlaceAtTheStart> place;
  if (const ItemPtr run = ports.stores.runs.Get(key.ns, key.name); run && !observe::HasStartedRun(*run)) {
    place.emplace(ports.starting, key.ns, Text(At(run->brief, "spec"), "pipeline"));
    if (!place->IsMine()) return {Visit::Next::Now, {}, ""};
  }
  return RunVisit(key, observe::ObserveRun(ports.stores, key.ns, key.name, environment), ports);
}

}  // namespace

bool StartingRuns::Enter(const std::string& ns, const std::string& pipeline) {
  const std::lock_guard lock(mutex_);
  return pipelines_.emplace(ns, pipeline).second;
}

void StartingRuns::Leave(const std::string& ns, const std::string& pipeline) {
  const std::lock_guard lock(mutex_);
  pipelines_.erase({ns, pipeline});
}

Visit Reconcile(const Key& key, Ports& ports) {
  const plan::Environment environment{ports.settings.runnerImage, ports.settings.localLake, ports.settings.localSource, ports.settings.localKeys,
                                      ports.settings.runner};
  if (key.resource == api::kPipelineRuns) return ReconcileRun(key, environment, ports);
  if (key.resource == api::kPipelines) return RunVisit(key, observe::ObservePipeline(ports.stores, key.ns, key.name, environment), ports);
  if (key.resource == api::kDatasets) return RunVisit(key, observe::ObserveDataset(ports.stores, key.ns, key.name), ports);
  if (key.resource == api::kViews) return RunVisit(key, observe::ObserveView(ports.stores, key.ns, key.name), ports);
  if (key.resource == api::kPods) return RunVisit(key, observe::ObserveStray(ports.stores, key.ns, key.name), ports);
  if (key.resource == api::kLakes) return RunVisit(key, observe::ObserveLake(ports.stores, key.ns, key.name, environment), ports);
  return {};
}

}  // namespace weir::controller
