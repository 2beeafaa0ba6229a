#pragma once

#include <duckdb.hpp>
#include <duckdb/parser/parsed_expression.hpp>
#include <duckdb/planner/logical_operator.hpp>
#include <optional>
#include <set>
#include <string>

namespace weir::engine {

// A call as the text has it: what a lambda holds, and what the binder replaces by its value, is not in the plan.
struct Call {
  std::string name;           // of the function, without schema
  std::size_t arguments = 0;  // how many
  auto operator<=>(const Call&) const = default;
};

// Whether a call gives the same for the same arguments in every run, on every machine: by the function's own declaration
// in the engine (random, uuid, now and current_date say that they do not), by the parts of a macro, and by a list of what
// the engine declares wrongly (version, current_setting, reservoir_quantile). A name that the engine does not know is. Must
// run inside a transaction of `context`.
bool IsRepeatable(duckdb::ClientContext& context, const Call& call);

// Whether SQL knows the name as a value that is written without parentheses and that the engine replaces by a constant: a
// column of the name is meant first.
bool IsValueWord(const std::string& name);

// Whether the text is, for a type of time, no value but the time at which it is read: now, today, tomorrow, yesterday.
bool IsClockKeyword(const std::string& text, const duckdb::LogicalType& type);

// The calls of an expression of a parse tree, and of all that is in it, subqueries apart.
void CollectCalls(const duckdb::ParsedExpression& expression, std::set<Call>& calls);

// What of a query gives other rows when it runs again over the same tables: the name of a function, a word of the clock, or
// "SAMPLE". Nothing when every part is repeatable. Must run inside a transaction of `context`. `calls` are those of the text.
std::optional<std::string> FindUnrepeatable(duckdb::ClientContext& context, const std::set<Call>& calls, duckdb::LogicalOperator& plan);

// The sentence for the person who wrote it, with what to write instead.
std::string Unrepeatable(const std::string& what);

}  // namespace weir::engine
