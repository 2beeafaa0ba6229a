#pragma once

#include <string_view>

namespace weir::contract {

// What a word means to the SQL parser of the engine when no quotes are around it. Reserved: never, or not everywhere, the
// name of a column. Unreserved: a name wherever no clause wants the keyword. None: a name.
enum class Keyword { None, Unreserved, Reserved };

// `word` in small letters. The words are those of the engine's release; a test holds them against its own list.
Keyword KeywordOf(std::string_view word);

}  // namespace weir::contract
