#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "crds/base/time.h"

namespace weir::telemetry {

// The object of a gauge.
struct Subject {
  std::string_view kind;  // Dataset, View, Pipeline, ...
  std::string_view ns;
  std::string_view name;
  std::string_view team = {};  // spec.owner.team, where the kind has one
};

// Maximum number of values of the label `team`, since users may create any number of teams; all others are `other`.
inline constexpr std::size_t kMostTeams = 256;

// All metrics of the operator, in the text format of Prometheus. All names start with `weirkeeper_`; Render's HELP lines
// describe each. Safe from any thread. All series of an object, including counters, exist until Forget, or until its team
// changes: call Forget after any call for a deleted object.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The loop. `result`: forget, at, backoff, now.
  void Reconciled(std::string_view controller, std::string_view result, double seconds);
  void ReconcileFailed(std::string_view controller, std::string_view reason);

  // The work queue.
  void QueueDepth(std::string_view controller, std::size_t depth);
  void QueueAdded(std::string_view controller);
  void QueueRetried(std::string_view controller);
  void QueueWaited(std::string_view controller, double seconds);  // from due to taken up

  // The API server. `code` is the HTTP status, 0 without a reply.
  void ApiCalled(std::string_view verb, std::string_view resource, int code, double seconds);
  void WatchEventSeen(std::string_view resource, std::string_view type);
  void WatchRestarted(std::string_view resource, std::string_view reason);
  void Leads(bool leading);
  void DefinitionOutdated(std::string_view definition, bool outdated);

  // Work done. `result` is Succeeded, Failed or Cancelled; `reason` a condition reason, Completed for success.
  void RunFinished(const Subject& pipeline, std::string_view result, double seconds);
  void StageAttempted(std::string_view reason);
  // Rows that a stage quarantined, and its warnings, such as checks that failed with Warn. Zeros create the series.
  void StageSucceeded(const Subject& pipeline, std::string_view stage, std::int64_t quarantined, std::size_t warnings);

  // Freshness of a Dataset or View (by `kind`): the time of its newest data, and its declared maximum lag. Absent values
  // remove the series.
  void Freshness(const Subject& subject, std::optional<Time> data_time, std::optional<Duration> max_lag);
  // Rows that were quarantined for the newest version of a Dataset or View, and the warnings about it. Absent values remove
  // the series.
  void Quality(const Subject& subject, std::optional<std::int64_t> quarantined, std::optional<std::size_t> warnings);
  // All conditions of the object, by type: True (1), False (0) or Unknown (-1). Other existing ones are removed.
  void Conditions(const Subject& subject, const std::map<std::string, std::string>& status_by_type);
  // The current stages of the pipeline: series of others are removed.
  void Stages(const Subject& pipeline, const std::set<std::string>& names);
  // Removes every series of the object.
  void Forget(const Subject& subject);

  std::string Render() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace weir::telemetry
