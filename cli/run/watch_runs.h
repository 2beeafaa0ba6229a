#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/run/progress.h"
#include "cli/run/session.h"
#include "crds/api/pipeline.h"

namespace weir::cli {

// How one pipeline of a session stands.
struct PipelineView {
  std::string name;
  enum class State { Starting, Running, Succeeded, Superseded, Failed, Refused, Suspended } state = State::Starting;
  std::string message;  // why, where it is not well
  std::string run;      // the newest run of this session
};

// A run that its session did not end.
struct InterruptedRun {
  std::string name;
  std::string ns;
  std::string pipeline;
};

// Follows the runs that a session starts.
class RunFollower {
 public:
  // `pipelines` of namespace `ns`. Looks at the cluster once, before anything starts, to know which runs are old.
  RunFollower(Session& session, std::string ns, std::vector<std::string> pipelines);

  // Starts one run of the pipeline by annotation; the controllers do the rest.
  Status Request(const std::string& pipeline, Time now);

  // When the newest run of an earlier session was created. Runs are named by that second, so that two in one second
  // would be one.
  Time NewestCreated() const { return newest_; }

  // Cancels all unfinished runs of earlier sessions, of every pipeline of the lake, but not those that are paused: they do not
  // know what was delivered since, and their state may be older than what their stages have committed. Returns those that are
  // cancelled now. Call before Start.
  std::vector<InterruptedRun> CancelThoseOfKilledSessions();

  // One look. A pipeline that has settled without a run is asked for one. A run counts as Running until what it wrote
  // says so in its own status: who looks after the session has ended must not see less than the run did.
  std::vector<PipelineView> Look(Time now);
  std::vector<RunView> Runs() const;  // of this session

  // Asks every run that has not ended to end as Cancelled.
  void CancelAll(const std::string& by);

 private:
  PipelineView LookAt(const std::string& pipeline, Time now);
  bool IsTold(const RunView& run) const;
  bool Settled(Time now);
  Session& session_;
  const std::string ns_;
  const std::vector<std::string> pipelines_;
  std::set<std::string> old_;  // names of runs of earlier sessions
  Time newest_;
  std::set<std::string> requested_;  // pipelines
  std::optional<Time> idle_since_;
  std::string idle_version_;
};

}  // namespace weir::cli
