#include "runner/engine/session.h"

#include <algorithm>
#include <duckdb/main/config.hpp>
#include <thread>

#include "runner/engine/decode/csv_scan.h"
#include "runner/engine/decode/json_scan.h"
#include "runner/engine/parquet/parquet_functions.h"
#include "runner/engine/parquet/parquet_tap.h"
#include "runner/engine/sql/sql.h"
#include "runner/engine/values/instants.h"
#include "runner/engine/values/value_functions.h"

namespace weir::engine {
namespace {

constexpr std::int64_t kLeastHeadroom = 256LL << 20;
constexpr int kLeastThreads = 8;  // that may be asked for on any machine: harmless, and a stage runs alike on all of them

// memory_limit is no cap on the process: buffers of operators, results and the allocator come on top.
std::int64_t MemoryFor(const Limits& limits) {
  const std::int64_t rest = limits.memoryBytes - std::max(kLeastHeadroom, limits.memoryBytes * 3 / 10);
  return std::max<std::int64_t>(rest, 64LL << 20);
}

// More threads than cores only wait for each other, and some thousand of them take the machine down.
std::int64_t ThreadsFor(const Limits& limits) {
  const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return std::clamp(limits.threads, 1, std::max(cores, kLeastThreads));
}

// All that is known before the database opens: each would cost a tenth of a millisecond more as a statement.
void Configure(duckdb::DBConfig& config, const Limits& limits) {
  const auto set = [&config](const char* name, duckdb::Value value) { config.SetOptionByName(name, value); };
  set("threads", duckdb::Value::BIGINT(ThreadsFor(limits)));
  set("autoinstall_known_extensions", duckdb::Value::BOOLEAN(false));
  set("autoload_known_extensions", duckdb::Value::BOOLEAN(false));
  set("allow_community_extensions", duckdb::Value::BOOLEAN(false));
  set("preserve_insertion_order", duckdb::Value::BOOLEAN(true));      // decoding relies on it; writing says PRESERVE_ORDER false
  set("order_by_non_integer_literal", duckdb::Value::BOOLEAN(true));  // else refused with words about a setting; row_order.h judges it
  if (limits.memoryBytes > 0) set("memory_limit", duckdb::Value(std::to_string(MemoryFor(limits)) + "B"));
  set("temp_directory", duckdb::Value(limits.scratch));
  if (limits.scratchBytes > 0) set("max_temp_directory_size", duckdb::Value(std::to_string(limits.scratchBytes / 10 * 9) + "B"));
}

// What only an open database takes.
std::vector<std::string> Settings() {
  return {
      "SET TimeZone = 'UTC'",
      "SET parquet_metadata_cache = true",  // a query is bound several times, and an object never changes
      "CREATE SCHEMA declared",
      // After this no file of the machine can be named, and no setting changed.
      "SET allowed_directories = ['weir://']",
      "SET enable_external_access = false",
  };
}

Error Cancelled() { return {Fault::Transient, "Cancelled", "the query was cancelled"}; }

}  // namespace

Session::Session(std::unique_ptr<duckdb::DuckDB> database, ObjectFileSystem& files, std::string scratch)
    : scratch_(std::move(scratch)), database_(std::move(database)), files_(files), work_(*database_), declared_(*database_) {}

Result<std::unique_ptr<Session>> Session::Open(const Limits& limits) try {
  duckdb::DBConfig config;
  Configure(config, limits);
  auto database = std::make_unique<duckdb::DuckDB>(nullptr, &config);
  auto files = duckdb::make_uniq<ObjectFileSystem>();
  ObjectFileSystem& ours = *files;
  database->GetFileSystem().RegisterSubSystem(std::move(files));
  RegisterTappedParquet(*database->instance);
  RegisterInstants(*database->instance);
  RegisterValueFunctions(*database->instance);
  RegisterCsvScan(*database->instance);
  RegisterJsonScan(*database->instance);
  RegisterParquetFunctions(*database->instance);
  // A replacement scan would turn a table name that looks like a file into a read of it.
  duckdb::DBConfig::GetConfig(*database->instance).replacement_scans.clear();
  std::unique_ptr<Session> session(new Session(std::move(database), ours, limits.scratch));
  for (const std::string& setting : Settings())
    if (Status done = session->Execute(setting); !done.ok()) return done.error();
  auto path = session->declared_.Query("SET schema = 'declared'");
  if (path->HasError()) return FromDuckDB(path->GetErrorObject());
  if (Status done = session->Execute("SET lock_configuration = true"); !done.ok()) return done.error();
  return session;
} catch (const std::exception& error) {
  return FromException(error);
}

Error Session::Told(Error by_duckdb) {
  auto own = files_.TakeError();
  store_failed_ = own.has_value();
  if (cancelled_) return Cancelled();
  if (own) return *own;
  if (by_duckdb.reason != "DiskFull") return by_duckdb;
  // After its first sentence DuckDB advises to change a setting, which is locked.
  const std::string first = by_duckdb.message.substr(0, by_duckdb.message.find(". "));
  by_duckdb.message = "the scratch folder " + scratch_ + ", which takes what does not fit into memory, is full: " + first +
                      "; make room there, or raise resources.memory of the stage or spec.runner.scratchSize of the Lake";
  return by_duckdb;
}

Result<Session::Rows> Session::Run(const std::string& sql) try {
  if (cancelled_) return Cancelled();
  files_.TakeError();  // of a query that got over it
  duckdb::unique_ptr<duckdb::MaterializedQueryResult> result = work_.Query(sql);
  if (result->HasError()) return Explain(result->GetErrorObject());
  return Rows(result.release());
} catch (const std::exception& error) {
  return Explain(error);
}

Status Session::Execute(const std::string& sql) {
  auto rows = Run(sql);
  if (!rows.ok()) return rows.error();
  return Ok();
}

Result<std::int64_t> Session::Number(const std::string& sql) {
  auto rows = Run(sql);
  if (!rows.ok()) return rows.error();
  const duckdb::Value value = rows.value()->GetValue(0, 0);
  return value.IsNull() ? 0 : value.GetValue<std::int64_t>();
}

Status Session::Execute(duckdb::unique_ptr<duckdb::SQLStatement> statement) try {
  if (cancelled_) return Cancelled();
  files_.TakeError();
  const auto result = work_.Query(std::move(statement));
  if (result->HasError()) return Explain(result->GetErrorObject());
  return Ok();
} catch (const std::exception& error) {
  return Explain(error);
}

Status Session::ForEach(const std::string& sql, const std::function<Status(const std::vector<duckdb::Value>&)>& row) try {
  if (cancelled_) return Cancelled();
  files_.TakeError();
  return TakeRows(work_.SendQuery(sql), row);
} catch (const std::exception& error) {
  return Explain(error);
}

Status Session::ForEach(duckdb::unique_ptr<duckdb::SQLStatement> statement, const std::function<Status(const std::vector<duckdb::Value>&)>& row) try {
  if (cancelled_) return Cancelled();
  files_.TakeError();
  return TakeRows(work_.SendQuery(std::move(statement)), row);
} catch (const std::exception& error) {
  return Explain(error);
}

void Session::Cancel() {
  cancelled_ = true;
  work_.Interrupt();
  declared_.Interrupt();
}

Status Session::TakeRows(duckdb::unique_ptr<duckdb::QueryResult> result, const std::function<Status(const std::vector<duckdb::Value>&)>& row) {
  if (result->HasError()) return Explain(result->GetErrorObject());
  std::vector<duckdb::Value> values(result->ColumnCount());
  while (auto chunk = result->Fetch()) {
    if (cancelled_) return Cancelled();
    if (chunk->size() == 0) break;
    for (duckdb::idx_t r = 0; r < chunk->size(); ++r) {
      for (duckdb::idx_t c = 0; c < values.size(); ++c) values[c] = chunk->GetValue(c, r);
      if (Status done = row(values); !done.ok()) return done;
    }
  }
  if (result->HasError()) return Explain(result->GetErrorObject());
  return Ok();
}

}  // namespace weir::engine
