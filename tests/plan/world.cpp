#include "tests/plan/world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crds/api/describe/read.h"
#include "crds/api/describe/write.h"
#include "crds/api/protocol/attempt.h"
#include "crds/base/yaml.h"
#include "operator/controller/owner_map.h"
#include "operator/local/object_rules.h"

namespace weir::test {
namespace {

constexpr std::array<api::Resource, 8> kWatched{api::kLakes,        api::kDatasets,  api::kViews, api::kPipelines,
                                                api::kPipelineRuns, api::kRevisions, api::kPods,  api::kServiceAccounts};

const api::Resource& ResourceOf(const std::string& plural_or_kind) {
  for (const api::Resource& resource : kWatched)
    if (resource.plural == plural_or_kind || resource.kind == plural_or_kind) return resource;
  throw std::runtime_error("no such resource: " + plural_or_kind);
}

const api::TaskTable& TargetOf(const api::StageTask& task, api::TargetKind kind) {
  for (const api::TaskTable& table : task.tables)
    if (table.kind == kind && table.name == task.into) return table;
  throw std::runtime_error("no table of the task: " + task.into);
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

// Whose the calls are while this lives: looks of the test in the middle of a call of the operator are not the operator's.
class Side {
 public:
  Side(bool& operators, bool is) : operators_(operators), before_(std::exchange(operators, is)) {}
  ~Side() { operators_ = before_; }
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

 private:
  bool& operators_;
  bool before_;
};

api::StageTask TaskOf(const Json& pod) {
  const Json& annotations = At(At(pod, "metadata"), "annotations");
  auto task = api::ReadStrict<api::StageTask>(ParseJson(Text(annotations, std::string(api::kAnnotationTask))).value());
  EXPECT_TRUE(task.ok()) << task.error().message;
  return std::move(task).value();
}

// A sidecar that never ends keeps the pod.
bool HasOnlySidecars(const Json& pod) {
  const Json& statuses = At(At(pod, "status"), "containerStatuses");
  return statuses.is_array() && !statuses.empty() && At(At(statuses.back(), "state"), "terminated").is_object();
}

}  // namespace

Ending Succeeds() { return {}; }

Ending Fails(api::OutcomeClass result, api::Reason reason, const std::string& message) {
  return {api::StageOutcome{.result = result, .reason = reason, .message = message}, api::ExitCodeOf(result), "Error"};
}

World::World(std::uint64_t seed) : cluster(clock, {.seed = seed}), random_(seed) {
  Restart();
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
  const Side mine(operatorIsCalling_, false);
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
  ports_.reset(new controller::Ports{*stores_, cluster, clock, {.runnerImage = "runner:test"}});
  queue_.clear();
  timers_.clear();
  failed_.clear();
  told_.clear();
  seen_.clear();
  listed_ = false;
}

void World::Enqueue(const controller::Key& key) { queue_.insert({std::string(key.resource.plural), key.ns, key.name}); }

void World::Tell(const api::Resource& resource, const observe::Item& item) {
  for (const controller::Key& key : controller::Affected(resource, item, *stores_)) Enqueue(key);
}

// As reflectors do: every change is told, own writes too.
void World::Refresh() {
  if (std::exchange(seen_, lagging.empty() ? cluster.Version() : "") == cluster.Version()) return;
  const bool all = !std::exchange(listed_, true);
  std::set<std::string> heard;
  for (const api::Resource& resource : kWatched) {
    if (!all && lagging.contains(std::string(resource.plural))) continue;
    heard.emplace(resource.plural);
    auto listing = cluster.List({resource, "", ""});
    observe::Store& store = stores_->Of(resource);
    std::vector<observe::ItemPtr> items;
    for (const Json& object : listing->items) items.push_back(store.Read(object));
    store.Replace(std::move(items), listing->resourceVersion);
  }
  TellWhatIsGone(heard);
  for (const api::Resource& resource : kWatched)
    for (const observe::ItemPtr& item : stores_->Of(resource).List("")) {
      observe::ItemPtr& told = told_[{std::string(resource.plural), item->meta.ns, item->meta.name}];
      if (told && told->meta.resourceVersion == item->meta.resourceVersion) continue;
      if (told) Tell(resource, *told);
      told = item;
      Tell(resource, *item);
    }
}

void World::TellWhatIsGone(const std::set<std::string>& heard) {
  for (auto at = told_.begin(); at != told_.end();) {
    const auto& [plural, ns, name] = at->first;
    const api::Resource& resource = ResourceOf(plural);
    if (!heard.contains(plural) || stores_->Of(resource).Get(ns, name)) {
      ++at;
      continue;
    }
    Tell(resource, *at->second);
    at = told_.erase(at);
  }
}

void World::Visit(const KeyText& key) {
  controller::Visit visit;
  try {
    const Side operators(operatorIsCalling_, true);
    visit = controller::Reconcile({ResourceOf(std::get<0>(key)), std::get<1>(key), std::get<2>(key)}, *ports_);
  } catch (const Crash&) {
    return Restart();
  }
  timers_.erase(key);
  failed_.erase(key);
  if (!visit.error.empty()) lastError = std::get<2>(key) + ": " + visit.error;
  switch (visit.next) {
    case controller::Visit::Next::Forget: break;
    case controller::Visit::Next::At: timers_[key] = visit.at; break;
    case controller::Visit::Next::Backoff:
      timers_[key] = clock.now + Duration::Seconds(1);
      failed_.insert(key);
      break;
    case controller::Visit::Next::Now:
      if (lagging.empty())
        queue_.insert(key);
      else
        timers_[key] = clock.now + Duration::Millis(5);
      break;
  }
}

void World::LookAt(const api::Resource& resource, const std::string& name) {
  {
    const Side mine(operatorIsCalling_, false);
    Refresh();
  }
  Visit({std::string(resource.plural), "default", name});
}

bool World::Settle() {
  for (int visits = 0;; ++visits) {
    if (visits == 5000) {
      ADD_FAILURE() << "the operator does not come to rest: " << lastError;
      return false;
    }
    Refresh();
    for (const auto& [key, at] : timers_)
      if (at <= clock.now) queue_.insert(key);
    if (queue_.empty()) return true;
    auto next = queue_.begin();
    std::advance(next, std::uniform_int_distribution<std::size_t>(0, queue_.size() - 1)(random_));
    const KeyText key = *next;
    queue_.erase(next);
    Visit(key);
  }
}

// What a runner that meets no trouble does: it commits once for its run and stage, unless a later attempt has the table.
api::StageOutcome World::Work(const api::StageTask& task) {
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .reason = api::Reason::Committed};
  if (task.into.empty()) return outcome;
  if (std::int64_t& newest = epochs_[task.into]; task.epoch >= newest)
    newest = task.epoch;
  else
    return {.result = api::OutcomeClass::Fenced, .reason = api::Reason::Fenced, .message = "A later attempt has the table."};
  auto [made, first] = commits_.try_emplace({task.runUid, task.stage});
  api::Commit& commit = made->second;
  if (first) {
    const auto kind = task.kind == api::TaskKind::Publish ? api::TargetKind::View : api::TargetKind::Dataset;
    commit = {.kind = kind,
              .name = task.into,
              .version = versions[task.into]++,
              .rows = 10,
              .files = 1,
              .bytes = 100,
              .dataAsOf = task.logicalTime,
              .location = "lake:/" + TargetOf(task, kind).path};
    commit.place = TargetOf(task, kind).place;
    commit.stage = task.stage;
    commit.attempt = task.attempt;
    commit.epoch = task.epoch;
    commit.contractHash = task.contractHash;
  }
  outcome.rows = api::Ledger{10, 10, 0, 0};
  outcome.commits = {commit};
  return outcome;
}

void World::StartPod(const Json& pod) {
  const kube::ObjectRef ref{api::kPods, "default", Text(At(pod, "metadata"), "name")};
  const api::StageTask task = TaskOf(pod);
  if (task.attempt > 1 && !task.into.empty()) epochs_[task.into] = std::max(epochs_[task.into], task.epoch);
  (void)cluster.Patch(ref, kube::PatchType::Merge, kube::Subresource::None, {{"spec", {{"nodeName", "node"}}}});
  Json running = sidecars;
  running.push_back({{"name", "runner"}, {"state", {{"running", {{"startedAt", Format(clock.now)}}}}}});
  (void)cluster.Patch(ref, kube::PatchType::Merge, kube::Subresource::Status, {{"status", {{"phase", "Running"}, {"containerStatuses", running}}}});
}

void World::Overtake(const Json& pod) {
  const api::StageTask task = TaskOf(pod);
  if (!task.into.empty()) epochs_[task.into] = std::max(epochs_[task.into], api::EpochOf(api::RunOfEpoch(task.epoch) + 1, 0, 0));
}

std::optional<api::StageOutcome> World::EndPod(const Json& pod, const Ending& ending) {
  const bool by_itself = !ending.says && ending.exitCode == 0 && ending.garbled.empty();
  std::optional<api::StageOutcome> says = ending.says;
  int code = ending.exitCode;
  if (by_itself || ending.works) {
    const api::StageOutcome done = Work(TaskOf(pod));
    if (by_itself) says = done, code = api::ExitCodeOf(done.result);
  }
  const Json ended{{"exitCode", code}, {"reason", ending.reason}, {"message", says ? api::FitOutcome(*says) : ending.garbled}};
  const bool may_continue = std::any_of(sidecars.begin(), sidecars.end(), [](const Json& sidecar) { return At(At(sidecar, "state"), "running").is_object(); });
  Json status{{"phase", may_continue ? "Running" : code == 0 ? "Succeeded" : "Failed"}};
  if (!ending.podReason.empty()) status["reason"] = ending.podReason;
  status["containerStatuses"] = sidecars;
  status["containerStatuses"].push_back({{"name", "runner"}, {"state", {{"terminated", ended}}}});
  const kube::ObjectRef ref{api::kPods, "default", Text(At(pod, "metadata"), "name")};
  (void)cluster.Patch(ref, kube::PatchType::Merge, kube::Subresource::Status, {{"status", status}});
  return says;
}

int World::RunPods() {
  int ended = 0;
  for (const Json& pod : List(api::kPods)) {
    if (local::IsTerminal(pod) || HasOnlySidecars(pod)) continue;
    EndPod(pod, runner ? runner(TaskOf(pod)) : Succeeds());
    ++ended;
  }
  return ended;
}

bool World::Converge() {
  for (int turns = 0; turns < 2000; ++turns) {
    if (!Settle()) return false;
    if (RunPods() > 0) continue;
    const auto next = NextTimer();
    if (!next || *next > clock.now + Duration::Hours(1)) return true;
    clock.now = std::max(clock.now, *next);
  }
  ADD_FAILURE() << "the world does not come to rest: " << lastError;
  return false;
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
  const Side mine(operatorIsCalling_, false);
  auto object = cluster.Get({resource, "default", name});
  return object.ok() ? *object : Json();
}

std::vector<Json> World::List(const api::Resource& resource) {
  const Side mine(operatorIsCalling_, false);
  return cluster.List({resource, "default", ""}).value().items;
}

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

}  // namespace weir::test
