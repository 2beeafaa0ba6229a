#include "runner/formats/values/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "crds/base/text.h"
#include "runner/formats/values/digits.h"

namespace weir::formats {
namespace {

constexpr std::size_t kLongestShown = 64;

constexpr std::array<std::string_view, 12> kWords{"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT",    "FLOAT",
                                                  "DOUBLE",  "DECIMAL", "VARCHAR",  "DATE",    "TIMESTAMP", "BLOB"};

bool OnlyZeros(std::string_view digits) { return digits.find_first_not_of('0') == std::string_view::npos; }

// Equal but for the case of ASCII letters; `lower` has small ones.
bool Same(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]) != lower[i]) return false;
  return true;
}

// A decimal number taken apart: [+-] whole [. fraction] [e exponent].
struct Number {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::optional<std::int64_t> exponent;
  std::string_view unsigned_text;
};

std::string_view TakeDigits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && IsDigit(text[n])) ++n;
  const std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

// Beyond this no type has a value, whatever the digits.
constexpr std::int64_t kLargestExponent = 1'000'000;

std::optional<std::int64_t> TakeExponent(std::string_view& text) {
  text.remove_prefix(1);
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  const std::string_view digits = TakeDigits(text);
  if (digits.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : digits) value = std::min(value * 10 + (c - '0'), kLargestExponent);
  return negative ? -value : value;
}

std::optional<Number> TakeApart(std::string_view text) {
  text = Trimmed(text);
  Number number;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    number.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  number.unsigned_text = text;
  number.whole = TakeDigits(text);
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    number.fraction = TakeDigits(text);
  }
  if (number.whole.empty() && number.fraction.empty()) return std::nullopt;
  if (!text.empty() && (text[0] == 'e' || text[0] == 'E')) {
    number.exponent = TakeExponent(text);
    if (!number.exponent) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  return number;
}

template <typename T>
Reading<T> ParseFloating(std::string_view text) {
  const auto number = TakeApart(text);
  if (!number) return {{}, Misfit::NotOne};
  T value{};
  const std::string_view digits = number->unsigned_text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) return {{}, Misfit::OutOfRange};
  if (error != std::errc() || end != digits.data() + digits.size()) return {{}, Misfit::NotOne};
  // A number that is not zero but rounds to zero has lost everything.
  if (value == 0 && !(OnlyZeros(number->whole) && OnlyZeros(number->fraction))) return {{}, Misfit::OutOfRange};
  return {number->negative ? -value : value, Misfit::None};
}

std::int64_t Largest(ValueType type) {
  switch (type) {
    case ValueType::Tinyint: return std::numeric_limits<std::int8_t>::max();
    case ValueType::Smallint: return std::numeric_limits<std::int16_t>::max();
    case ValueType::Integer: return std::numeric_limits<std::int32_t>::max();
    default: return std::numeric_limits<std::int64_t>::max();
  }
}

}  // namespace

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Reading<bool> ParseBoolean(std::string_view text) {
  text = Trimmed(text);
  for (const std::string_view yes : {"true", "t", "yes", "y", "1"})
    if (Same(text, yes)) return {true, Misfit::None};
  for (const std::string_view no : {"false", "f", "no", "n", "0"})
    if (Same(text, no)) return {false, Misfit::None};
  return {false, Misfit::NotOne};
}

Reading<std::int64_t> ParseInteger(std::string_view text, ValueType type) {
  text = Trimmed(text);
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  const std::string_view digits = TakeDigits(text);
  if (digits.empty()) return {0, Misfit::NotOne};
  if (!text.empty()) {  // programs that keep integers as floating point write 3.0
    if (text[0] != '.') return {0, Misfit::NotOne};
    text.remove_prefix(1);
    const std::string_view fraction = TakeDigits(text);
    if (!text.empty()) return {0, Misfit::NotOne};
    if (!OnlyZeros(fraction)) return {0, Misfit::TooPrecise};
  }
  std::uint64_t value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc()) return {0, Misfit::OutOfRange};
  const std::uint64_t most = static_cast<std::uint64_t>(Largest(type)) + (negative ? 1 : 0);
  if (value > most) return {0, Misfit::OutOfRange};
  return {static_cast<std::int64_t>(negative ? 0 - value : value), Misfit::None};
}

Reading<float> ParseFloat(std::string_view text) { return ParseFloating<float>(text); }

Reading<double> ParseDouble(std::string_view text) { return ParseFloating<double>(text); }

