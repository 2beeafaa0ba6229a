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

// Where the first byte is that belongs to no well-formed code point; npos when the text is UTF-8.
std::size_t FirstByteNotUtf8(std::string_view text);

// Text from data, names and servers as a terminal may get it: control characters (also those of U+0080 to U+009F, which
// some terminals obey), marks that turn the direction of writing, and bytes that are not UTF-8 become '?', a tab a space.
// Newlines stay.
std::string Printable(std::string_view text);

// The same on one line: newlines become spaces too.
std::string OneLine(std::string_view text);

// The text in at most `most` bytes: one that is longer is cut between two code points and ends with "...".
std::string Cut(std::string_view text, std::size_t most);

// For messages: in quotation marks, printable, on one line, cut with "..." after `most` bytes, never inside a code point.
std::string Quoted(std::string_view text, std::size_t most = 60);

// "a, b, c".
std::string Joined(const std::vector<std::string>& parts, std::string_view separator = ", ");

// The text with A to Z as a to z; all else as it is.
std::string Lower(std::string_view text);

// A whole number and nothing else, in the range; nothing where the text is another, however long.
std::optional<std::int64_t> WholeNumber(std::string_view text, std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                                        std::int64_t most = std::numeric_limits<std::int64_t>::max());

}  // namespace weir
