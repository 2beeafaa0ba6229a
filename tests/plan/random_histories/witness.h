#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/plan/random_histories/fates.h"
#include "tests/plan/random_histories/run_laws.h"
#include "tests/plan/world.h"

namespace weir::test {

// Remembers how every pod stood and ended, and holds each write of the operator against it. It reads the cluster itself,
// so that it knows better than the operator's caches.
class Witness {
 public:
  explicit Witness(World& world) : world_(world) {}

  void SawPods();  // after whatever may have changed one
  void SawEnd(const std::string& uid, const Fate& fate, std::vector<api::Commit> commits);
  void SawHappening() { ++happenings_; }  // something that the operator may have to tell, apart from an attempt's begin and end
  void SawDisturbance() { disturbed_ = true; }
  void SawCall(local::Verb verb, const kube::ObjectRef& ref);  // before it takes effect
  void SawWrite(const kube::ObjectRef& ref);                   // after it took effect, or did not
  void SawIdleCall(const std::string& call) { Law(false, "a call for nothing: " + call); }
  void SawRejection(const kube::ObjectRef& ref) { rejected_.insert(ref.name); }  // of a creation
  void SawQuiet();                                                               // the operator knows all that is, and has nothing to do now
  void SawRest();                                                                // everything is over that can be

  const std::string& Broken() const { return broken_; }  // the laws that were broken, a line each

  // Whether the stage's status, or its pipeline's, says that this pod was seen.
  bool IsNoted(const Json& pod);

 private:
  using Attempt = std::tuple<std::string, std::string, int>;  // run uid, stage, attempt
  struct SeenPod {
    std::string name;
    std::string run;
    Attempt attempt;
    std::vector<Json> looks;  // each state that it was in
    std::optional<Fate> fate;
    std::vector<api::Commit> commits;
    Time made, ended;
    bool gone = false;
  };

  void Law(bool holds, const std::string& otherwise);
  void LookAtPod(const Json& pod);
  void LookAtNewPod(const SeenPod& pod);
  void LookAtRelease(const std::string& name);
  void LookAtRun(const std::string& name);
  void LookAtCounted(const std::string& run, const RunStep& step, const api::StageStatus& before, const api::StageStatus& after);
  void LookAtWhatFollows(const Fate& fate, const RunStep& step, const api::StageStatus& after);
  void LookAtCommits(const RunStep& step, const std::string& uid);
  bool MayCount(const SeenPod& pod, Counts as) const;
  bool MayWait(const Json& run);
  void LookAtWaiting(const api::StageStatus& stage, const std::string& pod);
  void LookAtCalls();
  void LookAtDataset(const std::string& name);
  const plan::Bundle& BundleOf(const std::string& revision);

  World& world_;
  std::string broken_;
  std::map<std::string, SeenPod> pods_;                                 // by uid
  std::map<Attempt, std::string> made_;                                 // uid of the pod of each attempt
  std::set<std::string> counted_;                                       // uids
  std::set<std::string> rejected_;                                      // names
  std::map<std::string, std::pair<std::string, api::RunStatus>> runs_;  // uid and status as last seen
  std::map<std::string, plan::Bundle> bundles_;
  bool disturbed_ = false;
  int happenings_ = 0;
  int calls_ = 0;
};

}  // namespace weir::test
