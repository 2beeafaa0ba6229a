#include "runner/engine/repeatable.h"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/scalar_function_catalog_entry.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>
#include <duckdb/planner/expression_iterator.hpp>
#include <duckdb/planner/logical_operator_visitor.hpp>

namespace weir::engine {
namespace {

bool IsRepeatable(const duckdb::ScalarFunction& function) { return function.GetStability() == duckdb::FunctionStability::CONSISTENT; }

// One catalog holds scalar functions, aggregates and macros: what is found may be another kind, whose parts the plan shows.
bool IsRepeatable(duckdb::ClientContext& context, const std::string& name) {
  const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::SCALAR_FUNCTION_ENTRY, name);
  const auto entry = duckdb::Catalog::GetEntry(context, "", "", lookup, duckdb::OnEntryNotFound::RETURN_NULL);
  if (!entry || entry->type != duckdb::CatalogType::SCALAR_FUNCTION_ENTRY) return true;
  for (const duckdb::ScalarFunction& function : entry->Cast<duckdb::ScalarFunctionCatalogEntry>().functions.functions)
    if (!IsRepeatable(function)) return false;
  return true;
}

std::optional<std::string> FindIn(duckdb::unique_ptr<duckdb::Expression>& expression) {
  std::optional<std::string> found;
  duckdb::ExpressionIterator::EnumerateExpression(expression, [&found](duckdb::Expression& part) {
    if (part.GetExpressionClass() != duckdb::ExpressionClass::BOUND_FUNCTION) return;
    const auto& function = part.Cast<duckdb::BoundFunctionExpression>().function;
    if (!IsRepeatable(function)) found = function.name;
  });
  return found;
}

std::optional<std::string> FindIn(duckdb::LogicalOperator& node) {
  if (node.type == duckdb::LogicalOperatorType::LOGICAL_SAMPLE) return "SAMPLE";
  std::optional<std::string> found;
  duckdb::LogicalOperatorVisitor::EnumerateExpressions(node, [&found](duckdb::unique_ptr<duckdb::Expression>* expression) {
    if (!found) found = FindIn(*expression);
  });
  for (std::size_t i = 0; !found && i < node.children.size(); ++i) found = FindIn(*node.children[i]);
  return found;
}

// As people write it.
std::string Written(const std::string& function) {
  if (function == "get_current_timestamp" || function == "now") return "now() or current_timestamp";
  if (function == "get_current_time") return "current_time";
  if (function == "current_date" || function == "today") return "current_date";
  return function == "SAMPLE" ? "SAMPLE" : function + "()";
}

bool IsClock(const std::string& what) {
  return what.find("current") != std::string::npos || what == "now" || what == "today" || what.find("time") != std::string::npos;
}

}  // namespace

std::optional<std::string> FindUnrepeatable(duckdb::ClientContext& context, const std::set<std::string>& functions, duckdb::LogicalOperator& plan) {
  for (const std::string& name : functions)
    if (!IsRepeatable(context, name)) return name;
  return FindIn(plan);
}

std::string Unrepeatable(const std::string& what) {
  const std::string instead = what == "SAMPLE" ? "choose rows by their values, such as WHERE hash(id) % 100 = 0"
                              : IsClock(what)  ? "use a time of the data, such as (SELECT max(day) FROM flights)"
                                               : "make the value from the row, such as md5(concat_ws('|', carrier, flight))";
  return Written(what) + " gives other rows each time, and a run that is made again must give the same: " + instead;
}

}  // namespace weir::engine
