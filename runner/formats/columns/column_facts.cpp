#include "runner/formats/columns/column_facts.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "runner/formats/values/digits.h"
#include "runner/formats/values/value.h"

namespace weir::formats {
namespace {

constexpr std::array<std::string_view, 6> kSure{"\\N", "NULL", "null", "N/A", "#N/A", "<NA>"};
constexpr std::array<std::string_view, 17> kPerhaps{"NA",  "na", "n/a", "NaN", "nan", "#NA", "Null", "None",  "none",
                                                    "nil", "-",  "--",  "---", "?",   ".",   "..",   "#NULL!"};
constexpr std::size_t kExactDigits = 15;  // that a DOUBLE always keeps

std::string Significant(std::string_view number) {
  std::string digits;
  for (const char c : number.substr(0, number.find_first_of("eE")))
    if (IsDigit(c) && !(digits.empty() && c == '0')) digits += c;
  while (digits.ends_with('0')) digits.pop_back();
  return digits;
}

// Whether the nearest DOUBLE, written as short as possible, is the same number again.
bool ComesBack(std::string_view number) {
  // The smallest ones have fewer digits than others.
  if (number.size() <= kExactDigits && number.find_first_of("eE") == std::string_view::npos) return true;
  const auto value = ParseDouble(number);
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value.value, std::chars_format::scientific).ptr;
  return value && Significant({buffer.data(), static_cast<std::size_t>(end - buffer.data())}) == Significant(number);
}

constexpr std::size_t kLongestBoolean = 5;  // false

void Keep(ValueSample& sample, std::string_view text, ValuePlace place) {
  constexpr std::size_t kKept = 80;  // more than a message shows
  if (sample.count++ == 0) sample.place = place, sample.text = text.substr(0, kKept);
}

}  // namespace

bool IsBooleanWord(std::string_view text) { return (text.size() == 4 || text.size() == 5) && ParseBoolean(text); }

bool IsSureNullWord(std::string_view text) { return std::find(kSure.begin(), kSure.end(), text) != kSure.end(); }

bool IsNullWord(std::string_view text) { return IsSureNullWord(text) || std::find(kPerhaps.begin(), kPerhaps.end(), text) != kPerhaps.end(); }

void ColumnFacts::Observe(const CsvValue& value, ValuePlace place) {
  const std::string_view text = Trimmed(value.text);
  if (text.empty()) return;
  blanks_around_ = blanks_around_ || text.size() < value.text.size();
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
  blanks_around_ = blanks_around_ || Trimmed(text).size() < text.size();
  text = Trimmed(text);
  if (!text.empty()) CountText(text, place);
}

void ColumnFacts::ObserveNumber(std::string_view text, ValuePlace place) {
  ++present_;
  const std::int64_t powers = powers_, numbers = Numbers();
  CountNumber(text, place);
  fractions_ += powers_ - powers;
  powers_ = powers;
  if (Numbers() == numbers) CountOdd(Odd::Other, text, place);
  CountOutside(text, place, {Numbers() > numbers, CountBoolean(text), false});
}

void ColumnFacts::CountText(std::string_view text, ValuePlace place) {
  ++present_;
  const std::int64_t numbers = Numbers(), words = booleans_, times = dates_ + instants_, padded = padded_;
  const bool truth = CountBoolean(text);
  CountTyped(text, place);
  const bool number = Numbers() > numbers, time = dates_ + instants_ > times;
  if (!number && !time && booleans_ == words) CountOdd(OddOf(text), text, place);
  if (padded_ > padded) CountOdd(Odd::Padded, text, place);
  CountOutside(text, place, {number, truth, time});
}

bool ColumnFacts::CountBoolean(std::string_view text) {
  if (text.size() > kLongestBoolean || !ParseBoolean(text)) return false;
  ++(IsBooleanWord(text) ? booleans_ : short_booleans_);
  return true;
}

