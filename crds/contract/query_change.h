#pragma once

#include <string_view>

namespace weir::contract {

// What a change of a view's SQL can do to its rows, judged by the text alone.
// Same: equal but for blanks, comments, the case of keywords and a closing semicolon.
// Additive: the one top-level SELECT list got more expressions that cannot change how many rows there are; everything else
// is the same, so keys and the old columns keep their values.
// Undetermined: anything else, such as another WHERE, JOIN, GROUP BY, DISTINCT, LIMIT or expression of an old column.
enum class QueryChange { Same, Additive, Undetermined };

// Never fails: a text that is no SQL compares as Same or Undetermined.
QueryChange CompareQueries(std::string_view before, std::string_view after);

}  // namespace weir::contract
