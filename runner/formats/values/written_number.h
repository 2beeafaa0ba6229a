#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace weir::formats {

// A number as people write it: 1 234,50 €, $1,234.50, (12.50), 12-, 1,5 %.
struct WrittenNumber {
  std::vector<std::string_view> marks;   // currencies and per cent
  std::vector<std::string_view> blanks;  // a no-break space is one too; between digits and marks, and between digits
  std::string_view group;                // parts digits in threes; empty where nothing does
  char decimal = 0;                      // ',' or '.'; 0 where there is none
  bool either = false;                   // 1,234: `decimal` may be the decimal sign, or part thousands
  std::size_t whole = 0;                 // digits, when `decimal` is the decimal sign
  std::size_t places = 0;                // digits behind it
  bool plus = false;
  bool parentheses = false;  // for a minus
  bool trailing = false;     // a minus behind the digits
  bool typographic = false;  // the minus is U+2212
};

// Nothing for what is no such number, with phone numbers (+41 791 234 567, 030 123 456) and numbers without anything odd among
// them. Views are of `text`. Pure.
std::optional<WrittenNumber> ReadWrittenNumber(std::string_view text);

}  // namespace weir::formats
