#pragma once

#include <string_view>

namespace weir::contract {

// Class of an unquoted word in the engine's SQL parser. Reserved: not allowed as a column name, at least in some places.
// Unreserved: a name, except where a clause expects the keyword. None: a name.
enum class Keyword { None, Unreserved, Reserved };

// `word` in lower case. A test compares the list with that of the engine's release.
Keyword KeywordOf(std::string_view word);

}  // namespace weir::contract
