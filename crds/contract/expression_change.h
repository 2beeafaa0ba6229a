#pragma once

#include <map>
#include <string>

#include "crds/contract/sql_tokens.h"

namespace weir::contract {

// What the findings about one published column let its own expression in the SELECT list do. Nothing: it has no finding.
struct ColumnFreedom {
  bool cast = false;  // another type that keeps the values: the type of its outermost cast may go from `was` to `is`
  bool gaps = false;  // it may miss values: coalesce or ifnull may be taken off, nullif may be put on
  bool any = false;   // it is gone, or its values mean something else: any expression, or none
  std::string was;    // type as published, as in spec.columns: "DECIMAL(10,2)"
  std::string is;     // type as declared; empty for a column that is gone
};

// Every published column, by its name in small letters.
using ColumnFreedoms = std::map<std::string, ColumnFreedom>;

// The name that an expression has in the result, in small letters: behind AS, at the end, or of the column that it is.
// Empty when unknown.
std::string NameOf(const Tokens& item);

// An expression without its name: `a + b AS c` is `a + b`. A column as it is: itself.
Tokens Unnamed(const Tokens& item);

// Whether `freedom` covers that the expression of a column was `before` and is `after`, each with its name.
bool Covers(const ColumnFreedom& freedom, const Tokens& before, const Tokens& after);

}  // namespace weir::contract
