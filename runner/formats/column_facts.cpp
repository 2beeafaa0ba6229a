#include "runner/formats/column_facts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "runner/formats/value.h"

namespace weir::formats {
namespace {

constexpr std::array<std::string_view, 6> kSure{"\\N", "NULL", "null", "N/A", "#N/A", "<NA>"};
constexpr std::array<std::string_view, 17> kPerhaps{"NA",  "na", "n/a", "NaN", "nan", "#NA", "Null", "None",  "none",
                                                    "nil", "-",  "--",  "---", "?",   ".",   "..",   "#NULL!"};
constexpr std::size_t kExactDigits = 15;  // that a DOUBLE always keeps

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string Significant(std::string_view number) {
  std::string digits;
  for (const char c : number.substr(0, number.find_first_of("eE")))
    if (IsDigit(c) && !(digits.empty() && c == '0')) digits += c;
  while (digits.ends_with('0')) digits.pop_back();
  return digits;
}

// Whether the nearest DOUBLE, written as short as possible, has the same digits again.
bool ComesBack(std::string_view number) {
  const std::string digits = Significant(number);
  if (digits.size() <= kExactDigits) return true;
  const auto value = ParseDouble(number);
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value.value, std::chars_format::scientific).ptr;
  return value && Significant({buffer.data(), static_cast<std::size_t>(end - buffer.data())}) == digits;
}

bool IsBooleanWord(std::string_view text) {
  if (text.size() != 4 && text.size() != 5) return false;
  return static_cast<bool>(ParseBoolean(text));
}

std::size_t DigitsAt(std::string_view text) {
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), [](char c) { return !IsDigit(c); }) - text.begin());
}

// Of 31.12.2024, 1/2/24 or 31-12-2024 10:00: the first two numbers.
std::optional<std::pair<int, int>> LocalDateParts(std::string_view text) {
  std::array<int, 2> parts{};
  const std::size_t at = DigitsAt(text);
  if (at == 0 || at > 2 || at == text.size()) return std::nullopt;
  const char separator = text[at];
  if (separator != '/' && separator != '.' && separator != '-') return std::nullopt;
  for (int& part : parts) {
    const std::size_t digits = DigitsAt(text);
    if (digits == 0 || digits > 2 || digits == text.size() || text[digits] != separator) return std::nullopt;
    for (const char c : text.substr(0, digits)) part = part * 10 + (c - '0');
    text.remove_prefix(digits + 1);
  }
  const std::size_t year = DigitsAt(text);
  const bool ends = year == text.size() || text[year] == ' ' || text[year] == ',' || text[year] == 'T';
  if ((year != 2 && year != 4) || !ends || parts[0] > 31 || parts[1] > 31 || std::max(parts[0], parts[1]) == 0) return std::nullopt;
  return std::pair(parts[0], parts[1]);
}

void SkipSign(std::string_view& text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
}

// What parts the digits of 1,234,567 or 1 234 567; a no-break space has two bytes.
std::size_t SeparatorAt(std::string_view text) {
  if (text.starts_with("\xC2\xA0")) return 2;
  return !text.empty() && std::string_view(",.' ").find(text.front()) != std::string_view::npos ? 1 : 0;
}

// Takes digits in groups of three, of which there is one at least, from the front; none where there are no groups.
bool TakeGroups(std::string_view& text, std::string_view& separator) {
  const std::size_t first = DigitsAt(text);
  std::string_view rest = text.substr(first);
  separator = rest.substr(0, SeparatorAt(rest));
  if (first == 0 || first > 3 || separator.empty()) return false;
  int groups = 0;
  for (; rest.starts_with(separator) && DigitsAt(rest.substr(separator.size())) == 3; ++groups) rest.remove_prefix(separator.size() + 3);
  if (groups > 0) text = rest;
  return groups > 0;
}

// 1,234 and 1 234 567.89
bool IsGrouped(std::string_view text) {
  SkipSign(text);
  std::string_view separator;
  if (!TakeGroups(text, separator)) return false;
  if (text.size() > 1 && text.front() == '.' && separator != ".") text.remove_prefix(1 + DigitsAt(text.substr(1)));
  return text.empty();
}

// 1,5 and 1.234,56; three digits behind the only comma may as well be a group.
bool IsDecimalComma(std::string_view text) {
  SkipSign(text);
  std::string_view separator;
  std::string_view rest = text;
  const bool grouped = TakeGroups(rest, separator) && separator != ",";
  if (!grouped) rest = text.substr(DigitsAt(text));
  if (rest.size() < 2 || rest.front() != ',' || rest.size() == text.size()) return false;
  const std::size_t digits = DigitsAt(rest.substr(1));
  return digits + 1 == rest.size() && (grouped || digits != 3);
}

}  // namespace

bool IsSureNullWord(std::string_view text) { return std::find(kSure.begin(), kSure.end(), text) != kSure.end(); }

bool IsNullWord(std::string_view text) { return IsSureNullWord(text) || std::find(kPerhaps.begin(), kPerhaps.end(), text) != kPerhaps.end(); }

void ColumnFacts::Observe(const CsvValue& value, ValuePlace place) {
  const std::string_view text = Trimmed(value.text);
  if (text.empty()) return;
  if (text.size() <= 6 && IsNullWord(text)) {
    Word& word = words_.try_emplace(std::string(text), Word{0, 0, place}).first->second;
    ++word.count;
    if (!value.quoted && text == value.text) ++word.unquoted;
    return;
  }
  if (!value.quoted) ++unquoted_;
  CountText(text, place);
}

