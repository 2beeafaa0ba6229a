#include "runner/formats/values/instant.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace weir::formats {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr int kMostOffset = 18 * 60;  // minutes

struct Civil {
  int year = 0;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t micros = 0;
  int offset = 0;  // minutes east of UTC
};

// A text that is consumed from the front.
struct Cursor {
  std::string_view rest;

  bool Done() const { return rest.empty(); }
  bool Take(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool TakeOne(std::string_view of) {
    if (rest.empty() || of.find(rest[0]) == std::string_view::npos) return false;
    rest.remove_prefix(1);
    return true;
  }
  // A number of `fewest` to `most` digits.
  bool Take(int& number, std::size_t fewest, std::size_t most) {
    std::size_t n = 0;
    int value = 0;
    for (; n < most && n < rest.size() && rest[n] >= '0' && rest[n] <= '9'; ++n) value = value * 10 + (rest[n] - '0');
    if (n < fewest) return false;
    rest.remove_prefix(n);
    number = value;
    return true;
  }
  bool TakeWord(std::string_view lower) {
    if (rest.size() < lower.size()) return false;
    for (std::size_t i = 0; i < lower.size(); ++i)
      if ((rest[i] | 0x20) != lower[i]) return false;
    rest.remove_prefix(lower.size());
    return true;
  }
  bool StartsWithTwoDigits() const {
    return rest.size() > 1 && std::all_of(rest.begin(), rest.begin() + 2, [](char c) { return c >= '0' && c <= '9'; });
  }
  bool StartsWithLetter() const { return !rest.empty() && ((rest[0] | 0x20) >= 'a' && (rest[0] | 0x20) <= 'z'); }
};

std::optional<std::int32_t> DaysOf(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (year < 1 || year > 9999 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

// YYYY-MM-DD or YYYY/MM/DD.
bool TakeDate(Cursor& at, Civil& civil) {
  if (!at.Take(civil.year, 4, 4)) return false;
  const char separator = at.rest.empty() ? ' ' : at.rest[0];
  return at.TakeOne("-/") && at.Take(civil.month, 2, 2) && at.Take(separator) && at.Take(civil.day, 2, 2);
}

// Digits after the point; those beyond microseconds must be zeros.
Misfit TakeFraction(Cursor& at, std::int64_t& micros) {
  std::int64_t unit = kSecond / 10;
  std::size_t n = 0;
  Misfit misfit = Misfit::None;
  for (; n < at.rest.size() && at.rest[n] >= '0' && at.rest[n] <= '9'; ++n, unit /= 10) {
    if (unit == 0 && at.rest[n] != '0') misfit = Misfit::TooPrecise;
    micros += unit * (at.rest[n] - '0');
  }
  at.rest.remove_prefix(n);
  return n == 0 ? Misfit::NotOne : misfit;
}

bool TakeOffset(Cursor& at, int& minutes) {
  if (at.TakeOne("Zz")) return true;
  const bool west = !at.rest.empty() && at.rest[0] == '-';
  int hours = 0;
  int rest = 0;
  if (!at.TakeOne("+-") || !at.Take(hours, 2, 2)) return false;
  const bool colon = at.Take(':');
  if (colon || !at.Done())
    if (!at.Take(rest, 2, 2)) return false;
  minutes = hours * 60 + rest;
  if (rest > 59 || minutes > kMostOffset) return false;
  if (west) minutes = -minutes;
  return true;
}

bool TakeUtc(Cursor& at) { return at.TakeWord("utc") || at.TakeWord("gmt") || at.TakeOne("Zz"); }

// HH:MM[:SS[.f]]
Misfit TakeTime(Cursor& at, Civil& civil) {
  if (!at.Take(civil.hour, 2, 2) || !at.Take(':') || !at.Take(civil.minute, 2, 2)) return Misfit::NotOne;
  if (!at.Take(':')) return Misfit::None;
  if (!at.Take(civil.second, 2, 2)) return Misfit::NotOne;
  return at.Take('.') ? TakeFraction(at, civil.micros) : Misfit::None;
}

Reading<std::int64_t> MicrosOf(const Civil& civil) {
  const auto days = DaysOf(civil.year, civil.month, civil.day);
  if (!days || civil.hour > 23 || civil.minute > 59 || civil.second > 59) return {0, Misfit::NotOne};
  const std::int64_t seconds = (civil.hour * 60 + civil.minute - civil.offset) * 60 + civil.second;
  const std::int64_t micros = *days * kDay + seconds * kSecond + civil.micros;
  if (micros < *DaysOf(1, 1, 1) * kDay || micros >= (*DaysOf(9999, 12, 31) + 1) * kDay) return {0, Misfit::OutOfRange};
  return {micros, Misfit::None};
}

constexpr std::array<std::string_view, 12> kMonths{"january", "february", "march",     "april",   "may",      "june",
                                                   "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

// The place, from 1, of a name written in full or by its first three letters; 0 for none.
int TakeName(Cursor& at, const auto& names) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (at.TakeWord(names[i])) return static_cast<int>(i) + 1;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (at.TakeWord(names[i].substr(0, 3))) return static_cast<int>(i) + 1;
  return 0;
}

// What a format says beside the civil time itself.
struct Extra {
  int day_of_year = 0;
  std::optional<bool> afternoon;
};

Misfit TakeZone(Cursor& at) {
  if (TakeUtc(at)) return Misfit::None;
  return at.StartsWithLetter() ? Misfit::NamedZone : Misfit::NotOne;
}

bool TakeNumber(char directive, Cursor& at, Civil& civil, Extra& extra) {
  switch (directive) {
    case 'Y': return at.Take(civil.year, 4, 4);
    case 'y':
      if (!at.Take(civil.year, 2, 2)) return false;
      civil.year += civil.year < 69 ? 2000 : 1900;  // as POSIX says
      return true;
    case 'm': return at.Take(civil.month, 1, 2);
    case 'd': return at.Take(civil.day, 1, 2);
    case 'j': return at.Take(extra.day_of_year, 1, 3);
    case 'H': return at.Take(civil.hour, 1, 2);
    case 'I': return at.Take(civil.hour, 1, 2) && civil.hour >= 1 && civil.hour <= 12;
    case 'M': return at.Take(civil.minute, 1, 2);
    case 'S': return at.Take(civil.second, 1, 2);
    default: return false;
  }
}

Misfit TakeDirective(char directive, Cursor& at, Civil& civil, Extra& extra) {
  const auto fits = [](bool taken) { return taken ? Misfit::None : Misfit::NotOne; };
  switch (directive) {
    case 'f': return TakeFraction(at, civil.micros);
    case 'b':
    case 'B': civil.month = TakeName(at, kMonths); return fits(civil.month > 0);
    case 'a':
    case 'A': return fits(TakeName(at, kWeekdays) > 0);
    case 'p': extra.afternoon = at.rest.starts_with('p') || at.rest.starts_with('P'); return fits(at.TakeWord("am") || at.TakeWord("pm"));
    case 'z': return at.StartsWithLetter() ? TakeZone(at) : fits(TakeOffset(at, civil.offset));
    case 'Z': return TakeZone(at);
    default: return fits(TakeNumber(directive, at, civil, extra));
  }
}

// `known`: the directives that values of the field have, one letter each.
Result<std::vector<FormatPart>> PartsOf(std::string_view format, std::string_view field, std::string_view known) {
  std::vector<FormatPart> parts;
  format = Trimmed(format);  // as each value is
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      parts.push_back({0, format[i]});
      continue;
    }
    if (i + 2 < format.size() && format[i + 1] == '-' && std::string_view("ymdjHIMS").find(format[i + 2]) != std::string_view::npos) ++i;
    const char directive = ++i < format.size() ? format[i] : ' ';
    if (directive != '%' && known.find(directive) == std::string_view::npos) {
      std::string message(field);
      message.append(" ").append(Shown(format)).append(": ").append(Shown(std::string{'%', directive})).append(" is unknown; known are ");
      for (const char one : known) message.append("%").append(1, one).append(" ");
      return Error{Fault::Invalid, "Invalid", message + "%%"};
    }
    parts.push_back(directive == '%' ? FormatPart{0, '%'} : FormatPart{directive, 0});
  }
  return parts;
}

// How many of the parts are one of these directives.
std::ptrdiff_t Count(const std::vector<FormatPart>& parts, std::string_view directives) {
  return std::count_if(parts.begin(), parts.end(), [directives](const FormatPart& part) { return directives.find(part.directive) != std::string_view::npos; });
}

// Whether a number's end would be a guess if it had one digit.
bool TouchesAnother(const std::vector<FormatPart>& parts, std::size_t i) {
  const auto may_be_digit = [&parts](std::size_t j) { return parts[j].directive != 0 || (parts[j].literal >= '0' && parts[j].literal <= '9'); };
  return (i > 0 && may_be_digit(i - 1)) || (i + 1 < parts.size() && may_be_digit(i + 1));
}

}  // namespace

