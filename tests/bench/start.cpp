// From the start of a runner's process to the first byte of data that it reads, beside a bare DuckDB process that binds and
// runs the same SQL over the same file, in turn. The first byte is when the kernel tells that the file was read (inotify):
// the process is not asked. Prints one line of JSON.
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <duckdb.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "crds/api/describe/write.h"
#include "tests/bench/lake.h"

namespace {

using namespace weir;
using bench::CommitTable;
using bench::Fail;
using bench::MakeFolder;
using Clock = std::chrono::steady_clock;

const std::vector<api::Column> kOrders{{.name = "id", .type = "BIGINT"}, {.name = "country", .type = "VARCHAR"}};
constexpr const char* kSql = "SELECT country, count(*) AS orders FROM orders GROUP BY country";

struct Bench {
  std::filesystem::path folder;
  std::string runner;
  std::string self;
  std::string input;
};

// A small table: what is timed is the way to its first byte.
void MakeInput(Bench& bench) {
  auto engine = std::move(engine::MakeEngine({.threads = 1, .scratch = bench.folder / "scratch"})).value();
  bench.input = CommitTable(*engine, bench.folder, "orders", kOrders, "SELECT range AS id, CAST(range % 7 AS VARCHAR) AS country FROM range(1000)");
}

std::string WriteTask(const Bench& bench, int round) {
  api::StageTask task{.kind = api::TaskKind::Transform, .ns = "bench", .pipeline = "bench", .run = "run-" + std::to_string(round)};
  task.runUid = task.run;
  task.stage = "transform";
  task.epoch = round + 2;
  task.stores = {{.name = "lake", .root = bench.folder / "lake"}};
  task.tables = {{.name = "orders", .table = "orders", .zone = api::Zone::Processed, .store = "lake", .path = "orders", .columns = kOrders},
                 {.name = "per-country",
                  .table = "per_country",
                  .zone = api::Zone::Curated,
                  .store = "lake",
                  .path = "out-" + task.run,  // a log of its own: each round does the same
                  .columns = {{.name = "country", .type = "VARCHAR"}, {.name = "orders", .type = "BIGINT"}}}};
  task.sql = kSql;
  task.into = "per-country";
  const std::string path = bench.folder / "task.json";
  std::ofstream(path) << Dump(api::Write(task));
  return path;
}

struct Timing {
  double firstByte = 0;  // ms after the start of the process
  double end = 0;
};

double Since(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

Timing Time(const Bench& bench, std::vector<std::string> arguments) {
  const int watch = ::inotify_init1(IN_CLOEXEC);
  if (watch < 0 || ::inotify_add_watch(watch, bench.input.c_str(), IN_ACCESS) < 0) Fail(std::string("inotify: ") + std::strerror(errno));
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const auto start = Clock::now();
  pid_t child = 0;
  if (const int code = ::posix_spawn(&child, argv[0], nullptr, nullptr, argv.data(), environ); code != 0) Fail(std::string("spawn: ") + std::strerror(code));
  alignas(inotify_event) char event[4096];
  if (::read(watch, event, sizeof event) <= 0) Fail("no byte was read");
  Timing timing{.firstByte = Since(start)};
  int status = 0;
  ::waitpid(child, &status, 0);
  timing.end = Since(start);
  ::close(watch);
  if (status != 0) Fail(arguments[0] + " failed with status " + std::to_string(status));
  return timing;
}

// What this program does when it is started as the alternative.
int Bare(const std::string& input, const std::string& out) {
  duckdb::DuckDB database(nullptr);
  duckdb::Connection connection(database);
  for (const std::string& sql : {"CREATE VIEW orders AS SELECT * FROM read_parquet('" + input + "')",
                                 "COPY (" + std::string(kSql) + ") TO '" + out + "' (FORMAT parquet, COMPRESSION zstd)"}) {
    const auto result = connection.Query(sql);
    if (result->HasError()) Fail(result->GetError());
  }
  return 0;
}

double Quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

void Compare(const Bench& bench, int rounds) {
  std::vector<double> ours, bare, ratio, ends;
  for (int round = -2; round < rounds; ++round) {
    const std::string task = WriteTask(bench, round + 2);
    const auto runner = [&] { return Time(bench, {bench.runner, "--task", task, "--scratch", bench.folder / "scratch"}); };
    Timing a;
    if (round % 2 == 0) a = runner();
    const Timing b = Time(bench, {bench.self, "--bare", bench.input, bench.folder / "bare.parquet"});
    if (round % 2 != 0) a = runner();
    if (round < 0) continue;  // warms the page cache
    ours.push_back(a.firstByte);
    ends.push_back(a.end);
    bare.push_back(b.firstByte);
    ratio.push_back(a.firstByte / b.firstByte);
  }
  std::printf(
      "{\"rounds\": %d, \"runner_first_byte_ms\": {\"p50\": %.1f, \"p99\": %.1f}, \"duckdb_first_byte_ms\": {\"p50\": %.1f, \"p99\": %.1f}, "
      "\"ratio\": %.2f, \"runner_end_ms\": {\"p50\": %.1f, \"p99\": %.1f}}\n",
      rounds, Quantile(ours, 0.5), Quantile(ours, 0.99), Quantile(bare, 0.5), Quantile(bare, 0.99), Quantile(ratio, 0.5), Quantile(ends, 0.5),
      Quantile(ends, 0.99));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "--bare") return Bare(argv[2], argv[3]);
  if (argc < 2) Fail("usage: bench_start RUNNER [ROUNDS]");
  Bench bench{.runner = argv[1], .self = std::filesystem::canonical("/proc/self/exe")};
  bench.folder = MakeFolder();
  MakeInput(bench);
  Compare(bench, argc > 2 ? std::atoi(argv[2]) : 100);
  std::filesystem::remove_all(bench.folder);
  return 0;
}
