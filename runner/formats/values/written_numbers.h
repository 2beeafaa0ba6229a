#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "runner/formats/values/written_number.h"

namespace weir::formats {

// What the numbers of one column look like together, those of the grammar of value.h and those that people write. One thread.
class WrittenNumbers {
 public:
  // A number of value.h, with digits before and behind the point; `power`: with an exponent.
  void AddPlain(std::size_t whole, std::size_t places, bool power, bool leading_zero);
  // Whether the text is a number as people write it, and is counted.
  bool Add(std::string_view text);

  // For people: "a decimal comma, separators of thousands and marks such as '€'".
  std::string Features() const;
  // Whether a sign parts the digits of some and the decimals of others, so that nobody can tell what they are.
  bool IsMixed() const;
  // SQL that makes all of them numbers, with every digit; `column` is an expression, `others`: other values, which become NULL,
  // `padded`: some values have blanks around them. Empty where IsMixed.
  std::string Sql(const std::string& column, bool others, bool padded) const;
  // What a person must know of Sql, beginning with "; ": which digits of later files would be
  // rounded, which sign is taken for which when that does not show, what is dropped.
  std::string Doubts() const;

 private:
  char Decimal() const;
  std::size_t Places() const;
  std::size_t Scale() const;
  std::string Limit() const;  // what Type would not keep of later files
  std::string Type() const;
  std::set<std::string> Dropped() const;

  // Decimal signs and separators that can be nothing else, and 1,234 and 1.234, which may be either.
  std::int64_t commas_ = 0, points_ = 0;
  std::int64_t comma_groups_ = 0, point_groups_ = 0;
  std::int64_t either_comma_ = 0, either_point_ = 0;
  std::size_t whole_ = 0, comma_places_ = 0, point_places_ = 0;
  std::set<std::string> groups_;  // other separators
  std::set<std::string> blanks_;
  std::set<std::string> marks_;
  bool power_ = false, plus_ = false, parentheses_ = false, trailing_ = false, typographic_ = false;
};

}  // namespace weir::formats
