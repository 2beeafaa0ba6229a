#pragma once

#include <fstream>
#include <memory>
#include <mutex>
#include <string>

#include "crds/base/result.h"
#include "operator/controller/loop/runtime.h"
#include "operator/local/memory_cluster.h"
#include "operator/local/process_kubelet.h"

namespace weir::cli {

struct SessionOptions {
  std::string lake;    // absolute folder
  std::string source;  // absolute folder of the store `source`
  std::string runner;  // program
  std::string keys;    // absolute folder with the key files of every bucket; empty when no store is one
};

// `weir run`'s cluster in one process: the operator's own controllers over objects in memory, and runners as child
// processes. The objects of the lake's earlier sessions are loaded; one session at a time has a lake.
class Session {
 public:
  // Makes the lake's folder, takes its lock and loads its state; nothing runs yet. Faults: Conflict when another weir
  // run has the lake, Exhausted when it cannot be written, those of LoadState when its state is there and cannot be used.
  static Result<std::unique_ptr<Session>> Open(SessionOptions options);
  ~Session();  // Stop()
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Whether the session before this one was killed: what it did last may not be in the state.
  bool PreviousWasKilled() const { return previous_killed_; }

  local::MemoryCluster& Cluster() { return cluster_; }
  const SessionOptions& Options() const { return options_; }

  // Faults: Exhausted when the lake cannot be marked as in use, those of the kubelet.
  Status Start();
  // Whether the controllers have nothing to do: no key is due or in flight, and every list is in.
  bool Idle();
  // Faults as of the file system; the message has the file and what to do.
  Status Save() const;
  // Ends the controllers and every runner, then saves as Save does. Does nothing a second time.
  Status Stop();

 private:
  Session(SessionOptions options, int lock);

  void Log(const controller::Key& key, const controller::Visit& visit);

  SessionOptions options_;
  int lock_;  // file descriptor that holds the lock; the file is empty unless a session has begun and not ended
  bool previous_killed_;
  controller::SystemWaitingClock clock_;
  local::MemoryCluster cluster_;
  observe::Stores stores_;
  controller::Ports ports_;
  local::ProcessKubelet kubelet_;
  std::mutex log_mutex_;
  std::ofstream log_;  // what the controllers had to try again, for people
  std::unique_ptr<controller::Runtime> runtime_;
};

}  // namespace weir::cli
