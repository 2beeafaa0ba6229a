#pragma once

#include <cstddef>
#include <string_view>

namespace weir::formats {

inline constexpr std::size_t kDeepestJson = 128;  // brackets inside of each other in one record

// Where a JSON value at the start of a text ends, by its brackets, strings, commas and colons. What a number or a word is
// made of, escapes and encoding are not examined.
struct JsonExtent {
  enum class End { Whole, Open, Broken, TooDeep };  // Open: the text ends first
  End end = End::Whole;
  std::size_t bytes = 0;   // of the value; else of what is before the fault
  std::size_t depth = 0;   // brackets that are open there
  bool in_string = false;  // the text ends inside of a string
};

// A pure function of any bytes, linear in them. `text` starts with the value's first character.
JsonExtent ScanJsonValue(std::string_view text);

constexpr bool IsJsonSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Without blanks and line ends behind it.
constexpr std::string_view WithoutSpace(std::string_view text) {
  while (!text.empty() && IsJsonSpace(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace weir::formats
