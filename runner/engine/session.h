#pragma once

#include <atomic>
#include <duckdb.hpp>
#include <functional>
#include <memory>
#include <string>

#include "crds/base/result.h"
#include "runner/engine/engine.h"
#include "runner/engine/errors.h"
#include "runner/engine/file_system.h"

namespace weir::engine {

// The DuckDB of one process: in memory, sandboxed, locked. Two connections: `Run` works on data; `declared` holds the
// same tables empty, in the schema of that name, for binding. No exception leaves these calls.
class Session {
 public:
  static Result<std::unique_ptr<Session>> Open(const Limits& limits);

  using Rows = std::unique_ptr<duckdb::MaterializedQueryResult>;
  Result<Rows> Run(const std::string& sql);
  Status Execute(const std::string& sql);
  Result<std::int64_t> Number(const std::string& sql);
  Status Execute(duckdb::unique_ptr<duckdb::SQLStatement> statement);
  // One row at a time, in bounded memory. `row` must not call the session.
  Status ForEach(const std::string& sql, const std::function<Status(const std::vector<duckdb::Value>&)>& row);
  Status ForEach(duckdb::unique_ptr<duckdb::SQLStatement> statement, const std::function<Status(const std::vector<duckdb::Value>&)>& row);
  // Ends what runs now, and what is begun later; from any thread.
  void Cancel();

  duckdb::Connection& Work() { return work_; }
  duckdb::Connection& Declared() { return declared_; }
  ObjectFileSystem& Files() { return files_; }
  duckdb::FileSystem& AllFiles() { return database_->GetFileSystem(); }
  // Whether the newest error came from a store, not from what was read.
  bool StoreFailed() const { return store_failed_; }
  // The store's own answer when there is one, else what DuckDB said.
  Error Explain(const duckdb::ErrorData& error) { return Told(FromDuckDB(error)); }
  Error Explain(const std::exception& error) { return Told(FromException(error)); }

 private:
  Session(std::unique_ptr<duckdb::DuckDB> database, ObjectFileSystem& files, std::string scratch);
  Error Told(Error by_duckdb);
  Status TakeRows(duckdb::unique_ptr<duckdb::QueryResult> result, const std::function<Status(const std::vector<duckdb::Value>&)>& row);

  const std::string scratch_;
  bool store_failed_ = false;
  std::atomic<bool> cancelled_ = false;
  std::unique_ptr<duckdb::DuckDB> database_;
  ObjectFileSystem& files_;
  duckdb::Connection work_;
  duckdb::Connection declared_;
};

}  // namespace weir::engine
