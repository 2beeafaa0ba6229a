#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "crds/api/describe/read.h"
#include "crds/api/describe/write.h"
#include "runner/stages/run_task.h"
#include "runner/stages/tables/publication.h"
#include "runner/storage/table/table_log.h"
#include "tests/temporary_folder.h"

namespace weir::stages {

inline api::Column Required(const std::string& name, const std::string& type) { return {.name = name, .type = type, .nullable = false}; }
inline api::Column Optional(const std::string& name, const std::string& type) { return {.name = name, .type = type}; }

// A lake of two stores in a folder of its own, with the tables of a small pipeline; tasks are made as the operator makes
// them.
class StageTest : public testing::Test {
 protected:
  StageTest() {
    std::filesystem::create_directories(folder_ / "source");
    std::filesystem::create_directories(folder_ / "lake");
    ports_.limits = {.memoryBytes = 1LL << 30, .threads = 2, .scratch = folder_ / "scratch"};
    ports_.log = [this](const std::string& sentence) { logged_.push_back(sentence); };
    Add({.name = "orders-landing", .zone = api::Zone::Landing, .format = api::CsvFormat{}});
    Add({.name = "orders-raw", .zone = api::Zone::RawHistory, .format = api::CsvFormat{}});
    Add({.name = "orders", .zone = api::Zone::Processed, .columns = {Required("id", "INTEGER"), Optional("city", "VARCHAR"), Optional("amount", "INTEGER")}});
    Add({.name = "totals", .zone = api::Zone::Curated, .columns = {Optional("city", "VARCHAR"), Required("total", "BIGINT")}, .keys = {api::Key{{"city"}}}});
    Add({.kind = api::TargetKind::View,
         .name = "city-totals",
         .zone = api::Zone::Views,
         .columns = {Required("city", "VARCHAR"), Required("total", "BIGINT")},
         .keys = {api::Key{{"city"}}}});
  }

  void Add(api::TaskTable table) {
    table.table = TableName(table.name);
    table.store = "lake";
    std::string zone(api::Word(table.zone));
    table.path = zone + "/default/shop/" + table.table;
    tables_.push_back(std::move(table));
  }
  api::TaskTable& Table(const std::string& name) {
    for (api::TaskTable& table : tables_)
      if (table.name == name) return table;
    ADD_FAILURE() << "no table " << name;
    return tables_.front();
  }

  static std::string TableName(std::string name) {
    for (char& c : name)
      if (c == '-') c = '_';
    return name;
  }

  // The next run of the pipeline: stages that are made after this belong to it.
  void NextRun() { ++run_; }

