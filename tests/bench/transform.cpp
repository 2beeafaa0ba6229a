// A Transform stage, from the task to the committed version, beside bare DuckDB running the same SQL over the same files
// into one Parquet file of the same kind. Paired: each round runs both, in turn first. Prints one line of JSON a query.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <duckdb.hpp>
#include <filesystem>
#include <functional>

#include "runner/stages/run_task.h"
#include "tests/bench/lake.h"

namespace {

using namespace weir;
using bench::CommitTable;
using bench::Fail;
using bench::MakeFolder;

struct Query {
  const char* name;
  const char* sql;
  std::vector<api::Column> columns;
};

struct Bench {
  std::filesystem::path folder;
  std::string input;  // Parquet file with the rows of `flights`
  stages::Ports ports;
  int runs = 0;
};

const std::vector<api::Column> kFlights{{.name = "date", .type = "TIMESTAMP"},
                                        {.name = "delay", .type = "BIGINT"},
                                        {.name = "distance", .type = "BIGINT"},
                                        {.name = "origin", .type = "VARCHAR"},
                                        {.name = "destination", .type = "VARCHAR"}};

const std::vector<Query> kQueries{
    {"aggregate",
     "SELECT origin, CAST(date AS DATE) AS day, count(*) AS flights, sum(delay) AS delay FROM flights GROUP BY ALL",
     {{.name = "origin", .type = "VARCHAR"}, {.name = "day", .type = "DATE"}, {.name = "flights", .type = "BIGINT"}, {.name = "delay", .type = "BIGINT"}}},
    {"join",
     "SELECT a.date, a.origin, a.delay - avg_delay AS over FROM flights a JOIN (SELECT origin, avg(delay) AS avg_delay FROM flights GROUP BY origin) USING "
     "(origin) WHERE a.distance > 500",
     {{.name = "date", .type = "TIMESTAMP"}, {.name = "origin", .type = "VARCHAR"}, {.name = "over", .type = "DOUBLE"}}},
    {"rows", "SELECT date, delay, distance, origin, destination FROM flights WHERE delay > -1000", kFlights},
};

struct Cost {
  double wall = 0;
  double cpu = 0;  // of all threads: holds on a machine that is busy with other things
};

Cost CostOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t cpu = std::clock();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC};
}

// The rows of the source as a table of the lake.
void MakeInput(Bench& bench, const std::string& source) {
  auto from = std::move(storage::OpenStore({.name = "source", .root = std::filesystem::path(source).parent_path()})).value();
  auto engine = std::move(engine::MakeEngine(bench.ports.limits)).value();
  if (!engine->Attach("flights", {{from, std::filesystem::path(source).filename()}}, kFlights).ok()) Fail("cannot read " + source);
  bench.input = CommitTable(*engine, bench.folder, "flights", kFlights, "SELECT * FROM flights");
}

void Ours(Bench& bench, const Query& query) {
  api::StageTask task{.kind = api::TaskKind::Transform, .ns = "bench", .pipeline = "bench", .run = "run-" + std::to_string(++bench.runs)};
  task.runUid = task.image = task.run;  // another runner: the same one would find its version unchanged
  task.stage = "transform";
  task.epoch = bench.runs;
  task.stores = {{.name = "lake", .root = bench.folder / "lake"}};
  task.tables = {{.name = "flights", .table = "flights", .zone = api::Zone::Processed, .store = "lake", .path = "flights", .columns = kFlights},
                 {.name = query.name,
                  .table = query.name,
                  .zone = api::Zone::Curated,
                  .store = "lake",
                  .path = std::string("out/") + query.name,
                  .columns = query.columns}};
  task.sql = query.sql;
  task.into = query.name;
  const auto outcome = stages::RunTask(task, bench.ports);
  if (outcome.result != api::OutcomeClass::Succeeded) Fail(outcome.message);
}

void Bare(const Bench& bench, const Query& query) {
  duckdb::DuckDB database(nullptr);
  duckdb::Connection connection(database);
  const std::string out = bench.folder / "bare.parquet";
  for (const std::string& sql :
       {"SET threads = " + std::to_string(bench.ports.limits.threads), std::string("SET preserve_insertion_order = false"),
        "CREATE VIEW flights AS SELECT make_timestamp(epoch_us(date)) AS date, delay, distance, origin, destination FROM read_parquet('" + bench.input + "')",
        "COPY (" + std::string(query.sql) + ") TO '" + out + "' (FORMAT parquet, COMPRESSION zstd)"}) {
    const auto result = connection.Query(sql);
    if (result->HasError()) Fail(result->GetError());
  }
  std::filesystem::remove(out);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Compare(Bench& bench, const Query& query, int rounds) {
  std::vector<double> ours;
  std::vector<double> bare;
  std::vector<double> wall;
  std::vector<double> cpu;
  for (int round = -1; round < rounds; ++round) {
    Cost a;
    if (round % 2 == 0) a = CostOf([&] { Ours(bench, query); });
    const Cost b = CostOf([&] { Bare(bench, query); });
    if (round % 2 != 0) a = CostOf([&] { Ours(bench, query); });
    if (round < 0) continue;  // warms the page cache
    ours.push_back(a.wall);
    bare.push_back(b.wall);
    wall.push_back(a.wall / b.wall);
    cpu.push_back(a.cpu / b.cpu);
  }
  std::printf("{\"query\": \"%s\", \"rounds\": %d, \"stage_s\": %.4f, \"duckdb_s\": %.4f, \"ratio\": %.3f, \"cpu_ratio\": %.3f}\n", query.name, rounds,
              Median(ours), Median(bare), Median(wall), Median(cpu));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) Fail("usage: bench_transform FLIGHTS_PARQUET [ROUNDS]");
  Bench bench;
  bench.folder = MakeFolder();
  bench.ports.limits = {.threads = 2, .scratch = bench.folder / "scratch"};
  MakeInput(bench, argv[1]);
  for (const Query& query : kQueries) Compare(bench, query, argc > 2 ? std::atoi(argv[2]) : 11);
  std::filesystem::remove_all(bench.folder);
  return 0;
}
