#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/run/progress.h"
#include "cli/run/session.h"
#include "crds/api/pipeline.h"

namespace weir::cli {

// State of one pipeline of a session.
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
  // `pipelines` of namespace `ns`. Lists the runs once; create it before anything starts, so that these are the earlier runs.
  RunFollower(Session& session, std::string ns, std::vector<std::string> pipelines);

  // Starts one run of the pipeline by annotation; the controllers do the rest.
  Status Request(const std::string& pipeline, Time now);

  // When the newest run of an earlier session was created. Runs are named by that second, so that two in one second
  // would be one.
  Time NewestCreated() const { return newest_; }

  // Cancels all unfinished runs of earlier sessions, of every pipeline of the lake, except paused ones: they do not include
  // files delivered since, and their state may be older than the commits of their stages. Returns the cancelled runs. Call it
  // before Start.
  std::vector<InterruptedRun> CancelInterruptedRuns();

  // Returns the current states, and requests a run for a pipeline that has settled without one. A run counts as Running until
  // the status of its outputs shows its commits, so that the saved state includes them.
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
