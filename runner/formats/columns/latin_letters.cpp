#include "runner/formats/columns/latin_letters.h"

#include <algorithm>
#include <array>
#include <vector>

#include "runner/formats/encoding/utf8.h"

namespace weir::formats {
namespace {

// By code point, parted by spaces; "." where there is no letter of ASCII.
constexpr std::string_view kLatin1ToExtendedB =  // U+00C0 to U+0233
    "a a a a a a ae c e e e e i i i i d n o o o o o . o u u u u y th ss a a a a a a ae c e e e e i i i i d n o o o o o . o u u u u y "
    "th y a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g g g g g h h h h i i i i i i i i i i ij ij j j k k k l l l l "
    "l l l l l l n n n n n n n n n o o o o o o oe oe r r r r r r s s s s s s s s t t t t t t u u u u u u u u u u u u w w y y y z z z z "
    "z z s . b . . . . . . . . d . . . . e . . f . . . . . k k . . . . . . o o . . . . . . . . . . . . . u u . . y y z z . . . . . . . "
    ". . . . . . dz dz dz lj lj lj nj nj nj a a i i o o u u u u u u u u u u e a a a a ae ae g g g g k k o o o o . . j dz dz dz g g . . "
    "n n a a ae ae o o a a a a e e e e i i i i o o o o r r r r u u u u s s t t . . h h . . . . . . a a e e o o o o o o o o y y";
constexpr std::string_view kExtendedAdditional =  // U+1E00 to U+1EF9
    "a a b b b b b b c c d d d d d d d d d d e e e e e e e e e e f f g g h h h h h h h h h h i i i i k k k k k k l l l l l l l l m m m "
    "m m m n n n n n n n n o o o o o o o o p p p p r r r r r r r r s s s s s s s s s s t t t t t t t t u u u u u u u u u u v v v v w w "
    "w w w w w w w w x x x x y y z z z z z z h t w y . s . . ss d a a a a a a a a a a a a a a a a a a a a a a a a e e e e e e e e e e "
    "e e e e e e i i i i o o o o o o o o o o o o o o o o o o o o o o o o u u u u u u u u u u u u u u y y y y y y y y";
constexpr char32_t kFirst = 0xC0, kFirstAdditional = 0x1E00, kSchwa = 0x259;
constexpr char32_t kFirstMark = 0x300, kLastMark = 0x36F;

std::vector<std::string_view> Parts(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view part = text.substr(at, end - at);
    parts.push_back(part == "." ? std::string_view() : part);
    at = end + 1;
  }
  return parts;
}

std::string_view LetterOf(char32_t code) {
  static const std::vector<std::string_view> kLow = Parts(kLatin1ToExtendedB), kHigh = Parts(kExtendedAdditional);
  if (code == 0xAA) return "a";
  if (code == 0xBA) return "o";
  if (code == kSchwa) return "e";
  if (code >= kFirst && code - kFirst < kLow.size()) return kLow[code - kFirst];
  return code >= kFirstAdditional && code - kFirstAdditional < kHigh.size() ? kHigh[code - kFirstAdditional] : std::string_view();
}

// Of the character at the start of a text that is UTF-8 there.
char32_t CodePoint(std::string_view character) {
  constexpr std::array<unsigned char, 5> kBits{0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code = static_cast<unsigned char>(character[0]) & kBits.at(character.size());
  for (const char c : character.substr(1)) code = (code << 6) | (static_cast<unsigned char>(c) & 0x3FU);
  return code;
}

}  // namespace

std::string PlainLatin(std::string_view text) {
  std::string plain;
  bool letter = false;  // the last character was a letter that a mark may follow
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(Utf8Length(text), 1);
    const std::string_view character = text.substr(0, length);
    text.remove_prefix(length);
    const char32_t code = Utf8Length(character) == length ? CodePoint(character) : 0;
    if (letter && code >= kFirstMark && code <= kLastMark) continue;
    const std::string_view replaced = LetterOf(code);
    plain.append(replaced.empty() ? character : replaced);
    letter = !replaced.empty() || (code | 0x20) - 'a' < 26;
  }
  return plain;
}

}  // namespace weir::formats
