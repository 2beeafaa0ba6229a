#pragma once

#include <duckdb.hpp>

namespace weir::engine {

// The scalar function `kAsTimestamp`: an instant as the TIMESTAMP of the same number, which is its time in UTC, an infinite one
// included. A CAST would go through the calendar of ICU, and building the value anew still costs a pass; this costs
// nothing.
inline constexpr const char* kAsTimestamp = "weir_timestamp";
void RegisterInstants(duckdb::DatabaseInstance& database);

}  // namespace weir::engine
