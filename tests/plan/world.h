#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "crds/api/protocol/stage_task.h"
#include "crds/api/run.h"
#include "operator/controller/reconcile.h"
#include "operator/local/memory_cluster.h"

namespace weir::test {

class StillClock final : public Clock {
 public:
  Time Now() const override { return now; }
  Time now = Time::FromSeconds(1'767'323'045);  // 2026-01-02T03:04:05Z
};

// Thrown out of a call to the cluster: the operator dies there.
struct Crash {};

// How a runner ends: its words and exit code, or only what the kubelet says of it.
struct Ending {
  std::optional<api::StageOutcome> says;
  int exitCode = 0;
  std::string reason = "Completed";
  std::string garbled;    // what stands where its words should
  std::string podReason;  // of the pod, such as Evicted
  bool works = false;     // it did its work, and ends like this all the same
};
Ending Succeeds();
Ending Fails(api::OutcomeClass result, api::Reason reason, const std::string& message);

// One operator, one cluster in memory and a kubelet that a test scripts, in one thread and on a clock that only the test
// moves. Whatever the operator does goes through the real loop.
class World {
 public:
  explicit World(std::uint64_t seed = 1);

  // ---- what people do
  void Apply(const std::string& yaml);  // objects of our kinds, namespace default; spec is replaced when they exist
  void PatchSpec(const api::Resource& resource, const std::string& name, const Json& spec);
  void Annotate(const api::Resource& resource, const std::string& name, const std::string& key, const std::string& value);
  void Delete(const api::Resource& resource, const std::string& name);
  void Restart();  // the operator forgets everything but what the cluster holds

  // ---- what time does
  bool Settle();    // reconciles what is queued and due, until nothing is; false when that has no end
  int RunPods();    // each pod that waits starts, and ends as `runner` says; answers how many
  bool Converge();  // Settle and RunPods, leaping to timers at most an hour away, until nothing is left to do; or false
  void Advance(Duration d);
  // What another worker does with one object, be it in the middle of a call of the first.
  void LookAt(const api::Resource& resource, const std::string& name);
  void StartPod(const Json& pod);                                                  // on a node; a later attempt claims its table then
  void Overtake(const Json& pod);                                                  // a newer run takes the table that the pod is to write
  std::optional<api::StageOutcome> EndPod(const Json& pod, const Ending& ending);  // answers its words

  // ---- what can be seen
  Json Get(const api::Resource& resource, const std::string& name);
  std::vector<Json> List(const api::Resource& resource);
  std::string Condition(const api::Resource& resource, const std::string& name, const std::string& type);  // "True InForce", "" when absent
  std::string Message(const api::Resource& resource, const std::string& name, const std::string& type);
  std::vector<std::string> RunNames();
  api::RunStatus RunStatusOf(const std::string& name);
  std::optional<Time> NextTimer() const;
  bool BacksOff() const { return !failed_.empty(); }  // some visit failed and is to be tried again

  std::function<Ending(const api::StageTask&)> runner;
  std::function<std::optional<Error>(local::Verb, const kube::ObjectRef&, local::Moment)> fault;  // may throw Crash
  std::map<std::string, int> calls;                                                               // "Create Pod" -> how often
  std::map<std::string, std::int64_t> versions;                                                   // the next one of each table
  std::set<std::string> lagging;  // plurals of resources whose changes do not reach the operator's caches for now
  std::vector<std::string> podsMade;
  Json sidecars = Json::array();  // statuses of containers that a webhook puts before the runner of each pod
  std::string lastError;          // of a visit that ended with one
  StillClock clock;
  local::MemoryCluster cluster;

 private:
  using KeyText = std::tuple<std::string, std::string, std::string>;  // plural, namespace, name
  void Refresh();
  void TellWhatIsGone(const std::set<std::string>& heard);  // of these resources
  void Tell(const api::Resource& resource, const observe::Item& item);
  void Enqueue(const controller::Key& key);
  void Visit(const KeyText& key);
  api::StageOutcome Work(const api::StageTask& task);
  std::optional<Error> Hook(local::Verb verb, const kube::ObjectRef& ref, local::Moment moment);

  std::mt19937_64 random_;
  std::unique_ptr<observe::Stores> stores_;
  std::unique_ptr<controller::Ports> ports_;
  std::set<KeyText> queue_;
  std::map<KeyText, Time> timers_;
  std::set<KeyText> failed_;
  std::map<KeyText, observe::ItemPtr> told_;                            // of which the owner map was told, as a watch would
  std::string seen_;                                                    // version of the cluster that the caches are equal to
  bool listed_ = false;                                                 // since the operator started
  std::map<std::string, std::int64_t> epochs_;                          // the newest of each table
  std::map<std::pair<std::string, std::string>, api::Commit> commits_;  // by run uid and stage
  bool operatorIsCalling_ = false;
};

extern const char* const kFlights;  // a Pipeline of six stages with its datasets and its view

}  // namespace weir::test
