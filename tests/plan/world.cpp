#include "tests/plan/world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crds/api/read.h"
#include "crds/api/write.h"
#include "crds/base/yaml.h"
#include "operator/controller/owner_map.h"

namespace weir::test {
namespace {

constexpr std::array<api::Resource, 8> kWatched{api::kLakes,        api::kDatasets,  api::kViews, api::kPipelines,
                                                api::kPipelineRuns, api::kRevisions, api::kPods,  api::kServiceAccounts};

const api::Resource& ResourceOf(const std::string& plural_or_kind) {
  for (const api::Resource& resource : kWatched)
    if (resource.plural == plural_or_kind || resource.kind == plural_or_kind) return resource;
  throw std::runtime_error("no such resource: " + plural_or_kind);
}

std::string VerbName(local::Verb verb) {
  switch (verb) {
    case local::Verb::Get: return "Get";
    case local::Verb::List: return "List";
    case local::Verb::Create: return "Create";
    case local::Verb::Patch: return "Patch";
    case local::Verb::Delete: return "Delete";
    case local::Verb::Watch: return "Watch";
  }
  return "";
}

}  // namespace

Ending Succeeds() { return {}; }

Ending Fails(api::OutcomeClass result, api::Reason reason, const std::string& message) {
  return {api::StageOutcome{.result = result, .reason = reason, .message = message}, api::ExitCodeOf(result), "Error"};
}

World::World(std::uint64_t seed) : cluster(clock, {.seed = seed}), random_(seed), stores_(std::make_unique<observe::Stores>()) {
  cluster.SetFaultHook([this](local::Verb verb, const kube::ObjectRef& ref, local::Moment moment) { return Hook(verb, ref, moment); });
}

std::optional<Error> World::Hook(local::Verb verb, const kube::ObjectRef& ref, local::Moment moment) {
  if (!operatorIsCalling_) return std::nullopt;
  if (moment == local::Moment::Before) ++calls[VerbName(verb) + " " + std::string(ref.resource.kind)];
  if (fault)
    if (auto error = fault(verb, ref, moment)) return error;
  if (moment == local::Moment::After && verb == local::Verb::Create && ref.resource == api::kPods) podsMade.push_back(ref.name);
  return std::nullopt;
}

void World::Apply(const std::string& yaml) {
  auto documents = ParseYaml(yaml);
  ASSERT_TRUE(documents.ok()) << documents.error().message;
  for (YamlDocument& document : *documents) {
    Json& object = document.value;
    object["metadata"]["namespace"] = "default";
    object["apiVersion"] = std::string(api::kApiVersion);
    const kube::ObjectRef ref{ResourceOf(Text(object, "kind")), "default", Text(At(object, "metadata"), "name")};
    if (auto existing = cluster.Get(ref); existing.ok())
      PatchSpec(ref.resource, ref.name, At(object, "spec"));
    else
      ASSERT_TRUE(cluster.Create(ref, object).ok());
  }
}

void World::PatchSpec(const api::Resource& resource, const std::string& name, const Json& spec) {
  const auto patched = cluster.Patch({resource, "default", name}, kube::PatchType::Merge, kube::Subresource::None, {{"spec", spec}});
  ASSERT_TRUE(patched.ok()) << patched.error().message;
}

void World::Annotate(const api::Resource& resource, const std::string& name, const std::string& key, const std::string& value) {
  const auto patched =
      cluster.Patch({resource, "default", name}, kube::PatchType::Merge, kube::Subresource::None, {{"metadata", {{"annotations", {{key, value}}}}}});
  ASSERT_TRUE(patched.ok()) << patched.error().message;
}

void World::Delete(const api::Resource& resource, const std::string& name) { ASSERT_TRUE(cluster.Delete({resource, "default", name}, "").ok()); }

void World::Restart() {
  stores_ = std::make_unique<observe::Stores>();
  queue_.clear();
  timers_.clear();
  told_.clear();
  seen_.clear();
}

void World::Enqueue(const controller::Key& key) { queue_.insert({std::string(key.resource.plural), key.ns, key.name}); }

void World::Tell(const api::Resource& resource, const observe::Item& item) {
  for (const controller::Key& key : controller::Affected(resource, item, *stores_)) Enqueue(key);
}

// As reflectors do: every change is told, own writes too.
void World::Refresh() {
  if (std::exchange(seen_, cluster.Version()) == cluster.Version()) return;
  for (const api::Resource& resource : kWatched) {
    auto listing = cluster.List({resource, "", ""});
    for (const observe::ItemPtr& gone : stores_->Of(resource).Replace(std::move(listing->items), listing->resourceVersion))
      if (!stores_->Of(resource).Get(gone->meta.ns, gone->meta.name)) Tell(resource, *gone);
  }
  for (const api::Resource& resource : kWatched)
    for (const observe::ItemPtr& item : stores_->Of(resource).List("")) {
      std::string& version = told_[{std::string(resource.plural), item->meta.ns, item->meta.name}];
      if (std::exchange(version, item->meta.resourceVersion) != item->meta.resourceVersion) Tell(resource, *item);
    }
}

void World::Visit(const KeyText& key) {
  controller::Ports ports{*stores_, cluster, clock, {.runnerImage = "runner:test"}};
  operatorIsCalling_ = true;
  controller::Visit visit;
  try {
    visit = controller::Reconcile({ResourceOf(std::get<0>(key)), std::get<1>(key), std::get<2>(key)}, ports);
  } catch (const Crash&) {
    operatorIsCalling_ = false;
    return Restart();
  }
  operatorIsCalling_ = false;
  timers_.erase(key);
  if (!visit.error.empty()) lastError = std::get<2>(key) + ": " + visit.error;
  switch (visit.next) {
    case controller::Visit::Next::Forget: break;
    case controller::Visit::Next::At: timers_[key] = visit.at; break;
    case controller::Visit::Next::Backoff: timers_[key] = clock.now + Duration::Seconds(1); break;
    case controller::Visit::Next::Now: queue_.insert(key); break;
  }
}

void World::Settle() {
  for (int visits = 0;; ++visits) {
    ASSERT_LT(visits, 5000) << "the operator does not come to rest: " << lastError;
    Refresh();
    for (const auto& [key, at] : timers_)
      if (at <= clock.now) queue_.insert(key);
    if (queue_.empty()) return;
    auto next = queue_.begin();
    std::advance(next, std::uniform_int_distribution<std::size_t>(0, queue_.size() - 1)(random_));
    const KeyText key = *next;
    queue_.erase(next);
    Visit(key);
  }
}

Ending World::DefaultRunner(const api::StageTask& task) {
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .reason = api::Reason::Committed};
  if (!task.into.empty()) {
    const auto kind = task.kind == api::TaskKind::Publish ? api::TargetKind::View : api::TargetKind::Dataset;
    api::Commit commit{.kind = kind,
                       .name = task.into,
                       .version = versions[task.into]++,
                       .rows = 10,
                       .files = 1,
                       .bytes = 100,
                       .dataAsOf = task.logicalTime,
                       .location = "lake:" + task.into};
    commit.stage = task.stage;
    commit.attempt = task.attempt;
    commit.epoch = task.epoch;
    commit.contractHash = task.contractHash;
    outcome.rows = api::Ledger{10, 10, 0, 0};
    outcome.commits = {commit};
  }
  return {outcome};
}

