#pragma once

#include <duckdb.hpp>
#include <duckdb/planner/logical_operator.hpp>
#include <optional>
#include <set>
#include <string>

namespace weir::engine {

// What of a query gives other rows when it runs again over the same tables: the name of a function that its own
// declaration in the engine calls volatile or constant within one query only (random, uuid, now, current_date), or
// "SAMPLE". Nothing when every part is repeatable. Must run inside a transaction of `context`.
// `functions` are the names in the text: what stands in a lambda is not in the plan.
std::optional<std::string> FindUnrepeatable(duckdb::ClientContext& context, const std::set<std::string>& functions, duckdb::LogicalOperator& plan);

// The sentence for the person who wrote it, with what to write instead.
std::string Unrepeatable(const std::string& what);

}  // namespace weir::engine
