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

enum class Names { InSmallLetters, AsWritten };

// A SQL text cut as the engine's parser cuts it, in a form that formatting does not change: no blanks, comments or closing
// semicolons; words and numbers in small letters; `!=` for `<>`; quotes taken off names that mean the same without them.
// String literals and names of struct fields, which are values of results, stay as written, and so do operators of several
// characters: `a <@ b` is not `a < @b`. With Names::AsWritten names keep their case, but for keywords and functions. Two texts
// of equal tokens mean the same to the engine, where NamesMayBeValues only with names as written. Never fails.
Tokens TokensOf(std::string_view sql, Names names = Names::InSmallLetters);

// Whether a name in the text may be seen in its rows, in the case in which it is written: a whole row is made into a value
// (`to_json(t)`, `t::VARCHAR`), or names are (UNPIVOT, typeof, alias). Judged by tokens, so that some texts count though none is.
bool NamesMayBeValues(const Tokens& tokens);

}  // namespace weir::contract
