#pragma once

#include <set>
#include <string>
#include <string_view>

namespace weir::contract {

// Deterministic scalar functions of SQL, in lower case: an expression of these alone adds no row, drops none and reads no
// other row. A test checks against the engine's catalog that none of them is an aggregate, a table function or random.
// cast, extract and the like are syntax in the engine.
const std::set<std::string, std::less<>>& RowFunctions();

bool IsRowFunction(std::string_view word);

}  // namespace weir::contract