  api::StageTask Task(api::TaskKind kind, const std::string& stage, int attempt = 1) {
    api::StageTask task{.kind = kind,
                        .ns = "shop",
                        .pipeline = "orders",
                        .run = "orders-" + std::to_string(run_),
                        .runUid = "uid-" + std::to_string(run_),
                        .revision = "orders-abc",
                        .image = "runner:1"};
    task.stage = stage;
    task.attempt = attempt;
    task.logicalTime = Time::FromSeconds(1'700'000'000 + run_ * 3600);
    task.epoch = task.logicalTime.Seconds() * 1000 + attempt;
    task.stores = {{.name = "lake", .root = folder_ / "lake"}, {.name = "source", .root = folder_ / "source"}};
    task.tables = tables_;
    task.outcomeStore = "lake";
    task.outcomePath = "processed/default/_weirkeeper";
    return task;
  }
  api::StageTask Land(const std::string& pattern = "in/*.csv", int attempt = 1) {
    api::StageTask task = Task(api::TaskKind::Land, "land", attempt);
    task.into = "orders-landing";
    task.source = api::FilesSource{"source", pattern};
    return task;
  }
  api::StageTask Accept(int attempt = 1) {
    api::StageTask task = Task(api::TaskKind::Accept, "accept", attempt);
    task.from = "orders-landing";
    task.into = "orders-raw";
    return task;
  }
  api::StageTask Decode(int attempt = 1) {
    api::StageTask task = Task(api::TaskKind::Decode, "decode", attempt);
    task.from = "orders-raw";
    task.into = "orders";
    return task;
  }
  api::StageTask Transform(const std::string& sql = "SELECT city, sum(amount) AS total FROM orders WHERE amount > 0 GROUP BY city", int attempt = 1) {
    api::StageTask task = Task(api::TaskKind::Transform, "total", attempt);
    task.sql = sql;
    task.into = "totals";
    return task;
  }
  api::StageTask Publish(const std::string& sql = "SELECT city, total FROM totals WHERE city IS NOT NULL") {
    api::StageTask task = Task(api::TaskKind::Publish, "publish");
    task.sql = sql;
    task.into = "city-totals";
    task.contractHash = "c0ffee";
    return task;
  }

  api::StageOutcome Run(const api::StageTask& task) { return RunTask(task, ports_); }
  // Runs and expects success.
  api::StageOutcome Good(const api::StageTask& task) {
    const api::StageOutcome outcome = Run(task);
    EXPECT_EQ(api::Word(outcome.result), "Succeeded") << outcome.message;
    return outcome;
  }
  // Runs and expects a failure.
  api::StageOutcome Bad(const api::StageTask& task, api::OutcomeClass result, api::Reason reason) {
    const api::StageOutcome outcome = Run(task);
    EXPECT_EQ(api::Word(outcome.result), api::Word(result)) << outcome.message;
    EXPECT_EQ(outcome.reason ? api::Word(*outcome.reason) : "none", api::Word(reason)) << outcome.message;
    EXPECT_TRUE(outcome.commits.empty());
    return outcome;
  }
  // Lands, accepts and decodes what lies in the source.
  api::StageOutcome Decoded() {
    Good(Land());
    Good(Accept());
    return Good(Decode());
  }

  storage::TableState State(const std::string& name) {
    const api::TaskTable& table = Table(name);
    auto store = storage::OpenStore({.name = "lake", .root = folder_ / "lake"});
    storage::TableLog log(*store, table.path, HoldsFiles(table.zone) ? storage::LogKind::Files : storage::LogKind::Delta);
    auto state = log.Load();
    EXPECT_TRUE(state.ok()) << (state.ok() ? "" : state.error().message);
    return state.ok() ? *state : storage::TableState{};
  }

  // Rows of a committed table, read straight from its files.
  std::vector<std::string> Rows(const std::string& name, const std::string& sql = "") {
    const api::TaskTable& table = Table(name);
    auto engine = engine::MakeEngine(ports_.limits);
    std::shared_ptr<storage::ObjectStore> store = *storage::OpenStore({.name = "lake", .root = folder_ / "lake"});
    std::vector<engine::InputFile> files;
    for (const auto& [path, file] : State(name).files) files.push_back({store, table.path + "/" + path});
    EXPECT_TRUE((*engine)->Attach(table.table, files, table.columns).ok());
    const auto rows = (*engine)->Query(sql.empty() ? "SELECT * FROM " + table.table + " ORDER BY ALL" : sql, 1000);
    EXPECT_TRUE(rows.ok()) << (rows.ok() ? "" : rows.error().message);
    std::vector<std::string> texts;
    if (rows.ok())
      for (const Json& row : *rows) texts.push_back(Dump(row));
    return texts;
  }

  std::vector<std::string> QuarantineLines(const std::string& stage, int attempt = 1) {
    std::vector<std::string> lines;
    std::ifstream in(folder_ / ("lake/processed/default/_weirkeeper/quarantine/orders-" + std::to_string(run_) + "/uid-" + std::to_string(run_) + "/" + stage +
                                "-" + std::to_string(attempt) + ".jsonl"));
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

  test::TemporaryFolder folder_;
  Ports ports_;
  std::vector<api::TaskTable> tables_;
  std::vector<std::string> logged_;
  int run_ = 1;
};

inline api::Ledger Sums(std::int64_t in, std::int64_t out, std::int64_t quarantined, std::int64_t filtered) {
  return {.rowsIn = in, .rowsOut = out, .quarantined = quarantined, .filtered = filtered};
}

// Of a query: what it read, how many rows it wrote and how many of its result were quarantined.
inline api::Ledger SqlSums(std::vector<api::LedgerInput> inputs, std::int64_t out, std::int64_t quarantined) {
  return LedgerOfSql(std::move(inputs), out, quarantined);
}

}  // namespace weir::stages

namespace weir::api {
inline void PrintTo(const Ledger& ledger, std::ostream* out) {
  *out << "in " << ledger.rowsIn << ", out " << ledger.rowsOut << ", quarantined " << ledger.quarantined;
  if (ledger.filtered) *out << ", filtered " << *ledger.filtered;
  for (const LedgerInput& input : ledger.inputs) *out << ", " << input.rows << " of " << input.name << " version " << input.version.value_or(-1);
}
}  // namespace weir::api
