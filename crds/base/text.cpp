#include "crds/base/text.h"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

bool Moves(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool direction = c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  const bool breaks_line = c == 0x2028 || c == 0x2029;
  return control || direction || breaks_line || c == 0xFEFF;
}

// The last place up to `most` that is not inside a code point.
std::size_t Boundary(std::string_view text, std::size_t most) {
  std::size_t end = std::min(text.size(), most);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return end;
}

}  // namespace

CodePoint ReadCodePoint(std::string_view text) {
  if (text.empty()) return {};
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  char32_t value = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    value = value << 6 | (byte(i) & 0x3FU);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  return value < kLeast[length] || value > 0x10FFFF || surrogate ? CodePoint{} : CodePoint{value, length};
}

std::size_t FirstByteNotUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = ReadCodePoint(text.substr(at, 4)).length;
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = ReadCodePoint(text.substr(0, 4));
    if (c.value == '\t')
      out += ' ';
    else if (c.length == 0 || (Moves(c.value) && c.value != '\n'))
      out += '?';
    else
      out += text.substr(0, c.length);
    text.remove_prefix(std::max<std::size_t>(c.length, 1));
  }
  return out;
}

std::string OneLine(std::string_view text) {
  std::string out = Printable(text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

std::string Cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  const std::string_view dots = std::string_view("...").substr(0, most);
  return std::string(text.substr(0, Boundary(text, most - dots.size()))) + std::string(dots);
}

std::string Quoted(std::string_view text, std::size_t most) {
  const std::size_t end = Boundary(text, most);
  return "\"" + OneLine(text.substr(0, end)) + (end < text.size() ? "..." : "") + "\"";
}

std::string Joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string all;
  for (std::size_t i = 0; i < parts.size(); ++i) all.append(i == 0 ? "" : separator).append(parts[i]);
  return all;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::optional<std::int64_t> WholeNumber(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number < least || number > most) return std::nullopt;
  return number;
}

}  // namespace weir
