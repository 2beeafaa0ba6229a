#pragma once

#include <map>
#include <string>

#include "crds/contract/sql_tokens.h"

namespace weir::contract {

// Changes of a published column's expression in the SELECT list that its findings allow. By default none.
struct ColumnFreedom {
  bool cast = false;  // the type changed and keeps the values: the type of its outermost cast may change from `was` to `is`
  bool gaps = false;  // it became nullable: coalesce or ifnull may be removed, nullif may be added
  bool any = false;   // it was removed, or its meaning changed: any expression, or none
  std::string was;    // type as published, as in spec.columns: "DECIMAL(10,2)"
  std::string is;     // type as declared; empty for a removed column
};

// Every published column, by its name in lower case.
using ColumnFreedoms = std::map<std::string, ColumnFreedom>;

// The name of an expression in the result, in lower case: the name after AS, the alias at its end, or the name of the
// column that it is. Empty when unknown.
std::string NameOf(const Tokens& item);

// An expression without its name: `a + b AS c` is `a + b`. A column as it is: itself.
Tokens Unnamed(const Tokens& item);

// Whether `freedom` covers that the expression of a column was `before` and is `after`, each with its name.
bool Covers(const ColumnFreedom& freedom, const Tokens& before, const Tokens& after);

}  // namespace weir::contract
