#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// One code point of UTF-8 at the beginning of a text: its number and length in bytes. Length 0 where the bytes are not
// well-formed (overlong forms and surrogates included), or there are none.
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;
};
CodePoint ReadCodePoint(std::string_view text);

// Offset of the first byte that is not part of a well-formed code point; npos when the text is UTF-8.
std::size_t FirstByteNotUtf8(std::string_view text);

// Makes untrusted text safe for a terminal: control characters (also U+0080 to U+009F, which some terminals interpret),
// bidirectional control marks and bytes that are not UTF-8 become '?', a tab becomes a space. Newlines are kept.
std::string Printable(std::string_view text);

// The same on one line: newlines become spaces too.
std::string OneLine(std::string_view text);

// The text in at most `most` bytes: one that is longer is cut between two code points and ends with "...".
std::string Cut(std::string_view text, std::size_t most);

// For messages: in quotation marks, printable, on one line, cut with "..." after `most` bytes, never inside a code point.
std::string Quoted(std::string_view text, std::size_t most = 60);

// "a, b, c".
std::string Joined(const std::vector<std::string>& parts, std::string_view separator = ", ");

// The text with A to Z lowered; other characters are unchanged.
std::string Lower(std::string_view text);

// The integer that the whole text is, within [least, most]; nullopt for any other text, of any length.
std::optional<std::int64_t> WholeNumber(std::string_view text, std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                                        std::int64_t most = std::numeric_limits<std::int64_t>::max());

}  // namespace weir