void ColumnFacts::CountTyped(std::string_view text, ValuePlace place) {
  const char first = text.front();
  if (!IsDigit(first) && first != '-' && first != '+' && first != '.') return;
  if (text.size() >= 10 && IsDigit(first) && (text[4] == '-' || text[4] == '/')) {
    const bool date = text.size() == 10;
    if (date ? static_cast<bool>(ParseDate(text)) : static_cast<bool>(ParseTimestamp(text))) return static_cast<void>(++(date ? dates_ : instants_));
  }
  CountNumber(text, place);
}

void ColumnFacts::CountOdd(Odd odd, std::string_view text, ValuePlace place) { Keep(odd_.at(static_cast<std::size_t>(odd)), text, place); }

void ColumnFacts::CountOutside(std::string_view text, ValuePlace place, const std::array<bool, kKinds>& inside) {
  for (std::size_t kind = 0; kind < kKinds; ++kind)
    if (!inside.at(kind)) Keep(outside_.at(kind), text, place);
}

ColumnFacts::Odd ColumnFacts::OddOf(std::string_view text) {
  if (text.find_first_of("0123456789") == std::string_view::npos) return Odd::Other;
  if (written_dates_.Add(text)) return Odd::Date;
  return written_.Add(text) ? Odd::Number : Odd::Other;
}

void ColumnFacts::CountNumber(std::string_view text, ValuePlace place) {
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
  }
  const auto [whole, places] = DigitsOf(number).value_or(DecimalDigits());
  whole_digits_ = std::max(whole_digits_, whole);
  decimal_places_ = std::max(decimal_places_, places);
  written_.AddPlain(point, point < mantissa.size() ? mantissa.size() - point - 1 : 0, mantissa.size() < text.size(), text[0] == '0');
  if (!ComesBack(text)) Keep(rounded_, number, place);
}

// The DECIMAL that has every number, with room for longer ones before the point; empty where none has.
std::string ColumnFacts::ExactDecimal() const {
  constexpr std::size_t kMostDigits = 38;
  return whole_digits_ + decimal_places_ <= kMostDigits ? "DECIMAL(38," + std::to_string(decimal_places_) + ")" : "";
}

std::string ColumnFacts::NumberType() const {
  const std::int64_t whole = integers_ + wide_;
  if (fractions_ == 0) {
    if (!NineOfTen(whole)) return "VARCHAR";
    if (wide_ == 0) return "BIGINT";
    return whole_digits_ <= 38 ? "DECIMAL(38,0)" : "VARCHAR";
  }
  if (rounded_.count == 0) return "DOUBLE";
  if (std::string decimal = ExactDecimal(); !decimal.empty()) return decimal;
  return NineOfTen(integers_) ? "BIGINT" : "VARCHAR";
}

std::string ColumnFacts::Type() const {
  if (present_ == 0) return "VARCHAR";
  if (NineOfTen(Numbers())) return padded_ > 0 ? "VARCHAR" : NumberType();
  if (Half(booleans_) && NineOfTen(booleans_ + short_booleans_)) return "BOOLEAN";
  if (NineOfTen(dates_)) return instants_ > 0 ? "TIMESTAMP" : "DATE";
  if (NineOfTen(dates_ + instants_)) return "TIMESTAMP";
  return "VARCHAR";
}

// With room for every digit of the numbers; empty where no type has it.
std::string ColumnFacts::LikelyNumber() const {
  if (fractions_ + powers_ == 0) return wide_ == 0 ? "BIGINT" : ExactDecimal();
  return rounded_.count == 0 ? "DOUBLE" : ExactDecimal();
}

LikelyType ColumnFacts::Likely() const {
  if (Half(Numbers())) {
    const std::string type = LikelyNumber();
    return type.empty() ? LikelyType() : LikelyType{type, Numbers(), outside_[kNumber]};
  }
  if (booleans_ > 0 && Half(booleans_ + short_booleans_)) return {"BOOLEAN", booleans_ + short_booleans_, outside_[kBoolean]};
  if (Half(dates_ + instants_)) return {instants_ > 0 ? "TIMESTAMP" : "DATE", dates_ + instants_, outside_[kTime]};
  return {};
}

}  // namespace weir::formats
