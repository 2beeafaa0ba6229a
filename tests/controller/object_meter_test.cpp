// The law of series: after any history of objects, the gauges of objects are those that a process which starts now would
// show, and the counters of objects are of pipelines that exist and of stages that they have.
#include "operator/controller/instruments/object_meter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <set>
#include <sstream>

namespace weir::controller {
namespace {

class History {
  template <typename List>
  auto OneOf(const List& list) {
    return list[Pick(list.size())];
  }
  std::size_t Pick(std::size_t below) { return random_() % below; }

 public:
  explicit History(unsigned seed) : random_(seed) {}

  void Step() {
    switch (Pick(8)) {
      case 0: return Remove(OneOf(kKinds));
      case 1: return Put(OneOf(kKinds), true);
      case 2: return Start();
      case 3:
      case 4: return End();
      case 5:
      case 6: return Hear(Pick(3));
      default: return Put(OneOf(kKinds), false);
    }
  }
  void HearAll() { Hear(waiting_.size()); }

  std::set<std::string> Series() const { return SeriesIn(metrics_.Render()); }
  // What a process that starts now shows.
  std::set<std::string> Fresh() const {
    telemetry::Metrics metrics;
    ObjectMeter meter(stores_, metrics);
    for (const api::Resource* kind : kKinds)
      for (const auto& item : stores_.Of(*kind).List("")) meter.Seen(*kind, *item);
    return SeriesIn(metrics.Render());
  }
  std::set<std::string> StagesThatExist() const {
    std::set<std::string> stages;
    for (const auto& item : stores_.pipelines.List("")) {
      const std::string of = Labels(*item);
      stages.insert(of);
      for (const Json& stage : At(At(item->brief, "spec"), "stages")) stages.insert(of + " stage=" + Text(stage, "name"));
    }
    return stages;
  }
  // The same words of a series of a counter; empty for others.
  static std::string OfPipeline(const std::string& series) {
    const std::string pipeline = Label(series, "pipeline"), stage = Label(series, "stage");
    if (pipeline.empty()) return "";
    return Label(series, "namespace") + "/" + pipeline + " team=" + Label(series, "team") + (stage.empty() ? "" : " stage=" + stage);
  }

 private:
  static constexpr std::array<const api::Resource*, 4> kKinds{&api::kLakes, &api::kDatasets, &api::kViews, &api::kPipelines};

  static std::string Label(const std::string& series, const std::string& name) {
    const std::size_t at = series.find(name + "=\"");
    if (at == std::string::npos) return "";
    const std::size_t from = at + name.size() + 2;
    return series.substr(from, series.find('"', from) - from);
  }
  static std::string Labels(const observe::Item& pipeline) {
    return pipeline.meta.ns + "/" + pipeline.meta.name + " team=" + Text(At(At(pipeline.brief, "spec"), "owner"), "team");
  }
  // Without values; those of runs that are not named by an object are left out.
  static std::set<std::string> SeriesIn(const std::string& page) {
    std::set<std::string> series;
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);)
      if (line.find("namespace=") != std::string::npos && line.find("_bucket{") == std::string::npos) series.insert(line.substr(0, line.rfind(' ')));
    return series;
  }

  std::string AnyName() { return std::string(1, static_cast<char>('a' + Pick(3))); }

  Json Object(const std::string& ns, const std::string& name, const std::string& uid) {
    ++version_;
    Json spec{{"owner", {{"team", "team-" + std::to_string(Pick(2))}}}, {"stages", Json::array()}};
    for (const char* stage : {"land", "publish"})
      if (Pick(3) > 0) spec["stages"].push_back({{"name", stage}});
    if (Pick(2) == 0) spec["freshness"] = {{"maxLag", "1h"}};
    Json status = Json::object();
    if (Pick(4) > 0) status["conditions"] = Json::array();
    for (const char* type : {"Ready", "Fresh", "Stalled"})
      if (status.contains("conditions") && Pick(2) == 0) status["conditions"].push_back({{"type", type}, {"status", "True"}});
    if (Pick(2) == 0) status["version"] = 1;
    if (Pick(2) == 0) status["dataAsOf"] = "2026-01-02T03:04:05Z";
    return {{"metadata", {{"namespace", ns}, {"name", name}, {"uid", uid}, {"resourceVersion", std::to_string(version_)}}}, {"spec", spec}, {"status", status}};
  }

