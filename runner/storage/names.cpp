#include "runner/storage/names.h"

#include <algorithm>

#include "runner/storage/digest.h"
#include "runner/storage/paths.h"

namespace weir::storage {
namespace {

constexpr std::size_t kLongest = 255;          // NAME_MAX
constexpr std::size_t kLongestLanded = 240;    // room for what later stages add
constexpr std::size_t kLongestExtension = 40;  // longer ones are no extension
constexpr std::size_t kHash = 32;              // hex digits
constexpr std::string_view kShortened = "~~";  // no escaped text has it: two hex digits follow each "~"
constexpr std::string_view kEscaped = "~%\\?#*[]/";

unsigned char Byte(std::string_view text, std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0; }
bool GoesOn(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

// Bytes of the UTF-8 character at `at`; 0 when there is none (RFC 3629: no overlong forms, no surrogates).
std::size_t CharacterAt(std::string_view text, std::size_t at) {
  const unsigned char first = Byte(text, at), second = Byte(text, at + 1);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xC2 && first <= 0xDF ? 2 : (first & 0xF0U) == 0xE0U ? 3 : first >= 0xF0 && first <= 0xF4 ? 4 : 0;
  for (std::size_t i = 1; i < size; ++i)
    if (!GoesOn(Byte(text, at + i))) return 0;
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool beyond = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  return overlong || beyond ? 0 : size;
}

bool IsControl(unsigned char byte) { return byte < 0x20 || byte == 0x7F; }

void AppendEscape(std::string& out, unsigned char byte) {
  constexpr char kHex[] = "0123456789ABCDEF";
  out += {'~', kHex[byte >> 4], kHex[byte & 15]};
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = CharacterAt(text, at);
    const bool plain = size > 1 || (size == 1 && !IsControl(Byte(text, at)) && kEscaped.find(text[at]) == std::string_view::npos);
    if (plain)
      out += text.substr(at, size);
    else
      AppendEscape(out, Byte(text, at));
    at += std::max<std::size_t>(size, 1);
  }
  return out;
}

std::string CutTo(std::string text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && GoesOn(Byte(text, size))) --size;
  text.resize(size);
  return text;
}

bool LooksShortened(std::string_view name) {
  if (name.size() < kShortened.size() + kHash) return false;
  const std::string_view end = name.substr(name.size() - kHash);
  return name.substr(name.size() - kHash - kShortened.size(), kShortened.size()) == kShortened &&
         end.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string Shortened(const std::string& beginning, std::string_view whole, const std::string& end, std::size_t longest) {
  const std::size_t kept = longest - kShortened.size() - kHash - end.size();
  return CutTo(beginning, kept) + std::string(kShortened) + Sha256Hex(whole).substr(0, kHash) + end;
}

// Where the extension begins: that of "data.csv.gz" is ".csv.gz", ".profile" has none.
std::size_t ExtensionOf(std::string_view name) {
  const bool zipped = name.size() > 4 && name.ends_with(".gz");
  const auto dot = name.rfind('.', zipped ? name.size() - 4 : name.size() - 1);
  return dot == std::string_view::npos || dot == 0 ? name.size() : dot;
}

}  // namespace

std::string MarkedName(std::string_view name, std::string_view mark) {
  const std::size_t dot = name.empty() ? 0 : ExtensionOf(name);
  std::string stem = Escaped(name.substr(0, dot));
  if (stem.starts_with('.')) stem.replace(0, 1, "~2E");
  std::string extension = Escaped(name.substr(dot));
  if (const std::string whole = stem + std::string(mark) + extension; whole.size() <= kLongestLanded) return whole;
  if (extension.size() > kLongestExtension) extension = extension.ends_with(".gz") ? ".gz" : "";
  return Shortened(stem, name, std::string(mark) + extension, kLongestLanded);
}

std::string ExtendedName(std::string_view name, std::string_view extension) {
  if (name.size() + extension.size() <= kLongest && !LooksShortened(name)) return std::string(name) + std::string(extension);
  return Shortened(std::string(name), name, std::string(extension), kLongest);
}

std::string SourceName(std::string_view store, std::string_view path) {
  bool plain = true;
  for (std::size_t at = 0; at < path.size() && plain; at += std::max<std::size_t>(CharacterAt(path, at), 1))
    plain = CharacterAt(path, at) > 0 && !IsControl(Byte(path, at));
  return std::string(store) + (plain ? "/" + std::string(path) : "//" + PercentEncode(path, "/"));
}

}  // namespace weir::storage