Reading<std::int32_t> ParseDate(std::string_view text) {
  Cursor at{Trimmed(text)};
  Civil civil;
  if (!TakeDate(at, civil)) return {0, Misfit::NotOne};
  const auto days = DaysOf(civil.year, civil.month, civil.day);
  if (!days) return {0, Misfit::NotOne};
  if (at.Done()) return {*days, Misfit::None};
  // Programs without a date type write midnight.
  const auto instant = ParseTimestamp(text);
  if (!instant && instant.misfit != Misfit::TooPrecise) return {0, Misfit::NotOne};
  at.rest.remove_prefix(1);
  const std::size_t zeros = std::min(at.rest.find_first_not_of("0:."), at.rest.size());
  const std::string_view zone = Trimmed(at.rest.substr(zeros));
  if (zeros == 0 || !(zone.empty() || zone == "Z" || zone == "z")) return {0, Misfit::TooPrecise};
  return {*days, Misfit::None};
}

Reading<std::int64_t> ParseTimestamp(std::string_view text) {
  Cursor at{Trimmed(text)};
  Civil civil;
  if (!TakeDate(at, civil)) return {0, Misfit::NotOne};
  if (at.Done()) return MicrosOf(civil);
  if (!at.TakeOne("Tt ")) return {0, Misfit::NotOne};
  const Misfit time = TakeTime(at, civil);
  if (time == Misfit::NotOne) return {0, time};
  const bool blank = at.Take(' ');
  if (blank && at.Done()) return {0, Misfit::NotOne};
  if (!at.Done()) {
    const bool letter = at.StartsWithLetter();
    if (!(letter ? TakeUtc(at) : TakeOffset(at, civil.offset)) || !at.Done()) return {0, letter ? Misfit::NamedZone : Misfit::NotOne};
  }
  const auto micros = MicrosOf(civil);
  return micros && time != Misfit::None ? Reading<std::int64_t>{0, time} : micros;
}

