#include "runner/formats/values/written_dates.h"

#include <algorithm>
#include <array>
#include <optional>

#include "crds/base/text.h"
#include "runner/formats/values/digits.h"

namespace weir::formats {
namespace {

constexpr std::size_t kMostFormats = 6;
constexpr std::size_t kLongest = 60;

// English first: strptime reads it.
constexpr std::array<std::array<std::string_view, 12>, 7> kMonthNames{{
    {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"},
    {"januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"},
    {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
    {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
    {"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
    {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
    {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"},
}};
constexpr std::size_t kShort = 3;  // letters of an English month that is cut

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

std::size_t LettersAt(std::string_view text) {
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), [](char c) { return !IsLetter(c); }) - text.begin());
}

// Of 31.12.2024, 1/2/24 or 31-12-2024 10:00: the first two numbers.
struct DateParts {
  std::array<int, 2> parts{};
  char separator = 0;
  std::size_t year = 0;  // digits
  std::string_view rest;
};

std::optional<DateParts> PartsOf(std::string_view text) {
  DateParts date;
  const std::size_t at = DigitsAt(text);
  if (at == 0 || at > 2 || at == text.size()) return std::nullopt;
  date.separator = text[at];
  if (date.separator != '/' && date.separator != '.' && date.separator != '-') return std::nullopt;
  for (int& part : date.parts) {
    const std::size_t digits = DigitsAt(text);
    if (digits == 0 || digits > 2 || digits == text.size() || text[digits] != date.separator) return std::nullopt;
    for (const char c : text.substr(0, digits)) part = part * 10 + (c - '0');
    text.remove_prefix(digits + 1);
  }
  date.year = DigitsAt(text);
  date.rest = text.substr(date.year);
  const bool ends = date.rest.empty() || date.rest[0] == ' ' || date.rest[0] == ',' || date.rest[0] == 'T';
  const auto [less, more] = std::minmax(date.parts[0], date.parts[1]);
  if ((date.year != 2 && date.year != 4) || !ends || more > 31 || more == 0) return std::nullopt;
  return date;
}

// " %H:%M" of " 10:00"; empty for what is no time of day.
std::string TimeFormatOf(std::string_view rest) {
  const std::size_t digits = rest.find_first_of("0123456789");
  if (digits == std::string_view::npos || digits > 2) return "";
  std::string format(rest.substr(0, digits));
  rest.remove_prefix(digits);
  for (const std::string_view part : {"%H", "%M", "%S"}) {
    const std::size_t end = DigitsAt(rest);
    if (end == 0 || end > 2) return "";
    format.append(part == "%H" ? "" : ":").append(part);
    rest.remove_prefix(end);
    if (rest.empty()) return part == "%H" ? "" : format;
    if (rest.front() != ':') return "";
    rest.remove_prefix(1);
  }
  return "";
}

// The languages that have this month, as bits; `cut`: it is an English one of three letters.
std::uint32_t LanguagesOf(std::string_view word, bool& cut) {
  const std::string lower = Lower(word);
  std::uint32_t languages = 0;
  for (std::size_t i = 0; i < kMonthNames.size(); ++i)
    if (std::find(kMonthNames.at(i).begin(), kMonthNames.at(i).end(), lower) != kMonthNames.at(i).end()) languages |= 1U << i;
  cut = lower.size() == kShort && std::any_of(kMonthNames[0].begin(), kMonthNames[0].end(), [&](std::string_view name) { return name.starts_with(lower); });
  return languages | (cut ? 1U : 0U);
}

// What parts the day, the month and the year.
std::string_view TakeGap(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of(" .,/-"), text.size());
  const std::string_view gap = text.substr(0, end);
  text.remove_prefix(end);
  return gap;
}

bool TakeDay(std::string_view& text) {
  const std::size_t digits = DigitsAt(text);
  if (digits == 0 || digits > 2) return false;
  const int day = digits == 1 ? text[0] - '0' : (text[0] - '0') * 10 + (text[1] - '0');
  text.remove_prefix(digits);
  return day >= 1 && day <= 31;
}

// As strptime takes it, with the shorter year first: %Y takes two digits of one for a year too.
std::string TextList(const std::set<std::string>& texts) {
  std::string list;
  for (auto text = texts.rbegin(); text != texts.rend(); ++text) list += (list.empty() ? "'" : ", '") + *text + "'";
  return texts.size() == 1 ? list : "[" + list + "]";
}

}  // namespace

bool WrittenDates::Add(std::string_view text) { return text.size() <= kLongest && (AddNumbers(text) || AddNames(text)); }

void WrittenDates::AddRest(std::string format, std::string_view rest) {
  const std::string time = TimeFormatOf(rest);
  more_ = more_ || (!rest.empty() && time.empty());
  timed_ = timed_ || !time.empty();
  if (formats_.size() <= kMostFormats) formats_.insert(format.append(time));
}

bool WrittenDates::AddNumbers(std::string_view text) {
  const auto date = PartsOf(text);
  if (!date) return false;
  numbers_ = true;
  first_part_ = std::max(first_part_, date->parts[0]), second_part_ = std::max(second_part_, date->parts[1]);
  std::string format = "%1";
  format.push_back(date->separator);
  format.append("%2").push_back(date->separator);
  AddRest(format.append(date->year == 4 ? "%Y" : "%y"), date->rest);
  return true;
}

bool WrittenDates::AddNames(std::string_view text) {
  std::string format;
  const auto gap = [&] {
    const std::string_view taken = TakeGap(text);
    format.append(taken);
    return !taken.empty();
  };
  const bool day_first = IsDigit(text[0]);
  if (day_first && !TakeDay(text)) return false;
  if (day_first) format = "%d";
  if (day_first && !gap()) return false;
  bool cut = false;
  const std::string_view month = text.substr(0, LettersAt(text));
  const std::uint32_t languages = LanguagesOf(month, cut);
  if (languages == 0) return false;
  text.remove_prefix(month.size());
  format.append(month.size() == kShort && cut && (languages & 1U) != 0 && (month[1] | 0x20) == 'a' && (month[2] | 0x20) == 'y' ? "%?" : cut ? "%b" : "%B");
  if (!gap()) return false;
  if (!day_first) {
    if (!TakeDay(text)) return false;
    format.append("%d");
    if (!gap()) return false;
  }
  const std::size_t year = DigitsAt(text);
  if (year != 4 && !(year == 2 && format.back() == '-')) return false;
  text.remove_prefix(year);
  if (!text.empty() && IsLetter(text[0]) && text[0] != 'T') return false;
  names_ = true, languages_ &= languages;
  AddRest(format.append(year == 4 ? "%Y" : "%y"), text);
  return true;
}

std::string WrittenDates::Order() const {
  if (!numbers_) return "";
  if (IsOrderMixed()) return "some with the day first and some with the month first";
  if (first_part_ > kMonths) return "the day first";
  return second_part_ > kMonths ? "the month first" : "which number is the day does not show";
}

std::string WrittenDates::Doubts() const {
  if (more_) return "; what is behind the date, such as a time of day, is dropped";
  if (names_ && (languages_ & 1U) == 0) return "; a time of day behind the date would be dropped";
  const bool two = std::any_of(formats_.begin(), formats_.end(), [](const std::string& format) { return format.find("%y") != std::string::npos; });
  return two ? "" : "; a year of two digits in later files would be read as one of the first century, 24 as 0024";
}

std::string WrittenDates::OfNames(const std::string& column, bool others) const {
  const bool plain = std::all_of(formats_.begin(), formats_.end(), [](const std::string& format) { return format.ends_with("%Y"); });
  if (languages_ == 0 || !plain || more_) return "";
  std::size_t language = 0;
  while ((languages_ >> language & 1U) == 0) ++language;
  std::string names;
  for (const std::string_view name : kMonthNames.at(language)) names.append(names.empty() ? "'" : ", '").append(name).append("'");
  const std::string cast = others ? "TRY_CAST(" : "CAST(";
  const std::string month = "list_position([" + names + "], lower(regexp_extract(" + column + ", '[^0-9 .,/-]+')))";
  return "make_date(" + cast + "regexp_extract(" + column + ", '[0-9]{4}') AS BIGINT), " + (others ? "nullif(" + month + ", 0)" : month) + ", " + cast +
         "regexp_extract(" + column + ", '[0-9]+') AS BIGINT))";
}

std::string WrittenDates::Sql(const std::string& column, bool others) const {
  if ((numbers_ && names_) || (numbers_ && IsOrderMixed()) || formats_.size() > kMostFormats) return "";
  if (names_ && (languages_ & 1U) == 0) return OfNames(column, others);
  if (names_ && more_) return "";
  std::string text = column;
  std::set<std::string> formats;
  const bool full = std::any_of(formats_.begin(), formats_.end(), [](const std::string& format) { return format.find("%B") != std::string::npos; });
  for (std::string format : formats_) {
    if (const std::size_t may = format.find("%?"); may != std::string::npos) format[may + 1] = full ? 'B' : 'b';
    if (const std::size_t first = format.find("%1"); first != std::string::npos) format[first + 1] = second_part_ > kMonths ? 'm' : 'd';
    if (const std::size_t second = format.find("%2"); second != std::string::npos) format[second + 1] = second_part_ > kMonths ? 'd' : 'm';
    if (more_) format.resize(std::min(format.find("%H") == std::string::npos ? format.size() : format.find_first_of("yY") + 1, format.size()));
    formats.insert(format);
  }
  if (more_) text = "regexp_extract(" + text + ", '^[0-9]+[./-][0-9]+[./-][0-9]+')";
  return "CAST(" + std::string(others ? "try_strptime(" : "strptime(") + text + ", " + TextList(formats) + ") AS " + (HaveTimes() ? "TIMESTAMP)" : "DATE)");
}

}  // namespace weir::formats