Reading<Int128> ParseDecimal(std::string_view text, int precision, int scale) {
  const auto number = TakeApart(text);
  if (!number) return {0, Misfit::NotOne};
  const auto whole = static_cast<std::int64_t>(number->whole.size());
  const auto all = whole + static_cast<std::int64_t>(number->fraction.size());
  // Of the digits whole + fraction, the first `kept` are those down to the scale's last place.
  const std::int64_t kept = whole + number->exponent.value_or(0) + scale;
  Int128 value = 0;
  int significant = 0;
  bool lost = false;
  for (std::int64_t i = 0; i < all; ++i) {
    const char digit = i < whole ? number->whole[static_cast<std::size_t>(i)] : number->fraction[static_cast<std::size_t>(i - whole)];
    if (i >= kept) {
      lost = lost || digit != '0';
      continue;
    }
    if (significant == 0 && digit == '0') continue;
    if (++significant > precision) return {0, Misfit::OutOfRange};
    value = value * 10 + (digit - '0');
  }
  if (value != 0 && significant + std::max<std::int64_t>(kept - all, 0) > precision) return {0, Misfit::OutOfRange};
  if (lost) return {0, Misfit::TooPrecise};
  for (std::int64_t i = all; value != 0 && i < kept; ++i) value *= 10;
  return {number->negative ? -value : value, Misfit::None};
}

std::optional<DecimalDigits> DigitsOf(std::string_view text) {
  const auto number = TakeApart(text);
  if (!number) return std::nullopt;
  if (OnlyZeros(number->whole) && OnlyZeros(number->fraction)) return DecimalDigits{0, number->exponent ? 0 : number->fraction.size()};
  const std::string digits = std::string(number->whole) + std::string(number->fraction);
  const auto point = static_cast<std::int64_t>(number->whole.size()) + number->exponent.value_or(0);
  const std::size_t end = number->exponent ? digits.find_last_not_of('0') + 1 : digits.size();
  const std::int64_t whole = point - static_cast<std::int64_t>(digits.find_first_not_of('0'));
  const std::int64_t places = static_cast<std::int64_t>(end) - point;
  return DecimalDigits{static_cast<std::size_t>(std::max<std::int64_t>(whole, 0)), static_cast<std::size_t>(std::max<std::int64_t>(places, 0))};
}

std::optional<ColumnType> ParseColumnType(std::string_view word) {
  ColumnType type;
  if (word.starts_with("DECIMAL(") && word.ends_with(")")) {
    type.type = ValueType::Decimal;
    const char* const end = word.data() + word.size() - 1;
    const auto precision = std::from_chars(word.data() + 8, end, type.precision);
    if (precision.ec != std::errc() || precision.ptr == end || *precision.ptr != ',') return std::nullopt;
    const auto scale = std::from_chars(precision.ptr + 1, end, type.scale);
    if (scale.ec != std::errc() || scale.ptr != end) return std::nullopt;
    if (type.precision < 1 || type.precision > 38 || type.scale < 0 || type.scale > type.precision) return std::nullopt;
    return type;
  }
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    type.type = static_cast<ValueType>(i);
    if (kWords.at(i) == word && type.type != ValueType::Decimal) return type;
  }
  return std::nullopt;
}

Misfit MisfitOf(std::string_view text, const ColumnType& type) {
  switch (type.type) {
    case ValueType::Boolean: return ParseBoolean(text).misfit;
    case ValueType::Tinyint:
    case ValueType::Smallint:
    case ValueType::Integer:
    case ValueType::Bigint: return ParseInteger(text, type.type).misfit;
    case ValueType::Float: return ParseFloat(text).misfit;
    case ValueType::Double: return ParseDouble(text).misfit;
    case ValueType::Decimal: return ParseDecimal(text, type.precision, type.scale).misfit;
    case ValueType::Date: return ParseDate(text).misfit;
    case ValueType::Timestamp: return ParseTimestamp(text).misfit;
    case ValueType::Varchar:
    case ValueType::Blob: return Misfit::None;
  }
  return Misfit::None;
}

std::string Shown(std::string_view text) {
  std::string shown = "'";
  for (std::size_t i = 0; i < text.size();) {
    if (shown.size() > kLongestShown) return shown + "...'";
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::string_view one = text.substr(i, ReadCodePoint(text.substr(i, 4)).length);
    if (!one.empty() && OneLine(one) == one) {
      shown += one;
      i += one.size();
      continue;
    }
    constexpr std::string_view kHex = "0123456789ABCDEF";
    shown += "\\x";
    shown += kHex[byte >> 4];
    shown += kHex[byte & 15];
    ++i;
  }
  return shown + "'";
}

std::string Explain(Misfit misfit, std::string_view text, std::string_view word) {
  const std::string shown = Shown(text);
  const std::string type(word);
  switch (misfit) {
    case Misfit::OutOfRange: return shown + " is out of the range of " + type;
    case Misfit::TooPrecise:
      if (word == "TIMESTAMP") return shown + " is more precise than microseconds, which TIMESTAMP keeps";
      if (word == "DATE") return shown + " has a time of day, which DATE does not keep";
      if (word.starts_with("DECIMAL")) return shown + " has more decimal places than " + type + " keeps";
      return shown + " has a fraction, which " + type + " does not keep";
    case Misfit::NamedZone: return shown + " names a time zone, which TIMESTAMP does not read; write an offset such as +02:00";
    case Misfit::None:
    case Misfit::NotOne: break;
  }
  return shown + (word == "INTEGER" ? " is not an " : " is not a ") + type;
}

}  // namespace weir::formats