  // As the reflector tells: what was there before, and what is there now.
  void Upsert(const api::Resource& resource, const Json& object) {
    const api::Meta meta = api::ReadMeta(object);
    const auto before = stores_.Of(resource).Get(meta.ns, meta.name);
    stores_.Of(resource).Upsert(object);
    if (before) waiting_.push_back({&resource, before});
    waiting_.push_back({&resource, stores_.Of(resource).Get(meta.ns, meta.name)});
  }
  void Put(const api::Resource* kind, bool anew) {
    const std::string ns = AnyName(), name = AnyName();
    const auto before = stores_.Of(*kind).Get(ns, name);
    Upsert(*kind, Object(ns, name, before && !anew ? before->meta.uid : "u" + std::to_string(version_)));
  }
  void Remove(const api::Resource* kind) {
    const auto living = stores_.Of(*kind).List("");
    if (living.empty()) return;
    const auto item = OneOf(living);
    stores_.Of(*kind).Remove(item->meta.ns, item->meta.name, item->meta.uid, std::to_string(++version_));
    waiting_.push_back({kind, item});
  }
  void UpsertRun(const std::string& ns, const std::string& name, const Json& spec, const Json& status) {
    Json run = Object(ns, name, name);
    run["spec"] = spec;
    run["status"] = status;
    Upsert(api::kPipelineRuns, run);
  }
  static Json Status(const char* succeeded, const char* state) {
    return {
        {"conditions", Json::array({{{"type", "Succeeded"}, {"status", succeeded}, {"reason", "Completed"}, {"lastTransitionTime", "2026-01-02T03:04:05Z"}}})},
        {"started", "2026-01-02T03:04:05Z"},
        {"stages", Json::array({{{"name", "land"}, {"state", state}}, {{"name", "publish"}, {"state", state}}})}};
  }
  void Start() { UpsertRun(AnyName(), "run-" + std::to_string(version_), {{"pipeline", AnyName()}}, Status("Unknown", "Running")); }
  void End() {
    std::vector<observe::ItemPtr> runs = stores_.runs.List("");
    if (runs.empty()) return;
    const auto run = OneOf(runs);
    Json status = Status("True", "Succeeded");
    status["finished"] = "2026-01-02T03:04:09Z";
    UpsertRun(run->meta.ns, run->meta.name, {{"pipeline", Text(At(run->brief, "spec"), "pipeline")}}, status);
  }
  // Each kind is told by a thread of its own: late, and in an order of its own.
  void Hear(std::size_t count) {
    for (; count > 0 && !waiting_.empty(); --count) {
      const api::Resource* kind = OneOf(waiting_).first;
      const auto next = std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& event) { return event.first == kind; });
      meter_.Seen(*kind, *next->second);
      waiting_.erase(next);
    }
  }

  std::mt19937 random_;
  int version_ = 1;
  observe::Stores stores_;
  telemetry::Metrics metrics_;
  ObjectMeter meter_{stores_, metrics_};
  std::deque<std::pair<const api::Resource*, observe::ItemPtr>> waiting_;
};

class ObjectMeterHistories : public testing::TestWithParam<unsigned> {};

TEST_P(ObjectMeterHistories, LeaveSeriesOfWhatExistsOnly) {
  History history(GetParam());
  std::size_t counted = 0;
  for (int i = 0; i < 30; ++i) {
    for (int step = 0; step < 10; ++step) history.Step();
    history.HearAll();
    std::set<std::string> gauges;
    const std::set<std::string> stages = history.StagesThatExist();
    for (const std::string& series : history.Series()) {
      const std::string of = History::OfPipeline(series);
      if (of.empty()) {
        gauges.insert(series);
      } else {
        EXPECT_TRUE(stages.contains(of)) << series;
        ++counted;
      }
    }
    EXPECT_EQ(gauges, history.Fresh());
  }
  EXPECT_GT(counted, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ObjectMeterHistories, testing::Range(1U, 11U));

}  // namespace
}  // namespace weir::controller