void World::EndPod(const Json& pod) {
  const Json& meta = At(pod, "metadata");
  const auto task = api::ReadStrict<api::StageTask>(ParseJson(Text(At(meta, "annotations"), std::string(api::kAnnotationTask))).value());
  ASSERT_TRUE(task.ok()) << task.error().message;
  Ending ending = runner ? runner(*task) : Succeeds();
  if (!ending.says && ending.exitCode == 0) ending = DefaultRunner(*task);
  const Json ended{{"exitCode", ending.exitCode}, {"reason", ending.reason}, {"message", ending.says ? api::FitOutcome(*ending.says) : ""}};
  const Json status{{"phase", ending.exitCode == 0 ? "Succeeded" : "Failed"},
                    {"containerStatuses", Json::array({{{"name", "runner"}, {"state", {{"terminated", ended}}}}})}};
  (void)cluster.Patch({api::kPods, "default", Text(meta, "name")}, kube::PatchType::Merge, kube::Subresource::Status, {{"status", status}});
}

int World::RunPods() {
  int ended = 0;
  for (const Json& pod : List(api::kPods)) {
    const std::string phase = Text(At(pod, "status"), "phase");
    if (phase == "Succeeded" || phase == "Failed") continue;
    EndPod(pod);
    ++ended;
  }
  return ended;
}

