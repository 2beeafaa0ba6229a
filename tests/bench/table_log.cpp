// Loads of, and commits to, tables with 100 and with many versions, with checkpoints and without, in turn; beside each commit the
// store's own put-if-absent of one small object. Prints one line of JSON.
//
//     bench_table_log [VERSIONS=10000 [ROUNDS=15]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "runner/engine/parquet/checkpoint_file.h"
#include "runner/storage/volume/volume_store.h"
#include "tests/bench/lake.h"

namespace {

using namespace weir;
using bench::Fail;
using Watch = std::chrono::steady_clock;

double MillisSince(Watch::time_point start) { return std::chrono::duration<double, std::milli>(Watch::now() - start).count(); }

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Each version is an hour after the one before.
class HourlyClock final : public weir::Clock {
 public:
  Time Now() const override { return now; }
  Time now = Time::FromSeconds(1'700'000'000);
};

api::Attempt Run(std::int64_t number) {
  const std::string run = "run-" + std::to_string(number);
  return {.pipeline = "bench", .run = run, .runUid = "0b1c2d3e-" + run, .revision = "bench-1", .image = "image", .stage = "transform", .epoch = 2 * number};
}

// As a stage replaces its table: one file goes, one comes.
storage::TableChange Replacing(std::int64_t number) {
  const auto path = [](std::int64_t n) { return "part/run-" + std::to_string(n) + "/transform-1/0.parquet"; };
  storage::DataFile file{.path = path(number), .bytes = 1000, .rows = 10, .modified = Time::FromSeconds(1'700'000'000 + number)};
  file.stats = {{"numRecords", 10}, {"minValues", {{"id", 1}}}, {"maxValues", {{"id", 10}}}, {"nullCount", {{"id", 0}}}};
  file.tags = {{"sha256", std::string(64, 'a')}};
  storage::TableChange change{.schema = {.columns = {{.name = "id", .type = "BIGINT"}}}, .add = {file}};
  if (number > 0) change.remove = {path(number - 1)};
  change.facts = {{"contentHash", "h"}, {"ledger", {{"rowsIn", 10}, {"rowsOut", 10}}}};
  return change;
}

struct Times {
  std::vector<double> loaded, replayed, committed, put;
};

class Table {
 public:
  Table(std::shared_ptr<storage::ObjectStore> store, std::string path, std::int64_t versions)
      : store_(std::move(store)), path_(std::move(path)), next_(versions) {
    storage::TableLog log = Log(files_.get());
    for (std::int64_t number = 0; number < versions; ++number) Commit(log, number);
  }

  void Measure(Times& times, bool replay) {
    times.loaded.push_back(Load(files_.get()));
    if (replay) times.replayed.push_back(Load(nullptr));
    storage::TableLog log = Log(files_.get());
    if (!log.Load().ok()) Fail("a load failed");
    const auto start = Watch::now();
    Commit(log, next_);
    times.committed.push_back(MillisSince(start));
    const auto bare = Watch::now();
    if (!store_->PutIfAbsent(path_ + "-bare/" + std::to_string(next_), std::string(1500, 'x')).ok()) Fail("the store failed");
    times.put.push_back(MillisSince(bare));
    ++next_;
  }

 private:
  storage::TableLog Log(storage::CheckpointFiles* files) { return {store_, path_, storage::LogKind::Delta, &clock_, files}; }
  void Commit(storage::TableLog& log, std::int64_t number) {
    if (!log.Commit(Run(number), Replacing(number)).ok()) Fail("a commit failed");
    clock_.now = clock_.now + Duration::Hours(1);
  }
  double Load(storage::CheckpointFiles* files) {
    const auto start = Watch::now();
    if (!Log(files).Load().ok()) Fail("a load failed");
    return MillisSince(start);
  }

  std::shared_ptr<storage::ObjectStore> store_;
  std::string path_;
  std::unique_ptr<storage::CheckpointFiles> files_ = engine::MakeCheckpointFiles();
  HourlyClock clock_;
  std::int64_t next_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t versions = argc > 1 ? std::atoll(argv[1]) : 10'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 15;
  const std::filesystem::path folder = bench::MakeFolder();
  auto store = storage::OpenVolume("lake", folder.string());
  if (!store.ok()) Fail(store.error().message);
  Table few(*store, "few", 100), many(*store, "many", versions);
  Times of_few, of_many;
  for (int round = 0; round < rounds; ++round) {
    few.Measure(of_few, true);
    many.Measure(of_many, round < 3);
  }
  std::printf(
      "{\"versions\": %lld, \"load_ms\": %.2f, \"replay_ms\": %.2f, \"ratio\": %.3f, \"load_of_100_ms\": %.2f, \"replay_of_100_ms\": %.2f, "
      "\"commit_ms\": %.2f, \"commit_of_100_ms\": %.2f, \"store_put_ms\": %.2f, \"slowest_commit_ms\": %.2f}\n",
      static_cast<long long>(versions), Median(of_many.loaded), Median(of_many.replayed), Median(of_many.loaded) / Median(of_many.replayed),
      Median(of_few.loaded), Median(of_few.replayed), Median(of_many.committed), Median(of_few.committed), Median(of_many.put),
      *std::max_element(of_many.committed.begin(), of_many.committed.end()));
  std::filesystem::remove_all(folder);
}
