#include "runner/engine/sql/repeatable.h"

#include <algorithm>
#include <array>
#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/macro_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/scalar_function_catalog_entry.hpp>
#include <duckdb/function/lambda_functions.hpp>
#include <duckdb/function/scalar_macro_function.hpp>
#include <duckdb/parser/expression/columnref_expression.hpp>
#include <duckdb/parser/expression/constant_expression.hpp>
#include <duckdb/parser/expression/function_expression.hpp>
#include <duckdb/parser/parsed_expression_iterator.hpp>
#include <duckdb/planner/expression/bound_aggregate_expression.hpp>
#include <duckdb/planner/expression/bound_case_expression.hpp>
#include <duckdb/planner/expression/bound_cast_expression.hpp>
#include <duckdb/planner/expression/bound_constant_expression.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>
#include <duckdb/planner/expression/bound_window_expression.hpp>
#include <duckdb/planner/expression_iterator.hpp>
#include <duckdb/planner/logical_operator_visitor.hpp>

namespace weir::engine {
namespace {

using Words = std::vector<std::string_view>;

// What the engine declares to be constant, or has as a macro, and is not: it tells the time, the engine or who asks ...
const Words kOfClock{"current_localtime", "current_localtimestamp", "localtime", "localtimestamp", "current_time", "current_timestamp", "current_date"};
const Words kOfMachine{"version", "current_setting", "getvariable", "current_user",       "current_role", "session_user",
                       "user",    "vector_type",     "stats",       "json_serialize_plan"};
// ... or depends on which thread saw which rows.
const Words kOfSamples{"reservoir_quantile", "approx_quantile", "approx_top_k"};
// Fails, in every run alike; the engine calls it volatile so that it is not evaluated early.
constexpr std::string_view kFailure = "error";
// The first argument of these is a list, the second the name of an aggregate.
const Words kAggregatesByName{"list_aggregate", "list_aggr", "array_aggregate", "array_aggr", "aggregate"};
constexpr std::string_view kComputedName = "list_aggregate of a computed name";

bool IsAmong(const Words& words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

bool IsListed(const Call& call) {
  return IsAmong(kOfClock, call.name) || IsAmong(kOfMachine, call.name) || IsAmong(kOfSamples, call.name) || call.name == kComputedName ||
         (call.name == "age" && call.arguments == 1);
}

template <typename Function>
bool IsRepeatable(const Function& function, std::size_t arguments) {
  const Call call{duckdb::StringUtil::Lower(function.name), arguments};
  if (call.name == kFailure) return true;
  return !IsListed(call) && function.GetStability() == duckdb::FunctionStability::CONSISTENT;
}

// The words that stand for calls without parentheses.
void CollectValueWords(const duckdb::ParsedExpression& expression, std::set<Call>& calls) {
  if (expression.GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF) {
    const auto& column = expression.Cast<duckdb::ColumnRefExpression>();
    const std::string name = duckdb::StringUtil::Lower(column.GetColumnName());
    if (!column.IsQualified() && (IsAmong(kOfClock, name) || IsValueWord(name))) calls.insert({name, 0});
  }
  duckdb::ParsedExpressionIterator::EnumerateChildren(expression, [&calls](const duckdb::ParsedExpression& child) { CollectValueWords(child, calls); });
}

// The parts of a macro. None of the engine's own calls itself.
bool IsRepeatable(duckdb::ClientContext& context, const duckdb::MacroCatalogEntry& entry) {
  std::set<Call> calls;
  for (const auto& macro : entry.macros) {
    if (macro->type != duckdb::MacroType::SCALAR_MACRO) continue;
    const auto& body = *macro->Cast<duckdb::ScalarMacroFunction>().expression;
    CollectCalls(body, calls);
    CollectValueWords(body, calls);
  }
  const std::string own = duckdb::StringUtil::Lower(entry.name);
  return std::all_of(calls.begin(), calls.end(), [&](const Call& call) { return call.name == own || weir::engine::IsRepeatable(context, call); });
}

template <typename Entry>
bool AreRepeatable(const duckdb::CatalogEntry& entry, std::size_t arguments) {
  const auto& functions = entry.Cast<Entry>().functions.functions;
  return std::all_of(functions.begin(), functions.end(), [arguments](const auto& function) { return IsRepeatable(function, arguments); });
}

// The type as which a cast of a list or struct to `type` reads the part at `place`; nothing where it has none.
std::optional<duckdb::LogicalType> TypeOfPart(const duckdb::LogicalType& type, const duckdb::LogicalType& source, std::size_t place) {
  if (type.id() == duckdb::LogicalTypeId::LIST) return duckdb::ListType::GetChildType(type);
  if (type.id() == duckdb::LogicalTypeId::ARRAY) return duckdb::ArrayType::GetChildType(type);
  if (type.id() != duckdb::LogicalTypeId::STRUCT || source.id() != duckdb::LogicalTypeId::STRUCT) return std::nullopt;
  const std::string& name = duckdb::StructType::GetChildName(source, place);
  for (std::size_t i = 0; i < duckdb::StructType::GetChildCount(type); ++i)
    if (name.empty() ? i == place : duckdb::StringUtil::CIEquals(duckdb::StructType::GetChildName(type, i), name))
      return duckdb::StructType::GetChildType(type, i);
  return std::nullopt;
}

// The text of a constant that a cast to a type of time would read, also as a part of a list or struct, or as one of several
// results. A text that is computed otherwise is not followed: the engine has no cast that reads the clock, and refuses such a
// text at the run.
std::optional<std::string> FindWord(const duckdb::Expression& source, const duckdb::LogicalType& type) {
  static const Words constructors{"list_value", "list_pack", "array_value", "struct_pack", "row"};
  std::optional<std::string> found;
  const auto look = [&](const duckdb::Expression& part) {
    if (!found) found = FindWord(part, type);
  };
  switch (source.GetExpressionClass()) {
    case duckdb::ExpressionClass::BOUND_CONSTANT: {
      const auto& value = source.Cast<duckdb::BoundConstantExpression>().value;
      if (value.IsNull() || value.type().id() != duckdb::LogicalTypeId::VARCHAR || !IsClockKeyword(value.ToString(), type)) return std::nullopt;
      return "'" + value.ToString() + "'";
    }
    case duckdb::ExpressionClass::BOUND_CAST:  // of a literal to the type of a CASE or list
      if (source.return_type.id() == duckdb::LogicalTypeId::VARCHAR || source.return_type.IsNested()) look(*source.Cast<duckdb::BoundCastExpression>().child);
      return found;
    case duckdb::ExpressionClass::BOUND_CASE: {
      const auto& choice = source.Cast<duckdb::BoundCaseExpression>();
      for (const auto& check : choice.case_checks) look(*check.then_expr);
      look(*choice.else_expr);
      return found;
    }
    case duckdb::ExpressionClass::BOUND_OPERATOR:
      if (source.GetExpressionType() == duckdb::ExpressionType::OPERATOR_COALESCE) duckdb::ExpressionIterator::EnumerateChildren(source, look);
      return found;
    case duckdb::ExpressionClass::BOUND_FUNCTION: {
      const auto& call = source.Cast<duckdb::BoundFunctionExpression>();
      if (!IsAmong(constructors, call.function.name)) return std::nullopt;
      for (std::size_t i = 0; i < call.children.size() && !found; ++i)
        if (const auto part = TypeOfPart(type, source.return_type, i)) found = FindWord(*call.children[i], *part);
      return found;
    }
    default: return std::nullopt;
  }
}

std::optional<std::string> FindHere(const duckdb::Expression& part) {
  switch (part.GetExpressionClass()) {
    case duckdb::ExpressionClass::BOUND_FUNCTION: {
      const auto& call = part.Cast<duckdb::BoundFunctionExpression>();
      return IsRepeatable(call.function, call.children.size()) ? std::nullopt : std::optional<std::string>(call.function.name);
    }
    case duckdb::ExpressionClass::BOUND_AGGREGATE: {
      const auto& call = part.Cast<duckdb::BoundAggregateExpression>();
      return IsRepeatable(call.function, call.children.size()) ? std::nullopt : std::optional<std::string>(call.function.name);
    }
    case duckdb::ExpressionClass::BOUND_WINDOW: {
      const auto& call = part.Cast<duckdb::BoundWindowExpression>();
      if (!call.aggregate || IsRepeatable(*call.aggregate, call.children.size())) return std::nullopt;
      return call.aggregate->name;
    }
    case duckdb::ExpressionClass::BOUND_CAST: return FindWord(*part.Cast<duckdb::BoundCastExpression>().child, part.return_type);
    default: return std::nullopt;
  }
}

// The body of a lambda is no child of the call that it is given to.
const duckdb::Expression* BodyOfLambda(const duckdb::Expression& part) {
  if (part.GetExpressionClass() != duckdb::ExpressionClass::BOUND_FUNCTION) return nullptr;
  const auto* lambda = dynamic_cast<const duckdb::ListLambdaBindData*>(part.Cast<duckdb::BoundFunctionExpression>().bind_info.get());
  return lambda == nullptr ? nullptr : lambda->lambda_expr.get();
}

std::optional<std::string> FindIn(const duckdb::Expression& expression) {
  std::optional<std::string> found = FindHere(expression);
  if (const duckdb::Expression* body = BodyOfLambda(expression); !found && body != nullptr) found = FindIn(*body);
  duckdb::ExpressionIterator::EnumerateChildren(expression, [&found](const duckdb::Expression& child) {
    if (!found) found = FindIn(child);
  });
  return found;
}

std::optional<std::string> FindIn(duckdb::LogicalOperator& node) {
  if (node.type == duckdb::LogicalOperatorType::LOGICAL_SAMPLE) return "SAMPLE";
  std::optional<std::string> found;
  duckdb::LogicalOperatorVisitor::EnumerateExpressions(node, [&found](duckdb::unique_ptr<duckdb::Expression>* expression) {
    if (!found) found = FindIn(**expression);
  });
  for (std::size_t i = 0; !found && i < node.children.size(); ++i) found = FindIn(*node.children[i]);
  return found;
}

bool IsClock(const std::string& what) {
  constexpr std::array<std::string_view, 4> kOthers{"now", "today", "age", "ago"};
  return what[0] == '\'' || what.find("current_") != std::string::npos || what.find("time") != std::string::npos ||
         std::find(kOthers.begin(), kOthers.end(), what) != kOthers.end();
}

// As people write it.
std::string Written(const std::string& function) {
  if (function == "get_current_timestamp" || function == "now") return "now() or current_timestamp";
  if (function == "get_current_time") return "current_time";
  if (function == "current_date" || function == "today") return "current_date";
  if (function == "current_localtime" || function == "localtime") return "localtime";
  if (function == "current_localtimestamp" || function == "localtimestamp") return "localtimestamp";
  if (function == "age") return "age() of one argument";
  if (function[0] == '\'') return function + " as a time";
  if (function == kComputedName || IsValueWord(function)) return function;
  return function == "SAMPLE" ? "SAMPLE" : function + "()";
}

std::string Instead(const std::string& what) {
  if (what == "SAMPLE") return "choose rows by their values, such as WHERE hash(id) % 100 = 0";
  if (what == kComputedName) return "write the name of the aggregate as a text";
  if (IsAmong(kOfSamples, what)) return what == "approx_top_k" ? "count the values with GROUP BY" : "use quantile_cont or quantile_disc";
  if (IsAmong(kOfMachine, what) || what == "current_database" || what.starts_with("current_schema"))
    return "it depends on the engine and the user, not on the data; write the value itself";
  if (IsClock(what)) return "use a time of the data, such as (SELECT max(day) FROM flights)";
  return "make the value from the row, such as md5(concat_ws('|', carrier, flight))";
}

}  // namespace

bool IsValueWord(const std::string& name) {
  static const Words words{"current_user", "current_role", "session_user", "user"};
  return IsAmong(words, name);
}

bool IsClockKeyword(const std::string& text, const duckdb::LogicalType& type) {
  static const Words words{"now", "today", "tomorrow", "yesterday"};
  std::string word = duckdb::StringUtil::Lower(text);
  duckdb::StringUtil::Trim(word);
  return type.IsTemporal() && IsAmong(words, word);
}

void CollectCalls(const duckdb::ParsedExpression& expression, std::set<Call>& calls) {
  if (expression.GetExpressionClass() == duckdb::ExpressionClass::FUNCTION) {
    const auto& function = expression.Cast<duckdb::FunctionExpression>();
    const std::string name = duckdb::StringUtil::Lower(function.function_name);
    calls.insert({name, function.children.size()});
    if (IsAmong(kAggregatesByName, name) && function.children.size() >= 2) {
      const duckdb::ParsedExpression& aggregate = *function.children[1];
      const bool written = aggregate.GetExpressionClass() == duckdb::ExpressionClass::CONSTANT;
      calls.insert({written ? duckdb::StringUtil::Lower(aggregate.Cast<duckdb::ConstantExpression>().value.ToString()) : std::string(kComputedName), 1});
    }
  }
  duckdb::ParsedExpressionIterator::EnumerateChildren(expression, [&calls](const duckdb::ParsedExpression& child) { CollectCalls(child, calls); });
}

// One catalog holds scalar functions, aggregates and macros.
bool IsRepeatable(duckdb::ClientContext& context, const Call& call) {
  if (IsListed(call)) return false;
  const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::SCALAR_FUNCTION_ENTRY, call.name);
  const auto entry = duckdb::Catalog::GetEntry(context, "", "", lookup, duckdb::OnEntryNotFound::RETURN_NULL);
  if (!entry) return true;
  switch (entry->type) {
    case duckdb::CatalogType::SCALAR_FUNCTION_ENTRY: return AreRepeatable<duckdb::ScalarFunctionCatalogEntry>(*entry, call.arguments);
    case duckdb::CatalogType::MACRO_ENTRY: return IsRepeatable(context, entry->Cast<duckdb::MacroCatalogEntry>());
    default: return true;  // the engine calls every aggregate constant
  }
}

std::optional<std::string> FindUnrepeatable(duckdb::ClientContext& context, const std::set<Call>& calls, duckdb::LogicalOperator& plan) {
  for (const Call& call : calls)
    if (!IsRepeatable(context, call)) return call.name;
  return FindIn(plan);
}

std::string Unrepeatable(const std::string& what) {
  return Written(what) + " is not deterministic, and a repeated run must give the same rows: " + Instead(what);
}

}  // namespace weir::engine
