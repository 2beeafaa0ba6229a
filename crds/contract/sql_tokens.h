#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::contract {

bool IsWordStart(char c);
bool IsWordPart(char c);

using Tokens = std::vector<std::string>;

bool OpensBracket(const std::string& token);
bool ClosesBracket(const std::string& token);

// A SQL text cut as the engine's parser cuts it, in a form that formatting does not change: no blanks, comments or closing
// semicolons; words and numbers in small letters; `!=` for `<>`; quotes taken off names that mean the same without them. String literals
// and names of struct fields, which are values of results, stay as written, and so do operators of several characters:
// `a <@ b` is not `a < @b`. Two texts of equal tokens mean the same to the engine, but for one thing: a row that is made into
// text, such as to_json of a subquery, shows its columns' names in the case in which they are written. Never fails.
Tokens TokensOf(std::string_view sql);

}  // namespace weir::contract
