// Decoding a CSV file of some 100 MB by the engine, beside bare DuckDB that reads the same file as text with rejects and
// casts each value, both into a temporary table. Paired: each round runs both, in turn first. Prints one line of JSON.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <duckdb.hpp>
#include <functional>
#include <vector>

#include "runner/engine/engine.h"
#include "tests/bench/lake.h"

namespace {

using namespace weir;
using bench::Fail;

const std::vector<api::Column> kColumns{{.name = "id", .type = "BIGINT"},    {.name = "name", .type = "VARCHAR"},      {.name = "delay", .type = "INTEGER"},
                                        {.name = "fare", .type = "DOUBLE"},  {.name = "tax", .type = "DECIMAL(12,2)"}, {.name = "day", .type = "DATE"},
                                        {.name = "at", .type = "TIMESTAMP"}, {.name = "note", .type = "VARCHAR"}};

void MakeFile(const std::string& path, int rows) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) Fail("cannot write " + path);
  std::fputs("id,name,delay,fare,tax,day,at,note\n", file);
  for (int i = 0; i < rows; ++i)
    std::fprintf(file, "%d,name %d,%d,%d.%d,%d.25,2024-%02d-%02d,2024-01-%02dT%02d:%02d:00,%s\n", i, i % 1000, i % 300 - 20, i % 700, i % 10, i % 5000,
                 i % 12 + 1, i % 28 + 1, i % 28 + 1, i % 24, i % 60, i % 10 == 0 ? "\"a note, quoted\"" : "plain");
  std::fclose(file);
}

double Seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void Ours(const std::shared_ptr<storage::ObjectStore>& store, const std::string& scratch) {
  auto engine = engine::MakeEngine({.threads = 2, .scratch = scratch});
  if (!engine.ok()) Fail(engine.error().message);
  const auto rows = (*engine)->Decode({store, "in.csv"}, api::CsvFormat{}, {.columns = kColumns}, "decoded", [](engine::RejectedRow&&) {});
  if (!rows.ok()) Fail(rows.error().message);
}

void Bare(const std::string& path) {
  duckdb::DuckDB database(nullptr);
  duckdb::Connection connection(database);
  std::string types;
  std::string values;
  for (const api::Column& column : kColumns) {
    types += (types.empty() ? "'" : ", '") + column.name + "': 'VARCHAR'";
    values += (values.empty() ? "TRY_CAST(\"" : ", TRY_CAST(\"") + column.name + "\" AS " + column.type + ") AS \"" + column.name + "\"";
  }
  for (const std::string& sql :
       {std::string("SET threads = 2"), "CREATE TEMP TABLE rows AS SELECT " + values + " FROM read_csv('" + path + "', columns = {" + types +
                                            "}, auto_detect = false, delim = ',', quote = '\"', header = true, store_rejects = true)"}) {
    const auto result = connection.Query(sql);
    if (result->HasError()) Fail(result->GetError());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 7;
  const int rows = argc > 2 ? std::atoi(argv[2]) : 1'400'000;
  const auto folder = bench::MakeFolder();
  const std::string path = folder / "in.csv";
  MakeFile(path, rows);
  auto store = storage::OpenStore({.name = "source", .root = folder});
  if (!store.ok()) Fail(store.error().message);
  std::vector<double> ours;
  std::vector<double> bare;
  std::vector<double> ratio;
  for (int round = -1; round < rounds; ++round) {
    double a = 0;
    if (round % 2 == 0) a = Seconds([&] { Ours(*store, folder / "scratch"); });
    const double b = Seconds([&] { Bare(path); });
    if (round % 2 != 0) a = Seconds([&] { Ours(*store, folder / "scratch"); });
    if (round < 0) continue;  // warms the page cache
    ours.push_back(a);
    bare.push_back(b);
    ratio.push_back(a / b);
  }
  for (auto* numbers : {&ours, &bare, &ratio}) std::sort(numbers->begin(), numbers->end());
  const std::size_t middle = ours.size() / 2;
  std::printf("{\"rounds\": %d, \"bytes\": %ju, \"decode_s\": %.3f, \"duckdb_s\": %.3f, \"ratio\": %.3f}\n", rounds,
              static_cast<std::uintmax_t>(std::filesystem::file_size(path)), ours[middle], bare[middle], ratio[middle]);
  std::filesystem::remove_all(folder);
}