void World::Converge() {
  for (int turns = 0;; ++turns) {
    ASSERT_LT(turns, 2000) << "the world does not come to rest: " << lastError;
    Settle();
    if (RunPods() > 0) continue;
    const auto next = NextTimer();
    if (!next || *next > clock.now + Duration::Hours(1)) return;
    clock.now = std::max(clock.now, *next);
  }
}

void World::Advance(Duration d) {
  clock.now = clock.now + d;
  Settle();
}

std::optional<Time> World::NextTimer() const {
  std::optional<Time> next;
  for (const auto& [key, at] : timers_) next = next ? std::min(*next, at) : at;
  return next;
}

Json World::Get(const api::Resource& resource, const std::string& name) {
  auto object = cluster.Get({resource, "default", name});
  return object.ok() ? *object : Json();
}

std::vector<Json> World::List(const api::Resource& resource) { return cluster.List({resource, "default", ""}).value().items; }

std::string World::Condition(const api::Resource& resource, const std::string& name, const std::string& type) {
  const Json object = Get(resource, name);
  for (const Json& condition : At(At(object, "status"), "conditions"))
    if (Text(condition, "type") == type) return Text(condition, "status") + " " + Text(condition, "reason");
  return "";
}

std::string World::Message(const api::Resource& resource, const std::string& name, const std::string& type) {
  const Json object = Get(resource, name);
  for (const Json& condition : At(At(object, "status"), "conditions"))
    if (Text(condition, "type") == type) return Text(condition, "message");
  return "";
}

std::vector<std::string> World::RunNames() {
  std::vector<std::string> names;
  for (const Json& run : List(api::kPipelineRuns)) names.push_back(Text(At(run, "metadata"), "name"));
  return names;
}

api::RunStatus World::RunStatusOf(const std::string& name) {
  std::vector<api::Problem> problems;
  const Json run = Get(api::kPipelineRuns, name);
  auto status = api::Read<api::RunStatus>(At(run, "status"), "status", problems);
  EXPECT_TRUE(problems.empty()) << api::Join(problems);
  return status;
}

const char* const kFlights = R"(
kind: Dataset
metadata: {name: flights-landing}
spec: {zone: Landing, owner: {team: aviation}, format: {csv: {}}}
---
kind: Dataset
metadata: {name: flights-history}
spec: {zone: RawHistory, owner: {team: aviation}, format: {csv: {}}}
---
kind: Dataset
metadata: {name: flights}
spec:
  zone: Processed
  owner: {team: aviation}
  schema:
    columns:
    - {name: day, type: TIMESTAMP, nullable: false}
    - {name: delay, type: INTEGER}
    - {name: origin, type: VARCHAR}
  eventTime: {column: day}
  freshness: {maxLag: 2h}
---
kind: Dataset
metadata: {name: flights-daily}
spec:
  zone: Curated
  owner: {team: aviation}
  schema:
    columns:
    - {name: day, type: DATE}
    - {name: delay, type: DOUBLE}
---
kind: View
metadata: {name: daily-delays-v1}
spec:
  purpose: Daily delays for the operations report.
  grain: One row per day.
  owner: {team: aviation}
  query: {sql: "SELECT day, delay FROM flights_daily"}
  columns:
  - {name: day, type: DATE, nullable: false, description: Day}
  - {name: delay, type: DOUBLE, description: Mean delay, unit: minutes}
  keys: [{columns: [day]}]
  freshness: {maxLag: 3h}
---
kind: Pipeline
metadata: {name: delays}
spec:
  purpose: Daily delay figures for the operations report.
  owner: {team: aviation}
  stages:
  - {name: land, land: {from: {http: {url: "https://example.com/flights.csv"}}, into: flights-landing}}
  - {name: accept, accept: {from: flights-landing, into: flights-history}}
  - {name: decode, transform: {from: flights-history, into: flights}}
  - {name: aggregate, transform: {sql: "SELECT day, avg(delay) AS delay FROM flights GROUP BY day", into: flights-daily}}
  - {name: audit, check: {dataset: flights-daily, checks: [{name: some-rows, rowCount: {min: 1}}]}}
  - {name: publish, publish: {view: daily-delays-v1}}
)";

}  // namespace weir::test
