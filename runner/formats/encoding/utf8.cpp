#include "runner/formats/encoding/utf8.h"

#include <cstdint>
#include <cstring>

namespace weir::formats {
namespace {

constexpr char kUndecoded = '\xFF';

bool IsTail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t AsciiPrefix(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) ++i;
  return i;
}

}  // namespace

std::size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!IsTail(text[i])) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  if (first == 0xE0 && second < 0xA0) return 0;  // overlong
  if (first == 0xED && second > 0x9F) return 0;  // surrogates
  if (first == 0xF0 && second < 0x90) return 0;  // overlong
  if (first == 0xF4 && second > 0x8F) return 0;  // beyond U+10FFFF
  return length;
}

std::size_t ValidUtf8(std::string_view text) {
  std::size_t i = 0;
  while (true) {
    i += AsciiPrefix(text.substr(i));
    if (i >= text.size()) return text.size();
    const std::size_t length = Utf8Length(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
}

bool IsAscii(std::string_view text) { return AsciiPrefix(text) == text.size(); }

void AppendUtf8(std::string& text, char32_t code_point) {
  const auto add = [&text](char32_t byte) { text += static_cast<char>(byte); };
  if (code_point < 0x80) return add(code_point);
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) return;
  if (code_point < 0x800) {
    add(0xC0 | (code_point >> 6));
  } else {
    if (code_point < 0x10000) {
      add(0xE0 | (code_point >> 12));
    } else {
      add(0xF0 | (code_point >> 18));
      add(0x80 | ((code_point >> 12) & 0x3F));
    }
    add(0x80 | ((code_point >> 6) & 0x3F));
  }
  add(0x80 | (code_point & 0x3F));
}

std::string_view Front(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

void AppendUndecoded(std::string& text, unsigned char byte) {
  text += kUndecoded;
  text += static_cast<char>(0x80U | (byte >> 4U));
  text += static_cast<char>(0x80U | (byte & 15U));
}

std::string Legible(std::string_view text, std::size_t most, Undecoded undecoded) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::size_t kEscaped = 4;
  std::string legible;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = Utf8Length(text.substr(i));
    if (legible.size() + (length > 0 ? length : kEscaped) > most) break;
    if (length > 0) {
      legible.append(text.substr(i, length));
      i += length;
      continue;
    }
    const bool marked = undecoded == Undecoded::Marked && text[i] == kUndecoded && i + 2 < text.size();
    const auto byte = static_cast<unsigned char>(marked ? (text[i + 1] & 15) << 4 | (text[i + 2] & 15) : text[i]);
    legible += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    i += marked ? 3 : 1;
  }
  return legible;
}

}  // namespace weir::formats
