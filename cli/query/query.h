#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/lake/world.h"
#include "crds/base/time.h"

namespace weir::cli {

struct QueryOptions {
  std::string sql;
  std::optional<std::int64_t> limit;  // rows to print; absent means 100 in a table, and all in the formats of programs
  std::int64_t memoryBytes = 0;       // 0: a share of the machine's
  Duration timeout;                   // 0: none
};

// Executes one SELECT over the tables of the lake: each Dataset of tables and each View of the namespace by its table
// name, at its newest version. What does not fit into memory is spilled into a scratch folder that goes with the query.
// Ctrl-C ends it with Exit::Interrupted, its time with Exit::Failed. A table that was never committed is an error, and so
// are more than a million rows for a program that gave no limit: a part would pass for the whole.
Exit Query(const Terminal& terminal, const World& world, const QueryOptions& options);

}  // namespace weir::cli
