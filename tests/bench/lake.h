#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runner/engine/engine.h"
#include "runner/storage/table/table_log.h"

// What the benchmarks of stages need: a lake with one committed table.
namespace weir::bench {

[[noreturn]] inline void Fail(const std::string& why) {
  std::fprintf(stderr, "benchmark: %s\n", why.c_str());
  std::exit(1);
}

// A folder of this process's own. Whoever makes it removes it.
inline std::filesystem::path MakeFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "weir-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) Fail("cannot make a folder " + name);
  return name;
}

// Commits the rows of a SELECT over what the engine knows as version 0 of a table in `folder`/lake, in one file, written as a
// stage writes it. The path of that file.
inline std::filesystem::path CommitTable(engine::Engine& engine, const std::filesystem::path& folder, const std::string& table,
                                         const std::vector<api::Column>& columns, const std::string& sql) {
  std::filesystem::create_directories(folder / "lake");
  auto lake = std::move(storage::OpenStore({.name = "lake", .root = folder / "lake"})).value();
  if (const Status selected = engine.Select(sql, columns, "rows"); !selected.ok()) Fail(selected.error().message);
  const auto written = engine.WriteParquet({.relation = "rows", .store = lake, .path = table + "/0.parquet"});
  if (!written.ok()) Fail(written.error().message);
  storage::TableLog log(lake, table, storage::LogKind::Delta);
  const auto committed =
      log.Commit({.run = "setup", .runUid = "setup", .stage = "setup", .epoch = 1},
                 {.schema = {.columns = columns}, .add = {{.path = "0.parquet", .bytes = written->bytes, .rows = written->rows, .stats = written->stats}}});
  if (!committed.ok()) Fail(committed.error().message);
  return folder / "lake" / table / "0.parquet";
}

}  // namespace weir::bench
