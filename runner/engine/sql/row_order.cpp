#include "runner/engine/sql/row_order.h"

#include <algorithm>
#include <duckdb/catalog/catalog.hpp>
#include <duckdb/parser/expression/constant_expression.hpp>
#include <duckdb/parser/expression/function_expression.hpp>
#include <duckdb/parser/expression/subquery_expression.hpp>
#include <duckdb/parser/expression/window_expression.hpp>
#include <duckdb/parser/parsed_expression_iterator.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/result_modifier.hpp>
#include <duckdb/parser/tableref/joinref.hpp>

namespace weir::engine {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::ResultModifierType;

bool IsAmong(const std::vector<std::string_view>& words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

// Takes one row of many for all of them.
bool PicksOne(const std::string& aggregate) {
  static const std::vector<std::string_view> words{"first", "last", "any_value", "arbitrary"};
  return IsAmong(words, aggregate);
}

bool DependsOnOrder(const std::string& aggregate) {
  static const std::vector<std::string_view> words{"list", "array_agg", "string_agg", "group_concat", "listagg", "json_group_array", "json_group_object"};
  return PicksOne(aggregate) || IsAmong(words, aggregate);
}

// Of lists: those that put the elements into an order, and those that keep the order for such a call around them.
bool Sorts(const std::string& function) {
  static const std::vector<std::string_view> words{"list_sort", "array_sort", "list_reverse_sort", "array_reverse_sort"};
  return IsAmong(words, function);
}
bool KeepsForSorting(const std::string& function) { return function == "list_distinct" || function == "array_distinct"; }

// count(*) is another value for each group, and unnest(...) makes rows. One catalog holds scalar functions, aggregates and macros;
// no macro of the engine counts rows.
bool IsOfItsArguments(duckdb::ClientContext& context, const std::string& function) {
  const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::SCALAR_FUNCTION_ENTRY, function);
  const auto entry = duckdb::Catalog::GetEntry(context, "", "", lookup, duckdb::OnEntryNotFound::RETURN_NULL);
  return entry && (entry->type == duckdb::CatalogType::SCALAR_FUNCTION_ENTRY || entry->type == duckdb::CatalogType::MACRO_ENTRY);
}

// Whether it is the same for each row: no column is in it, no aggregate, and no subquery, of which some are.
bool IsConstant(duckdb::ClientContext& context, const duckdb::ParsedExpression& expression) {
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::COLUMN_REF:
    case ExpressionClass::STAR:
    case ExpressionClass::POSITIONAL_REFERENCE: return false;
    case ExpressionClass::SUBQUERY: {
      const auto& node = *expression.Cast<duckdb::SubqueryExpression>().subquery->node;
      if (node.type != duckdb::QueryNodeType::SELECT_NODE) return false;
      const auto& select = node.Cast<duckdb::SelectNode>();
      const bool empty = !select.from_table || select.from_table->type == duckdb::TableReferenceType::EMPTY_FROM;
      return empty && std::all_of(select.select_list.begin(), select.select_list.end(), [&context](const auto& part) { return IsConstant(context, *part); });
    }
    case ExpressionClass::FUNCTION:
      if (!IsOfItsArguments(context, expression.Cast<duckdb::FunctionExpression>().function_name)) return false;
      break;
    default: break;
  }
  bool constant = true;
  duckdb::ParsedExpressionIterator::EnumerateChildren(expression,
                                                      [&](const duckdb::ParsedExpression& child) { constant = constant && IsConstant(context, child); });
  return constant;
}

// In the ORDER BY of a SELECT a whole number is a column, in that of a window it is a number.
enum class Numbers { AreColumns, AreConstants };

template <typename Orders>
bool HasOrder(duckdb::ClientContext& context, const Orders& orders, Numbers numbers) {
  return std::any_of(orders.begin(), orders.end(), [&context, numbers](const duckdb::OrderByNode& order) {
    const duckdb::ParsedExpression& by = *order.expression;
    const bool number = by.GetExpressionClass() == ExpressionClass::CONSTANT && by.template Cast<duckdb::ConstantExpression>().value.type().IsIntegral();
    return number ? numbers == Numbers::AreColumns : !IsConstant(context, by);
  });
}

bool HasOrder(duckdb::ClientContext& context, const duckdb::QueryNode& node) {
  return std::any_of(node.modifiers.begin(), node.modifiers.end(), [&context](const auto& modifier) {
    return modifier->type == ResultModifierType::ORDER_MODIFIER &&
           HasOrder(context, modifier->template Cast<duckdb::OrderModifier>().orders, Numbers::AreColumns);
  });
}

// Without FROM there is one row.
bool HasOneRow(const duckdb::QueryNode& node) {
  if (node.type != duckdb::QueryNodeType::SELECT_NODE) return false;
  const auto& from = node.Cast<duckdb::SelectNode>().from_table;
  return !from || from->type == duckdb::TableReferenceType::EMPTY_FROM;
}

bool IsZero(const duckdb::ParsedExpression* expression) {
  if (expression == nullptr || expression->GetExpressionClass() != ExpressionClass::CONSTANT) return false;
  return expression->Cast<duckdb::ConstantExpression>().value.ToString() == "0";
}

// Whether which rows its frame has depends on the places of rows.
bool CountsRows(const duckdb::WindowExpression& window) {
  using duckdb::WindowBoundary;
  const auto counts = [](WindowBoundary boundary) {
    return boundary == WindowBoundary::CURRENT_ROW_ROWS || boundary == WindowBoundary::EXPR_PRECEDING_ROWS || boundary == WindowBoundary::EXPR_FOLLOWING_ROWS;
  };
  return counts(window.start) || counts(window.end);
}

