#pragma once

#include <string>

#include "cli/world.h"

namespace weir::cli {

struct QueryOptions {
  std::string sql;
  std::int64_t limit = 100;  // rows to print
};

// Answers one SELECT over the tables of the lake: each Dataset of tables and each View of the namespace by its table
// name, at its newest version.
Exit Query(const Terminal& terminal, const World& world, const QueryOptions& options);

}  // namespace weir::cli
