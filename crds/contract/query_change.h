#pragma once

#include <set>
#include <string>
#include <string_view>

namespace weir::contract {

// What a change of a view's SQL can do to its rows, judged by the text alone.
// Same: equal but for formatting: blanks, comments, the case of keywords and names, quotes around names that need none, and a
// closing semicolon (crds/contract/sql_tokens.h). Every program judges by this, and none by the engine's parsed form: the
// operator has no engine, and one verdict is worth more than a few forms that only a parser knows to be equal.
// Additive: the one top-level SELECT list got more expressions that cannot change how many rows there are; everything else
// is the same, so keys and the old columns keep their values.
// Also Additive: expressions of columns that are `accounted` for (names in small letters), because the contract has a
// finding for each of them, are left out or changed, and nothing else. Dropping a column is one change then, not two.
// Undetermined: anything else, such as another WHERE, JOIN, GROUP BY, DISTINCT, LIMIT or expression of an old column.
enum class QueryChange { Same, Additive, Undetermined };

// Never fails: a text that is no SQL compares as Same or Undetermined.
QueryChange CompareQueries(std::string_view before, std::string_view after, const std::set<std::string>& accounted = {});

}  // namespace weir::contract
