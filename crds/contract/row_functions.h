#pragma once

#include <set>
#include <string>
#include <string_view>

namespace weir::contract {

// Functions of SQL whose result is one value of one row's values, the same each time: an expression of these alone adds no row,
// drops none, and looks at no other. A test asks the engine that none of them is an aggregate, makes rows or is random; cast,
// extract and their like are syntax there. In small letters.
const std::set<std::string, std::less<>>& RowFunctions();

bool IsRowFunction(std::string_view word);

}  // namespace weir::contract
