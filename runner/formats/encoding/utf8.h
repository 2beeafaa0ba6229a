#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::formats {

// Bytes of the character at the start of `text`, 1 to 4; 0 where there is none: the text is empty, or these bytes are not
// UTF-8 (overlong, a surrogate, beyond U+10FFFF, cut off).
std::size_t Utf8Length(std::string_view text);

// Bytes at the start of `text` that are UTF-8; text.size() where all of it is.
std::size_t ValidUtf8(std::string_view text);

bool IsAscii(std::string_view text);

// Appends the character; nothing is appended for what is not a code point.
void AppendUtf8(std::string& text, char32_t code_point);

// What a quarantine keeps of the text of one row or record, in bytes.
inline constexpr std::size_t kLongestKept = 16 << 10;

// The first bytes of a text, at most `most`, cut between characters where it is UTF-8.
std::string_view Front(std::string_view text, std::size_t most);

// Appends a byte of a file in another encoding that is no text there, as three bytes that no UTF-8 has: 0xFF and two that
// encode the byte.
void AppendUndecoded(std::string& text, unsigned char byte);

// Whether a text may have bytes of AppendUndecoded: it was converted from another encoding.
enum class Undecoded { None, Marked };

// The text with what is not UTF-8 written as \xHH, the bytes of the file, at most `most` bytes, cut between characters.
std::string Legible(std::string_view text, std::size_t most, Undecoded undecoded = Undecoded::None);

}  // namespace weir::formats
