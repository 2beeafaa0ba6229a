#include "operator/telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <map>
#include <mutex>
#include <set>

namespace weir::telemetry {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;
using prometheus::Registry;

Family<Counter>& Counters(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
Family<Gauge>& Gauges(Registry& registry, const char* name, const char* help) { return prometheus::BuildGauge().Name(name).Help(help).Register(registry); }
Family<Histogram>& Histograms(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

// 1 ms to about 30 s: calls and reconciles.
const Histogram::BucketBoundaries kQuick{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
// 5 s to a day: runs.
const Histogram::BucketBoundaries kSlow{5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400};

constexpr const char* kOtherTeams = "other";  // the label of all teams beyond kMostTeams

std::string Text(std::string_view text) { return std::string(text); }
Labels ByController(std::string_view controller) { return {{"controller", Text(controller)}}; }

struct FreshnessFamilies {
  Family<Gauge>& data_time;
  Family<Gauge>& max_lag;
};

// The series of one object; the library cannot be asked. `part` says which of those of one family: a type of a condition,
// a stage, a result.
struct Series {
  std::string team;

  template <typename Metric, typename... Rest>
  Metric& In(Family<Metric>& family, std::string_view part, const Labels& labels, const Rest&... rest) {
    Metric& metric = family.Add(labels, rest...);
    removals.try_emplace({&family, Text(part)}, [&family, &metric] { family.Remove(&metric); });
    return metric;
  }
  void Drop(const void* family, const std::string& part) {
    DropIf([&](const Key& key) { return key.first == family && key.second == part; });
  }
  template <typename Metric>
  void Keep(const Family<Metric>& family, const std::set<std::string>& parts) {
    DropIf([&](const Key& key) { return key.first == &family && !parts.contains(key.second); });
  }
  void Clear() {
    DropIf([](const Key&) { return true; });
  }

 private:
  using Key = std::pair<const void*, std::string>;
  template <typename Predicate>
  void DropIf(Predicate gone) {
    for (auto at = removals.begin(); at != removals.end();) {
      if (!gone(at->first)) {
        ++at;
        continue;
      }
      at->second();
      at = removals.erase(at);
    }
  }
  std::map<Key, std::function<void()>> removals;
};

}  // namespace

struct Metrics::Families {
  Registry registry;
  Family<Counter>& reconciles = Counters(registry, "weirkeeper_reconcile_total", "Turns of the loop, by result");
  Family<Counter>& reconcile_errors = Counters(registry, "weirkeeper_reconcile_errors_total", "Turns of the loop that failed, by reason");
  Family<Histogram>& reconcile_seconds = Histograms(registry, "weirkeeper_reconcile_duration_seconds", "Time of one turn of the loop");
  Family<Gauge>& queue_depth = Gauges(registry, "weirkeeper_workqueue_depth", "Objects waiting to be reconciled");
  Family<Counter>& queue_adds = Counters(registry, "weirkeeper_workqueue_adds_total", "Objects put into the work queue");
  Family<Counter>& queue_retries = Counters(registry, "weirkeeper_workqueue_retries_total", "Objects put back after a failure");
  Family<Histogram>& queue_seconds = Histograms(registry, "weirkeeper_workqueue_latency_seconds", "Time from due to taken up");
  Family<Counter>& api_calls = Counters(registry, "weirkeeper_api_requests_total", "Calls to the API server by HTTP status; code 0 means no reply");
  Family<Histogram>& api_seconds =
      Histograms(registry, "weirkeeper_api_request_duration_seconds", "Time of a call to the API server; of a watch, to its first answer");
  Family<Counter>& watch_events = Counters(registry, "weirkeeper_watch_events_total", "Events that watches brought");
  Family<Counter>& watch_restarts = Counters(registry, "weirkeeper_watch_restarts_total", "Watches that ended and were started again, by reason");
  Family<Gauge>& leader = Gauges(registry, "weirkeeper_leader", "1 while this process leads");
  Family<Gauge>& outdated = Gauges(registry, "weirkeeper_definition_outdated", "1 while the API server has no CRD, or one older than the operator's");
  Family<Counter>& runs = Counters(registry, "weirkeeper_pipeline_runs_total", "Runs that ended, by result: Succeeded, Failed, Cancelled or Superseded");
  Family<Histogram>& run_seconds = Histograms(registry, "weirkeeper_pipeline_run_duration_seconds", "Time from a run's start to its end");
  Family<Counter>& attempts = Counters(registry, "weirkeeper_stage_attempts_total", "Attempts of stages that ended, by reason");
  Family<Counter>& quarantined = Counters(registry, "weirkeeper_stage_rows_quarantined_total", "Rows that stages quarantined");
  Family<Counter>& warnings = Counters(registry, "weirkeeper_stage_warnings_total", "Warnings of stages that succeeded, such as checks that failed with Warn");
  Family<Gauge>& quarantined_now =
      Gauges(registry, "weirkeeper_rows_quarantined", "Rows that were quarantined on the way into the newest version of a Dataset or View");
  Family<Gauge>& warnings_now = Gauges(registry, "weirkeeper_data_warnings", "Warnings about the newest version of a Dataset or View");
  Family<Gauge>& condition = Gauges(registry, "weirkeeper_condition", "Conditions of objects: 1 True, 0 False, -1 Unknown");
  FreshnessFamilies dataset{Gauges(registry, "weirkeeper_dataset_data_timestamp_seconds", "Time of the newest data of a Dataset, in Unix seconds"),
                            Gauges(registry, "weirkeeper_dataset_max_lag_seconds", "Lag that a Dataset declares as its limit")};
  FreshnessFamilies view{Gauges(registry, "weirkeeper_view_data_timestamp_seconds", "Time of the newest data of a View, in Unix seconds"),
                         Gauges(registry, "weirkeeper_view_max_lag_seconds", "Lag that a View declares as its limit")};

  std::mutex mutex;
  std::map<std::string, Series> objects;
  std::map<std::string, std::size_t> teams;  // and how many objects have them; all beyond the limit are kOtherTeams

  FreshnessFamilies* FreshnessOf(std::string_view kind) { return kind == "Dataset" ? &dataset : kind == "View" ? &view : nullptr; }

  // Under the lock, as all below.
  Series& SeriesOf(const Subject& subject);
  void Forget(const std::string& key);

 private:
  std::string Admitted(const std::string& team) const {
    const std::size_t named = teams.size() - teams.count(kOtherTeams);
    return team.empty() || teams.contains(team) || named < kMostTeams ? team : kOtherTeams;
  }
  void Leave(const std::string& team) {
    if (const auto found = teams.find(team); found != teams.end() && --found->second == 0) teams.erase(found);
  }
};

namespace {

std::string KeyOf(const Subject& subject) { return Text(subject.kind) + "/" + Text(subject.ns) + "/" + Text(subject.name); }

Labels WithTeam(Labels labels, const std::string& team) {
  if (!team.empty()) labels["team"] = team;
  return labels;
}

Labels ByObject(const Subject& subject, const std::string& team) { return WithTeam({{"namespace", Text(subject.ns)}, {"name", Text(subject.name)}}, team); }

Labels ByObjectAndKind(const Subject& subject, const std::string& team) {
  Labels labels = ByObject(subject, team);
  labels["kind"] = Text(subject.kind);
  return labels;
}

Labels ByPipeline(const Subject& pipeline, const std::string& team) {
  return WithTeam({{"namespace", Text(pipeline.ns)}, {"pipeline", Text(pipeline.name)}}, team);
}

Labels And(Labels labels, const char* name, std::string_view value) {
  labels[name] = Text(value);
  return labels;
}

// An absent value takes the series away.
void Set(Series& series, Family<Gauge>& family, const Labels& labels, std::optional<double> value) {
  if (value) {
    series.In(family, "", labels).Set(*value);
  } else {
    series.Drop(&family, "");
  }
}

}  // namespace

Series& Metrics::Families::SeriesOf(const Subject& subject) {
  Series& series = objects[KeyOf(subject)];
  if (series.team == subject.team) return series;
  Leave(series.team);
  std::string team = Admitted(Text(subject.team));
  if (!team.empty()) ++teams[team];
  if (series.team != team) series.Clear();
  series.team = std::move(team);
  return series;
}

void Metrics::Families::Forget(const std::string& key) {
  const auto found = objects.find(key);
  if (found == objects.end()) return;
  Leave(found->second.team);
  found->second.Clear();
  objects.erase(found);
}

Metrics::Metrics() : families_(std::make_unique<Families>()) { Leads(false); }
Metrics::~Metrics() = default;

void Metrics::Reconciled(std::string_view controller, std::string_view result, double seconds) {
  families_->reconciles.Add({{"controller", Text(controller)}, {"result", Text(result)}}).Increment();
  families_->reconcile_seconds.Add(ByController(controller), kQuick).Observe(seconds);
}

void Metrics::ReconcileFailed(std::string_view controller, std::string_view reason) {
  families_->reconcile_errors.Add({{"controller", Text(controller)}, {"reason", Text(reason)}}).Increment();
}

void Metrics::QueueDepth(std::string_view controller, std::size_t depth) {
  families_->queue_depth.Add(ByController(controller)).Set(static_cast<double>(depth));
}
void Metrics::QueueAdded(std::string_view controller) { families_->queue_adds.Add(ByController(controller)).Increment(); }
void Metrics::QueueRetried(std::string_view controller) { families_->queue_retries.Add(ByController(controller)).Increment(); }
void Metrics::QueueWaited(std::string_view controller, double seconds) { families_->queue_seconds.Add(ByController(controller), kQuick).Observe(seconds); }

void Metrics::ApiCalled(std::string_view verb, std::string_view resource, int code, double seconds) {
  families_->api_calls.Add({{"verb", Text(verb)}, {"resource", Text(resource)}, {"code", std::to_string(code)}}).Increment();
  families_->api_seconds.Add({{"verb", Text(verb)}, {"resource", Text(resource)}}, kQuick).Observe(seconds);
}

void Metrics::WatchEventSeen(std::string_view resource, std::string_view type) {
  families_->watch_events.Add({{"resource", Text(resource)}, {"type", Text(type)}}).Increment();
}

void Metrics::WatchRestarted(std::string_view resource, std::string_view reason) {
  families_->watch_restarts.Add({{"resource", Text(resource)}, {"reason", Text(reason)}}).Increment();
}

void Metrics::Leads(bool leading) { families_->leader.Add({}).Set(leading ? 1 : 0); }

void Metrics::DefinitionOutdated(std::string_view definition, bool outdated) {
  families_->outdated.Add({{"definition", Text(definition)}}).Set(outdated ? 1 : 0);
}

void Metrics::RunFinished(const Subject& pipeline, std::string_view result, double seconds) {
  const std::lock_guard lock(families_->mutex);
  Series& series = families_->SeriesOf(pipeline);
  const Labels labels = ByPipeline(pipeline, series.team);
  series.In(families_->runs, result, And(labels, "result", result)).Increment();
  series.In(families_->run_seconds, "", labels, kSlow).Observe(seconds);
}

void Metrics::StageAttempted(std::string_view reason) { families_->attempts.Add({{"reason", Text(reason)}}).Increment(); }

void Metrics::StageSucceeded(const Subject& pipeline, std::string_view stage, std::int64_t quarantined, std::size_t warnings) {
  const std::lock_guard lock(families_->mutex);
  Series& series = families_->SeriesOf(pipeline);
  const Labels labels = And(ByPipeline(pipeline, series.team), "stage", stage);
  series.In(families_->quarantined, stage, labels).Increment(static_cast<double>(quarantined));
  series.In(families_->warnings, stage, labels).Increment(static_cast<double>(warnings));
}

void Metrics::Stages(const Subject& pipeline, const std::set<std::string>& names) {
  const std::lock_guard lock(families_->mutex);
  Series& series = families_->SeriesOf(pipeline);
  series.Keep(families_->quarantined, names);
  series.Keep(families_->warnings, names);
}

void Metrics::Freshness(const Subject& subject, std::optional<Time> data_time, std::optional<Duration> max_lag) {
  const FreshnessFamilies* families = families_->FreshnessOf(subject.kind);
  if (families == nullptr) return;
  const std::lock_guard lock(families_->mutex);
  Series& series = families_->SeriesOf(subject);
  const Labels labels = ByObject(subject, series.team);
  Set(series, families->data_time, labels, data_time ? std::optional(static_cast<double>(data_time->us) / 1e6) : std::nullopt);
  Set(series, families->max_lag, labels, max_lag ? std::optional(static_cast<double>(max_lag->ms) / 1e3) : std::nullopt);
}

void Metrics::Quality(const Subject& subject, std::optional<std::int64_t> quarantined, std::optional<std::size_t> warnings) {
  const std::lock_guard lock(families_->mutex);
  Series& series = families_->SeriesOf(subject);
  const Labels labels = ByObjectAndKind(subject, series.team);
  Set(series, families_->quarantined_now, labels, quarantined ? std::optional(static_cast<double>(*quarantined)) : std::nullopt);
  Set(series, families_->warnings_now, labels, warnings ? std::optional(static_cast<double>(*warnings)) : std::nullopt);
}

void Metrics::Conditions(const Subject& subject, const std::map<std::string, std::string>& status_by_type) {
  const std::lock_guard lock(families_->mutex);
  Series& series = families_->SeriesOf(subject);
  const Labels labels = ByObjectAndKind(subject, series.team);
  std::set<std::string> types;
  for (const auto& [type, status] : status_by_type) {
    series.In(families_->condition, type, And(labels, "type", type)).Set(status == "True" ? 1 : status == "False" ? 0 : -1);
    types.insert(type);
  }
  series.Keep(families_->condition, types);
}

void Metrics::Forget(const Subject& subject) {
  const std::lock_guard lock(families_->mutex);
  families_->Forget(KeyOf(subject));
}

std::string Metrics::Render() const { return prometheus::TextSerializer().Serialize(families_->registry.Collect()); }

}  // namespace weir::telemetry