bool IsOfPlaces(ExpressionType type) {
  switch (type) {
    case ExpressionType::WINDOW_ROW_NUMBER:
    case ExpressionType::WINDOW_NTILE:
    case ExpressionType::WINDOW_FIRST_VALUE:
    case ExpressionType::WINDOW_LAST_VALUE:
    case ExpressionType::WINDOW_NTH_VALUE:
    case ExpressionType::WINDOW_LEAD:
    case ExpressionType::WINDOW_LAG:
    case ExpressionType::WINDOW_FILL: return true;
    default: return false;
  }
}

}  // namespace

void RowOrder::Visit(const duckdb::QueryNode& node) {
  if (HasOrder(context_, node) || HasOneRow(node)) return;
  const std::string instead = "add an ORDER BY to the same SELECT over columns that leave no ties, such as ORDER BY id";
  for (const auto& modifier : node.modifiers) {
    if (modifier->type == ResultModifierType::LIMIT_MODIFIER) {
      const auto& limit = modifier->Cast<duckdb::LimitModifier>();
      if (IsZero(limit.limit.get())) continue;
      const duckdb::ParsedExpression* at = limit.limit ? limit.limit.get() : limit.offset.get();
      Refuse(limit.limit ? "LIMIT without ORDER BY" : "OFFSET without ORDER BY", instead, at == nullptr ? duckdb::optional_idx() : at->GetQueryLocation());
    } else if (modifier->type == ResultModifierType::LIMIT_PERCENT_MODIFIER) {
      const auto& limit = modifier->Cast<duckdb::LimitPercentModifier>();
      Refuse("LIMIT without ORDER BY", instead, limit.limit ? limit.limit->GetQueryLocation() : duckdb::optional_idx());
    } else if (modifier->type == ResultModifierType::DISTINCT_MODIFIER) {
      const auto& targets = modifier->Cast<duckdb::DistinctModifier>().distinct_on_targets;
      if (!targets.empty()) Refuse("DISTINCT ON without ORDER BY", instead, targets.front()->GetQueryLocation());
    }
  }
}

void RowOrder::Visit(const duckdb::ParsedExpression& expression) {
  if (expression.GetExpressionClass() == ExpressionClass::WINDOW) VisitWindow(expression);
  if (expression.GetExpressionClass() == ExpressionClass::FUNCTION) VisitCall(expression);
}

void RowOrder::Visit(const duckdb::TableRef& ref) {
  if (ref.type != duckdb::TableReferenceType::JOIN || ref.Cast<duckdb::JoinRef>().ref_type != duckdb::JoinRefType::POSITIONAL) return;
  Refuse("POSITIONAL JOIN", "join by the values of columns, such as JOIN b ON a.id = b.id", ref.query_location);
}

void RowOrder::VisitWindow(const duckdb::ParsedExpression& expression) {
  const auto& window = expression.Cast<duckdb::WindowExpression>();
  if (HasOrder(context_, window.orders, Numbers::AreConstants)) return;
  const bool own_order = HasOrder(context_, window.arg_orders, Numbers::AreConstants);
  const std::string name = duckdb::StringUtil::Lower(window.function_name);
  const std::string instead = "add ORDER BY to the window, such as OVER (ORDER BY id)";
  if (CountsRows(window))
    Refuse("a window of ROWS without ORDER BY", instead, window.GetQueryLocation());
  else if (IsOfPlaces(window.GetExpressionType()) && !own_order)
    Refuse(name + "() over a window without ORDER BY", instead, window.GetQueryLocation());
  else if (DependsOnOrder(name) && !own_order && !sorted_.contains(&expression))
    Warn(name, window.GetQueryLocation());
}

void RowOrder::VisitCall(const duckdb::ParsedExpression& expression) {
  const auto& call = expression.Cast<duckdb::FunctionExpression>();
  const std::string name = duckdb::StringUtil::Lower(call.function_name);
  if (Sorts(name) || (KeepsForSorting(name) && sorted_.contains(&expression)))
    for (const auto& child : call.children) sorted_.insert(child.get());
  if (!DependsOnOrder(name) || sorted_.contains(&expression)) return;
  if (call.order_bys && HasOrder(context_, call.order_bys->orders, Numbers::AreConstants)) return;
  Warn(name, call.GetQueryLocation());
}

void RowOrder::Refuse(const std::string& what, const std::string& instead, duckdb::optional_idx at) {
  if (refused_) return;
  std::string text = what;
  text.append(" is not deterministic, and a repeated run must give the same rows: ").append(instead).append(LineOf(at));
  refused_ = std::move(text);
}

void RowOrder::Warn(const std::string& aggregate, duckdb::optional_idx at) {
  std::string text = aggregate;
  text.append("() without ORDER BY gives another value each time where a group has several, since rows come in any order: write ").append(aggregate);
  text.append(PicksOne(aggregate) ? "(value ORDER BY id), or max(value)" : "(... ORDER BY id)").append(LineOf(at));
  if (std::find(warnings_.begin(), warnings_.end(), text) == warnings_.end()) warnings_.push_back(std::move(text));
}

std::string RowOrder::LineOf(duckdb::optional_idx at) const {
  if (!at.IsValid()) return "";
  const auto end = static_cast<std::ptrdiff_t>(std::min<std::size_t>(at.GetIndex(), sql_.size()));
  return " (line " + std::to_string(1 + std::count(sql_.begin(), sql_.begin() + end, '\n')) + " of the SQL)";
}

}  // namespace weir::engine