void ColumnFacts::ObserveText(std::string_view text, ValuePlace place) {
  text = Trimmed(text);
  if (!text.empty()) CountText(text, place);
}

void ColumnFacts::ObserveNumber(std::string_view text, ValuePlace place) {
  ++present_;
  const std::int64_t powers = powers_, numbers = Numbers();
  CountNumber(text);
  fractions_ += powers_ - powers;
  powers_ = powers;
  if (Numbers() == numbers) CountOdd(Odd::Other, text, place);
}

void ColumnFacts::CountText(std::string_view text, ValuePlace place) {
  ++present_;
  const auto typed = [this] { return Numbers() + booleans_ + dates_ + instants_; };
  const std::int64_t before = typed(), padded = padded_;
  CountTyped(text);
  if (typed() == before) CountOdd(OddOf(text), text, place);
  if (padded_ > padded) CountOdd(Odd::Padded, text, place);
}

void ColumnFacts::CountTyped(std::string_view text) {
  const char first = text.front();
  if (!IsDigit(first) && first != '-' && first != '+' && first != '.') {
    if (IsBooleanWord(text)) ++booleans_;
    return;
  }
  if (text.size() >= 10 && IsDigit(first) && (text[4] == '-' || text[4] == '/')) {
    if (text.size() == 10)
      dates_ += ParseDate(text) ? 1 : 0;
    else
      instants_ += ParseTimestamp(text) ? 1 : 0;
    return;
  }
  CountNumber(text);
}

void ColumnFacts::CountOdd(Odd odd, std::string_view text, ValuePlace place) {
  constexpr std::size_t kKept = 80;  // more than a message shows
  ValueSample& sample = odd_.at(static_cast<std::size_t>(odd));
  if (sample.count++ == 0) sample.place = place, sample.text = text.substr(0, kKept);
}

ColumnFacts::Odd ColumnFacts::OddOf(std::string_view text) {
  if (const auto date = LocalDateParts(text)) {
    first_part_ = std::max(first_part_, date->first), second_part_ = std::max(second_part_, date->second);
    return Odd::LocalDate;
  }
  if (IsDecimalComma(text)) return Odd::DecimalComma;
  return IsGrouped(text) ? Odd::Grouped : Odd::Other;
}

void ColumnFacts::CountNumber(std::string_view text) {
  if (!ParseDouble(text)) return;
  const std::string_view number = text;
  const bool plus = text.front() == '+';
  if (plus || text.front() == '-') text.remove_prefix(1);
  const std::string_view mantissa = text.substr(0, text.find_first_of("eE"));
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  if (plus || (point > 1 && text[0] == '0')) ++padded_;
  const bool signed_power = text.find_first_of("+-") != std::string_view::npos;
  if (point == mantissa.size() && mantissa.size() == text.size()) {
    const auto value = ParseInteger(number, ValueType::Bigint);
    ++(value ? integers_ : wide_);
    if (value && integers_ == 1) least_ = most_ = value.value;
    if (value) least_ = std::min(least_, value.value), most_ = std::max(most_, value.value);
  } else {
    ++(point < mantissa.size() || signed_power ? fractions_ : powers_);
    decimal_places_ = std::max(decimal_places_, point < mantissa.size() ? mantissa.size() - point - 1 : 0);
    if (mantissa.size() < text.size()) decimal_places_ = std::max<std::size_t>(decimal_places_, 39);  // no DECIMAL for powers of ten
  }
  whole_digits_ = std::max(whole_digits_, point);
  if (text.size() > kExactDigits && !ComesBack(text)) ++rounded_;
}

std::string ColumnFacts::NumberType() const {
  const std::int64_t whole = integers_ + wide_;
  if (fractions_ == 0) {
    if (!NineOfTen(whole)) return "VARCHAR";
    if (wide_ == 0) return "BIGINT";
    return whole_digits_ <= 38 ? "DECIMAL(38,0)" : "VARCHAR";
  }
  if (rounded_ > 0 && whole_digits_ + decimal_places_ <= 38) return "DECIMAL(38," + std::to_string(decimal_places_) + ")";
  return "DOUBLE";
}

std::string ColumnFacts::Type() const {
  if (present_ == 0) return "VARCHAR";
  if (NineOfTen(Numbers())) return padded_ > 0 ? "VARCHAR" : NumberType();
  if (NineOfTen(booleans_)) return "BOOLEAN";
  if (NineOfTen(dates_)) return instants_ > 0 ? "TIMESTAMP" : "DATE";
  if (NineOfTen(dates_ + instants_)) return "TIMESTAMP";
  return "VARCHAR";
}

std::pair<std::string, std::int64_t> ColumnFacts::LikelyType() const {
  const auto half = [this](std::int64_t count) { return count > 0 && count * 2 >= present_; };
  if (half(Numbers())) return {fractions_ + powers_ > 0 ? "DOUBLE" : wide_ == 0 ? "BIGINT" : "DECIMAL(38,0)", Numbers()};
  if (half(booleans_)) return {"BOOLEAN", booleans_};
  if (half(dates_ + instants_)) return {instants_ > 0 ? "TIMESTAMP" : "DATE", dates_ + instants_};
  return {"VARCHAR", 0};
}

}  // namespace weir::formats
