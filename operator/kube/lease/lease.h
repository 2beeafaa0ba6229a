#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "crds/base/time.h"
#include "operator/kube/cluster_api.h"
#include "operator/kube/lease/lease_record.h"

namespace weir::kube {

struct LeaseSettings {
  std::string ns;
  std::string name = "weirkeeper-operator";
  std::string identity;                            // one for each process ever started: pod name and a random part
  Duration duration = Duration::Seconds(15);       // others wait this long after the last renewal
  Duration renewDeadline = Duration::Seconds(10);  // we give up this long after the last renewal began
  Duration retry = Duration::Seconds(2);
};

// Called from the elector's threads; must return soon, since renewing waits for them.
struct LeaseEvents {
  std::function<void()> onLead;
  // Called at most once: an elector that lost never leads again. The process must end within duration - renewDeadline,
  // because then another process may lead.
  std::function<void(const std::string& why)> onLoss;
  std::function<void(const Error&)> onError;  // a renewal or claim failed and will be retried
};

// Leader election by a Lease (coordination.k8s.io/v1). A lease is not a fence: a leader that stalls may act after another
// took over, so its actions must be made safe by names, uids and epochs.
class LeaderElector {
 public:
  // `cluster` must have connections of its own (Deadlines::OfLease), so that the operator's load does not delay it.
  LeaderElector(std::unique_ptr<ClusterApi> cluster, LeaseSettings settings, const Clock& wall, LeaseEvents events);
  ~LeaderElector();  // keeps the lease, if Stop was not called

  void Start();
  // Ends the threads and releases the lease, so that the next leader need not wait. Call it after all other writes have ended.
  void Stop();
  bool Leading() const;

 private:
  enum class State { Candidate, Leading, Lost, Ended };

  void RenewLoop();
  void WatchDeadline();
  void TryOnce();
  Status ReadRecord();
  Status WriteClaim(Monotonic began);
  void Won(Monotonic began);
  void Lose(const std::string& why);
  void End();
  ObjectRef Ref() const { return {api::kLeases, settings_.ns, settings_.name}; }

  const std::unique_ptr<ClusterApi> cluster_;
  const LeaseSettings settings_;
  const Clock& wall_;
  const LeaseEvents events_;
  LeaseRecord record_;  // of the renewing thread, then of Stop

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::Candidate;
  Monotonic renewed_;  // when the last renewal that succeeded was sent
  std::thread renewing_;
  std::thread watching_;
};

}  // namespace weir::kube
