// Whether a table counts as readable follows from the newest of what happened to it, however often and whenever it is looked at,
// and whichever runs are gone by then.
#include <gtest/gtest.h>

#include <random>

#include "crds/api/describe/read.h"
#include "crds/api/protocol/attempt.h"
#include "operator/plan/table/table.h"

namespace weir::plan {
namespace {

constexpr const char* kPipelines[] = {"load", "report"};

// One dataset, and what runs that may be deleted report of it.
class Table {
 public:
  explicit Table(std::uint64_t seed) : random_(seed) { seen_.dataset = Declared(); }

  // One thing happens, and perhaps a run is deleted and the table is looked at.
  void Step() {
    ++run_;
    const std::string pipeline = kPipelines[random_() % 2];
    const std::int64_t epoch = api::EpochOf(run_, 1, 1);
    switch (random_() % 3) {
      case 0: Commit(epoch); break;
      case 1: Damage(pipeline, epoch); break;
      default: Succeed(pipeline);
    }
    if (random_() % 2 == 0) Look();
    if (random_() % 4 == 0 && looked_) seen_.damage.newest.reset();
  }

  bool IsReadable() {
    Look();
    return api::IsTrue(seen_.dataset->status.conditions, api::ConditionType::Available);
  }
  bool ShouldBeReadable() const { return hasVersion_ && !foundBy_; }

 private:
  static api::Dataset Declared() {
    api::Dataset dataset;
    dataset.meta.name = "flights";
    dataset.spec.zone = api::Zone::Curated;
    return dataset;
  }
  void Look() {
    std::vector<api::Problem> problems;
    const Plan plan = MakePlan(seen_, Time::FromSeconds(run_));
    seen_.dataset->status = api::Read<api::DatasetStatus>(plan.status.value(), "status", problems);
    ASSERT_TRUE(problems.empty()) << problems.front().message;
    looked_ = true;
  }
  void Commit(std::int64_t epoch) {
    seen_.commits = {{.commit = {.name = "flights", .version = run_, .epoch = epoch}, .run = "w" + std::to_string(run_)}};
    hasVersion_ = true;
    foundBy_.reset();
  }
  void Damage(const std::string& pipeline, std::int64_t epoch) {
    seen_.damage.newest = api::Damage{.name = "flights", .pipeline = pipeline, .run = "r" + std::to_string(run_), .stage = "sum", .epoch = epoch};
    foundBy_ = pipeline;
    looked_ = false;
  }
  void Succeed(const std::string& pipeline) {
    seen_.damage.succeeded[pipeline] = run_;
    if (foundBy_ == pipeline) foundBy_.reset();
  }

  std::mt19937_64 random_;
  ObservedDataset seen_;
  std::int64_t run_ = 0;
  bool looked_ = false;  // since the newest damage was reported: status has it
  bool hasVersion_ = false;
  std::optional<std::string> foundBy_;
};

TEST(DamageLaw, TheNewestOfCommitsDamageAndSuccessDecides) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Table table(seed);
    for (int step = 0; step < 30; ++step) {
      table.Step();
      ASSERT_EQ(table.IsReadable(), table.ShouldBeReadable()) << "seed " << seed << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace weir::plan
