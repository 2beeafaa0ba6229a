#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace weir::formats {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// How many digits the text begins with.
constexpr std::size_t DigitsAt(std::string_view text) {
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), [](char c) { return !IsDigit(c); }) - text.begin());
}

}  // namespace weir::formats
