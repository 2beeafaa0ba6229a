#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runner/engine/engine.h"

namespace weir::engine {

struct CheckedQuery {
  std::vector<std::string> tables;         // that it reads
  Status fits;                             // SchemaMismatch, or SqlInvalid for what gives other rows each time
  std::vector<std::string> orderWarnings;  // what of it may give other values each time, and is let through
};

// Binds SQL against declared tables without any data: what Validate asks of many texts. Not thread-safe. Faults as Engine.
class SqlBinder {
 public:
  virtual ~SqlBinder() = default;

  // Declares `table`, so that SQL may name it. Again with the same columns it costs nothing, after Forget too.
  virtual Status Declare(const std::string& table, const std::vector<api::Column>& columns) = 0;
  // From now on SQL may name none of the tables that were declared.
  virtual void Forget() = 0;
  // Whether a stage may run it to fill these columns. An error when it does not bind.
  virtual Result<CheckedQuery> Check(const std::string& sql, const std::vector<api::Column>& columns) = 0;
};

Result<std::unique_ptr<SqlBinder>> MakeSqlBinder(const Limits& limits);

}  // namespace weir::engine
