#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runner/formats/csv/csv_record.h"
#include "runner/formats/values/written_dates.h"
#include "runner/formats/values/written_numbers.h"

namespace weir::formats {

// Where a value is: the line in the file of that number, from 0.
struct ValuePlace {
  std::int64_t line = 0;
  std::size_t file = 0;
};

// Values of one kind: how many, and the first of them, shortened.
struct ValueSample {
  std::int64_t count = 0;
  ValuePlace place;
  std::string text;
};

// A type that at least half of the values of a column have by the grammar of value.h, how many do, and those that do not.
// VARCHAR and 0 when no type fits, or no type keeps every digit.
struct LikelyType {
  std::string type = "VARCHAR";
  std::int64_t count = 0;
  ValueSample others;
};

// What the values of one column are, for choosing its type. Counts are of values by the grammar of value.h.
class ColumnFacts {
 public:
  void Observe(const CsvValue& value, ValuePlace place);
  // Of a format that says by itself what is missing: every text but an empty one is a value.
  void ObserveText(std::string_view text, ValuePlace place);
  // A number that its format marks as one: 12E3 is no name there.
  void ObserveNumber(std::string_view text, ValuePlace place);

  // A type that at least nine of ten values have, with room for every digit of them; else VARCHAR.
  std::string Type() const;
  // Values that are there: neither empty nor one of the words that commonly stand for a missing value.
  std::int64_t Present() const { return present_; }

  struct Word {
    std::int64_t count = 0;
    std::int64_t unquoted = 0;
    ValuePlace place;  // of the first one
  };
  // The words for missing values that occur, with empty texts left out: those are missing by default.
  const std::map<std::string, Word, std::less<>>& NullWords() const { return words_; }

  // Values that keep a column from another type: digits that a number would lose ("007" and "+41" are names), numbers and
  // dates as people write them, and all else that is not a value of a type but VARCHAR.
  enum class Odd { Padded, Number, Date, Other };
  const ValueSample& Sample(Odd odd) const { return odd_[static_cast<std::size_t>(odd)]; }
  bool HasPadded() const { return Sample(Odd::Padded).count > 0 && NineOfTen(Numbers()); }
  // Values that are numbers of value.h.
  std::int64_t Numbers() const { return integers_ + wide_ + fractions_ + powers_; }
  // What a column of texts may be meant as.
  LikelyType Likely() const;
  // Those of Odd::Number and the numbers of value.h; those of Odd::Date.
  const WrittenNumbers& Written() const { return written_; }
  const WrittenDates& Dates() const { return written_dates_; }
  bool HasBlanksAround() const { return blanks_around_; }

  // Numbers that a DOUBLE would change.
  const ValueSample& Rounded() const { return rounded_; }
  // Smallest and largest of the values that are whole numbers of up to 18 digits.
  std::int64_t Least() const { return least_; }
  std::int64_t Most() const { return most_; }
  std::int64_t Unquoted() const { return unquoted_; }

 private:
  static constexpr std::size_t kNumber = 0, kBoolean = 1, kTime = 2, kKinds = 3;  // of types, each with a grammar of its own

  bool NineOfTen(std::int64_t count) const { return count > 0 && count * 10 >= present_ * 9; }
  bool Half(std::int64_t count) const { return count > 0 && count * 2 >= present_; }
  void CountText(std::string_view text, ValuePlace place);
  void CountTyped(std::string_view text, ValuePlace place);
  void CountNumber(std::string_view text, ValuePlace place);
  bool CountBoolean(std::string_view text);
  void CountOdd(Odd odd, std::string_view text, ValuePlace place);
  void CountOutside(std::string_view text, ValuePlace place, const std::array<bool, kKinds>& inside);
  Odd OddOf(std::string_view text);
  std::string NumberType() const;
  std::string ExactDecimal() const;
  std::string LikelyNumber() const;

  std::int64_t present_ = 0;
  std::int64_t unquoted_ = 0;
  std::int64_t integers_ = 0;   // of 64 bits
  std::int64_t wide_ = 0;       // whole, beyond that
  std::int64_t fractions_ = 0;  // with a point, or a signed exponent
  std::int64_t powers_ = 0;     // 12E3: as likely a name
  std::int64_t padded_ = 0;
  std::int64_t booleans_ = 0;        // true and false
  std::int64_t short_booleans_ = 0;  // yes, t, 1 ...: truth values beside those only
  std::int64_t dates_ = 0;
  std::int64_t instants_ = 0;
  std::size_t whole_digits_ = 0;    // the most of a number, written without an exponent
  std::size_t decimal_places_ = 0;  // the same
  std::int64_t least_ = 0;
  std::int64_t most_ = 0;
  std::map<std::string, Word, std::less<>> words_;
  std::array<ValueSample, 4> odd_;
  ValueSample rounded_;
  std::array<ValueSample, kKinds> outside_;  // that no type of the kind accepts
  WrittenNumbers written_;
  WrittenDates written_dates_;
  bool blanks_around_ = false;
};

// Whether the text is true or false in any case: a truth value whatever is beside it. t, yes and 1 are names and numbers as well.
bool IsBooleanWord(std::string_view text);
// Whether the text is one of the words that commonly stand for a missing value: NA, N/A, null, -, \N and the like.
bool IsNullWord(std::string_view text);
// Whether it can hardly mean anything else, also in a column of texts.
bool IsSureNullWord(std::string_view text);

}  // namespace weir::formats
