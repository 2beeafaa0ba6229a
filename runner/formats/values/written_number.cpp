#include "runner/formats/values/written_number.h"

#include <algorithm>
#include <array>

#include "runner/formats/values/digits.h"

namespace weir::formats {
namespace {

constexpr std::size_t kLongest = 60;
constexpr std::string_view kMinus = "\xE2\x88\x92";
// Of those with a common beginning or end the longer one first.
constexpr std::array<std::string_view, 64> kMarks{
    "US$", "AU$", "CA$", "NZ$", "HK$", "A$",  "C$",  "R$",  "S$",  "€",   "$",   "£",   "¥",   "₹",   "₽", "₺",   "₴",   "₩",   "₪",   "¢",   "%",   "‰",
    "EUR", "USD", "GBP", "CHF", "JPY", "CNY", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN", "TRY", "RUB", "UAH", "INR", "BRL", "MXN", "CAD", "AUD",
    "NZD", "ZAR", "SGD", "HKD", "KRW", "ILS", "AED", "SAR", "ISK", "zł",  "Kč",  "kr.", "kr",  "Fr.", "Ft",  "lei", "Rs.", "Rs",  "TL",  "Euro"};

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

// A blank, or one that is no-break, narrow or thin: its bytes at the start of the text.
std::size_t BlankAt(std::string_view text) {
  for (const std::string_view blank : {" ", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89"})
    if (text.starts_with(blank)) return blank.size();
  return 0;
}

std::size_t BlankBefore(std::string_view text) {
  for (const std::string_view blank : {" ", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89"})
    if (text.ends_with(blank)) return blank.size();
  return 0;
}

std::size_t SeparatorAt(std::string_view text) {
  if (text.starts_with("\xE2\x80\x99")) return 3;
  if (!text.empty() && (text[0] == ',' || text[0] == '.' || text[0] == '\'')) return 1;
  return BlankAt(text);
}

void SkipBlanks(std::string_view& text, WrittenNumber& number) {
  for (std::size_t n = BlankAt(text); n > 0; n = BlankAt(text)) number.blanks.push_back(text.substr(0, n)), text.remove_prefix(n);
  for (std::size_t n = BlankBefore(text); n > 0; n = BlankBefore(text)) number.blanks.push_back(text.substr(text.size() - n)), text.remove_suffix(n);
}

// A mark of letters ends where they end: EURO is none with EUR in it.
void TakeMarks(std::string_view& text, WrittenNumber& number) {
  SkipBlanks(text, number);
  for (const std::string_view mark : kMarks)
    if (text.starts_with(mark) &&
        (text.size() == mark.size() || !IsLetter(mark.back()) || !IsLetter(text[mark.size()]) || BlankAt(text.substr(mark.size())) > 0)) {
      number.marks.push_back(text.substr(0, mark.size())), text.remove_prefix(mark.size());
      break;
    }
  for (const std::string_view mark : kMarks)
    if (text.ends_with(mark) && (text.size() == mark.size() || !IsLetter(mark.front()) || !IsLetter(text[text.size() - mark.size() - 1]) ||
                                 BlankBefore(text.substr(0, text.size() - mark.size())) > 0)) {
      number.marks.push_back(text.substr(text.size() - mark.size())), text.remove_suffix(mark.size());
      break;
    }
  SkipBlanks(text, number);
}

// Takes signs; whether there is at most one.
bool TakeSign(std::string_view& text, WrittenNumber& number) {
  bool minus = number.parentheses;
  if (text.starts_with('-') || text.starts_with(kMinus)) {
    if (minus) return false;
    number.typographic = text[0] != '-', minus = true;
    text.remove_prefix(text[0] == '-' ? 1 : kMinus.size());
  } else if (text.starts_with('+')) {
    number.plus = true, text.remove_prefix(1);
  }
  if (!text.ends_with('-')) return !(number.plus && minus);
  if (minus || number.plus) return false;
  number.trailing = true, text.remove_suffix(1);
  return true;
}

// Takes digits in groups of three from the front, and how many groups follow the first.
int TakeGroups(std::string_view& text, WrittenNumber& number) {
  const std::size_t first = DigitsAt(text);
  std::string_view rest = text.substr(first);
  const std::string_view separator = rest.substr(0, SeparatorAt(rest));
  if (first == 0 || first > 3 || separator.empty() || text[0] == '0') return 0;
  int groups = 0;
  for (; rest.starts_with(separator) && DigitsAt(rest.substr(separator.size())) == 3; ++groups) rest.remove_prefix(separator.size() + 3);
  if (groups == 0) return 0;
  number.whole = first + 3 * static_cast<std::size_t>(groups), number.group = separator, text = rest;
  return groups;
}

bool TakeDigits(std::string_view text, WrittenNumber& number) {
  const int groups = TakeGroups(text, number);
  if (groups == 0) number.whole = DigitsAt(text), text.remove_prefix(number.whole);
  if (text.empty()) {
    number.either = groups == 1 && (number.group == "," || number.group == ".");
    if (number.either) number.decimal = number.group[0], number.group = {}, number.whole -= 3, number.places = 3;
    return number.whole > 0;
  }
  number.decimal = text[0];
  if ((number.decimal != ',' && number.decimal != '.') || (groups > 0 && number.group[0] == number.decimal)) return false;
  number.places = DigitsAt(text.substr(1));
  return number.places > 0 && number.places + 1 == text.size();
}

}  // namespace

std::optional<WrittenNumber> ReadWrittenNumber(std::string_view text) {
  if (text.size() > kLongest || text.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  WrittenNumber number;
  TakeMarks(text, number);
  if (text.size() > 2 && text.front() == '(' && text.back() == ')') {
    number.parentheses = true;
    text.remove_prefix(1), text.remove_suffix(1);
    TakeMarks(text, number);
  }
  if (!TakeSign(text, number)) return std::nullopt;
  TakeMarks(text, number);
  if (!TakeDigits(text, number) || number.marks.size() > 2) return std::nullopt;
  const bool blank = BlankAt(number.group) > 0;
  if (blank && number.plus) return std::nullopt;
  if (blank) number.blanks.push_back(number.group);
  const bool odd = !number.marks.empty() || !number.group.empty() || number.parentheses || number.trailing || number.typographic || number.decimal == ',';
  return odd ? std::optional(number) : std::nullopt;
}

}  // namespace weir::formats
