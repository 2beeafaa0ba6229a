#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::formats {

// The names in SQL of columns with these titles (PlainLatin): small letters, digits and '_', not a digit first, at most 128
// characters, each once; the second of one name gets "_2" and so on. A name may be a reserved word: SQL needs it in quotes.
// Its time grows with their number alone. Pure.
std::vector<std::string> SqlNames(const std::vector<std::string>& titles);

// The name as SQL takes it whatever it is, reserved words too: "order" in quotes.
std::string SqlQuoted(std::string_view name);

// The text as a literal of SQL: it's as 'it''s'.
std::string SqlLiteral(std::string_view text);

// The same for a message, which is on one line: ('a' || chr(10) || 'b') for a text with a line break.
std::string SqlLiteralOnOneLine(std::string_view text);

}  // namespace weir::formats