Result<TimestampFormat> TimestampFormat::Compile(std::string_view format) {
  auto parts = PartsOf(format, "timestampFormat", "YymdjHIMSfpbBaAzZ");
  if (!parts.ok()) return parts.error();
  const auto has = [&parts](std::string_view any) { return Count(*parts, any) > 0; };
  if (!has("Yy") || !(has("j") || (has("mbB") && has("d"))))
    return Error{Fault::Invalid, "Invalid", "timestampFormat " + Shown(format) + " lacks year, month or day: write %Y, %m and %d"};
  TimestampFormat compiled;
  compiled.parts_ = std::move(parts).value();
  return compiled;
}

Reading<std::int64_t> TimestampFormat::Parse(std::string_view text) const {
  Cursor at{Trimmed(text)};
  Civil civil;
  Extra extra;
  Misfit worst = Misfit::None;
  for (const FormatPart& part : parts_) {
    if (part.directive == 0) {
      if (!at.Take(part.literal)) return {0, Misfit::NotOne};
      continue;
    }
    const Misfit misfit = TakeDirective(part.directive, at, civil, extra);
    if (misfit == Misfit::NotOne || misfit == Misfit::NamedZone) return {0, misfit};
    if (misfit != Misfit::None) worst = misfit;
  }
  if (!at.Done()) return {0, Misfit::NotOne};
  if (extra.afternoon) civil.hour = civil.hour % 12 + (*extra.afternoon ? 12 : 0);
  if (extra.day_of_year > 0) {
    civil.month = 1;
    civil.day = 1;
    const std::chrono::year year(civil.year);
    if (extra.day_of_year > (year.is_leap() ? 366 : 365)) return {0, Misfit::NotOne};
  }
  auto micros = MicrosOf(civil);
  if (micros && extra.day_of_year > 0) micros.value += (extra.day_of_year - 1) * kDay;
  return micros && worst != Misfit::None ? Reading<std::int64_t>{0, worst} : micros;
}

Result<DateFormat> DateFormat::Compile(std::string_view format) {
  auto parts = PartsOf(format, "dateFormat", "YymbBd");
  if (!parts.ok()) return parts.error();
  for (const char* one : {"Yy", "mbB", "d"})
    if (Count(*parts, one) != 1)
      return Error{Fault::Invalid, "Invalid", "dateFormat " + Shown(format) + " must have year, month and day exactly once each: write %Y, %m and %d"};
  DateFormat compiled;
  compiled.parts_ = std::move(parts).value();
  return compiled;
}

Reading<std::int32_t> DateFormat::Parse(std::string_view text) const {
  Cursor at{Trimmed(text)};
  Civil civil;
  Extra extra;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const FormatPart& part = parts_[i];
    if (part.directive == 0) {
      if (!at.Take(part.literal)) return {0, Misfit::NotOne};
      continue;
    }
    const bool of_digits = part.directive == 'm' || part.directive == 'd';
    if (of_digits && TouchesAnother(parts_, i) && !at.StartsWithTwoDigits()) return {0, Misfit::NotOne};
    if (TakeDirective(part.directive, at, civil, extra) != Misfit::None) return {0, Misfit::NotOne};
  }
  const auto days = DaysOf(civil.year, civil.month, civil.day);
  if (!at.Done() || !days) return {0, Misfit::NotOne};
  return {*days, Misfit::None};
}

}  // namespace weir::formats
