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

// The tokens of a SQL text as the engine's parser splits it, independent of formatting: no blanks, comments or closing
// semicolons; words and numbers in lower case; `!=` for `<>`; no quotes around names that mean the same without them.
// String literals and names of struct fields, which are values of results, stay as written, and so do operators of several
// characters: `a <@ b` is not `a < @b`. With Names::AsWritten names keep their case, but for keywords and functions. Two texts
// with equal tokens mean the same to the engine; where NamesMayBeValues, only with Names::AsWritten. Never fails.
Tokens TokensOf(std::string_view sql, Names names = Names::InSmallLetters);

// Whether a name in the text may appear, in the case in which it is written, as a value in the result: a whole row becomes a
// value (`to_json(t)`, `t::VARCHAR`), or names do (UNPIVOT, typeof, alias). Judged by tokens, with false positives.
bool NamesMayBeValues(const Tokens& tokens);

}  // namespace weir::contract
