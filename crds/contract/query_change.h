#pragma once

#include <string>
#include <string_view>

#include "crds/contract/expression_change.h"

namespace weir::contract {

// Possible effect of a change of a view's SQL on its rows, judged by the text alone.
// Same: equal but for formatting: blanks, comments, the case of keywords and names, quotes around names that need none, and a
// closing semicolon (crds/contract/sql_tokens.h). No program compares the engine's parse trees: the operator has no engine,
// and all programs must reach the same verdict.
// Additive: the one top-level SELECT list got more expressions that cannot change how many rows there are; everything else
// is the same, so keys and the old columns keep their values.
// Also Additive: the expression of a published column changed as its ColumnFreedom covers, or is left out where that is any,
// because the contract has a finding for it. Dropping a column is then one finding, not two. A finding about one column
// covers no other part of the text, nor another change of the same expression.
// Undetermined: anything else, such as another WHERE, JOIN, GROUP BY, DISTINCT, LIMIT or expression of an old column.
enum class QueryChange { Same, Additive, Undetermined };

// `columns`: all published columns; an added expression must not have the name of one of them.
// Never fails: text that is not SQL compares as Same or Undetermined.
QueryChange CompareQueries(std::string_view before, std::string_view after, const ColumnFreedoms& columns = {});

// The first difference of two queries, for messages: a few tokens before it and what follows in each, on one line.
struct QueryExcerpts {
  std::string before;
  std::string after;
};
QueryExcerpts WhereQueriesDiffer(std::string_view before, std::string_view after);

}  // namespace weir::contract
