#pragma once

#include <duckdb.hpp>
#include <duckdb/parser/parsed_expression.hpp>
#include <duckdb/parser/query_node.hpp>
#include <duckdb/parser/tableref.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weir::engine {

// What in SQL leaves rows or values to the order in which rows happen to come, which several threads make another each time.
//
// Refused is what takes rows by their place in no order: LIMIT and OFFSET without an ORDER BY in the same SELECT, DISTINCT ON
// without one, POSITIONAL JOIN, and the functions and frames of windows that count rows (row_number, lag, lead, ntile,
// first_value, ROWS ...) without one. Warned of are aggregates whose value may depend on it (first, any_value, string_agg,
// list, ...) unless they have an ORDER BY of their own: where a group has one value only, they do not. An ORDER BY over
// what refers to no column, such as 'x', 1 + 1 or length('a'), orders nothing. One that leaves ties is the author's to decide:
// the text does not show whether it does.
//
// Is given each part of one parse tree, parents before children. `sql` is the text that was parsed, for lines; it must live
// as long as this. Must be given them inside a transaction of `context`.
class RowOrder {
 public:
  RowOrder(duckdb::ClientContext& context, const std::string& sql) : context_(context), sql_(sql) {}

  void Visit(const duckdb::QueryNode& node);  // itself, not the nodes in it; so for the others
  void Visit(const duckdb::ParsedExpression& expression);
  void Visit(const duckdb::TableRef& ref);

  // The first that is refused, and all that are warned of, once each: sentences with the place and what to write instead.
  const std::optional<std::string>& Refused() const { return refused_; }
  const std::vector<std::string>& Warnings() const { return warnings_; }

 private:
  void VisitWindow(const duckdb::ParsedExpression& expression);
  void VisitCall(const duckdb::ParsedExpression& expression);
  void Refuse(const std::string& what, const std::string& instead, duckdb::optional_idx at);
  void Warn(const std::string& aggregate, duckdb::optional_idx at);
  std::string LineOf(duckdb::optional_idx at) const;

  duckdb::ClientContext& context_;
  const std::string& sql_;
  std::set<const duckdb::ParsedExpression*> sorted_;  // whose order the call around them makes
  std::optional<std::string> refused_;
  std::vector<std::string> warnings_;
};

}  // namespace weir::engine
