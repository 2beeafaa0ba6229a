#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace weir::formats {

// Dates of one column as people write them: 31.12.2024, 1/2/24 10:00, Jan 1 2000, 12-Jun-1998, 1. Januar 2024. One thread.
class WrittenDates {
 public:
  // Whether the text is such a date, and is counted.
  bool Add(std::string_view text);

  // For people, of dates in numbers: "the day first", or that it does not show. Empty for months in words.
  std::string Order() const;
  // Whether some have a time of day, which Sql reads too.
  bool HaveTimes() const { return timed_ && !more_; }
  // SQL that makes all of them dates, or times (HaveTimes); `column` is an expression, `others`: other values, which become NULL.
  // Empty where no function reads all of them.
  std::string Sql(const std::string& column, bool others) const;
  // What Sql drops of the values of this or later files, for people, beginning with "; ". Empty where it drops nothing.
  std::string Doubts() const;

 private:
  bool AddNumbers(std::string_view text);
  bool AddNames(std::string_view text);
  void AddRest(std::string format, std::string_view rest);
  bool IsOrderMixed() const { return first_part_ > kMonths && second_part_ > kMonths; }
  std::string OfNames(const std::string& column, bool others) const;

  static constexpr int kMonths = 12;

  std::set<std::string> formats_;  // of strptime; of dates in numbers %1 and %2 are the parts whose order is not known yet
  std::uint32_t languages_ = ~0U;  // that have all the names of months, by their place in the table
  int first_part_ = 0;             // the largest first and second number: one beyond 12 is the day
  int second_part_ = 0;
  bool numbers_ = false, names_ = false;
  bool timed_ = false;
  bool more_ = false;  // behind some is something that is no time of day
};

}  // namespace weir::formats
