#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "crds/base/time.h"
#include "operator/kube/cluster_api.h"
#include "operator/local/pod_status.h"
#include "operator/local/process.h"

namespace weir::local {

struct KubeletOptions {
  std::filesystem::path runner;  // the program of every pod; the pod's image is ignored
  std::filesystem::path folder;  // for tasks and scratch; a pod's files are removed when it has ended
  std::filesystem::path logs;    // <pod>.log, kept
  int parallel = 2;              // pods at once; the others stay Pending
  std::string node = "local";
  Duration memoryPoll = Duration::Millis(200);
};

// The kubelet of a cluster in one process: runs each pod as a child process
//   <runner> --task FILE --termination-log FILE --scratch DIR
// with the pod's annotation weirkeeper.io/task as FILE and its limits in WEIR_MEMORY_LIMIT (bytes) and WEIR_CPU_LIMIT
// (cores, rounded up), and writes the pod's status as a kubelet does. A process above its memory limit is
// killed as OOMKilled; one past activeDeadlineSeconds, or whose pod is deleted, gets SIGTERM, the pod's grace and SIGKILL.
// A pod that another kubelet of this name left running is reported as lost (ContainerStatusUnknown).
class ProcessKubelet {
 public:
  ProcessKubelet(kube::ClusterApi& cluster, const Clock& clock, KubeletOptions options);
  ~ProcessKubelet();  // Stop()
  ProcessKubelet(const ProcessKubelet&) = delete;
  ProcessKubelet& operator=(const ProcessKubelet&) = delete;

  // Errors: Exhausted when the folders cannot be created; Invalid when the runner is not executable.
  Status Start();
  // Ends every process as a node shutdown does (pod reason Terminated) and joins all threads. Safe to call twice.
  void Stop();

 private:
  struct Running {
    Bell bell;
    std::mutex mutex;
    bool deleted = false;  // the pod has a deletionTimestamp or is gone
    std::optional<Duration> grace;
  };
  struct Candidate {
    kube::ObjectRef ref;
    std::string uid;
  };
  struct Folders;

  void WatchPods();
  void ReportLost(const kube::Listing& listing);
  void TakeList(const kube::Listing& listing);
  void Take(const Json& pod, bool gone);
  void Work();
  std::optional<Candidate> NextPod();
  std::optional<Json> Bind(const Candidate& candidate);
  void RunPod(const Json& pod, Running& running);
  ContainerEnd Supervise(const Json& pod, Process& process, Running& running, Time started);
  Status Prepare(const Json& pod, const Folders& folders) const;
  Command CommandOf(const Json& pod, const Folders& folders) const;
  std::string Message(const Json& pod, const Folders& folders, int exit_code) const;
  void Report(const Json& pod, const Json& status);
  void PauseBriefly();

  kube::ClusterApi& cluster_;
  const Clock& clock_;
  const KubeletOptions options_;
  kube::StopToken stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Candidate> waiting_;
  std::set<std::string> known_;                              // uids, waiting or taken
  std::map<std::string, std::shared_ptr<Running>> running_;  // by uid
  std::vector<std::thread> threads_;
};

}  // namespace weir::local
