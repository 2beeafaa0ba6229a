#include "crds/base/time.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <optional>

#include "crds/base/text.h"

namespace weir {
namespace {

namespace ch = std::chrono;

struct Unit {
  std::string_view name;
  std::int64_t ms;
};

constexpr std::int64_t kLongestMs = 99'999LL * 86'400'000;  // days of five digits, so that Format can always write it

constexpr std::array<Unit, 6> kUnits{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}}};

Error BadDuration(std::string_view text) {
  return {Fault::Invalid, "BadDuration", Quoted(text) + " is not a duration: write numbers with units ms, s, m, h, d or w, such as 90s, 2h30m or 1d"};
}

Error BadTime(std::string_view text) { return {Fault::Invalid, "BadTime", Quoted(text) + " is no RFC 3339 time such as 2026-01-02T03:04:05Z"}; }

// Reads exactly `width` digits at `pos`, or nothing.
std::optional<int> Digits(std::string_view text, std::size_t pos, std::size_t width) {
  if (pos + width > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = pos; i < pos + width; ++i) {
    if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

struct Civil {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

std::optional<Civil> ReadCivil(std::string_view text) {
  const auto year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
  const auto hour = Digits(text, 11, 2), minute = Digits(text, 14, 2), second = Digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const bool separators = text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == 't') && text[13] == ':' && text[16] == ':';
  const ch::year_month_day date{ch::year{*year}, ch::month{static_cast<unsigned>(*month)}, ch::day{static_cast<unsigned>(*day)}};
  if (!separators || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return Civil{*year, *month, *day, *hour, *minute, *second};
}

std::int64_t Micros(const Civil& c) {
  const ch::sys_days day = ch::year_month_day{ch::year{c.year}, ch::month{static_cast<unsigned>(c.month)}, ch::day{static_cast<unsigned>(c.day)}};
  const std::int64_t seconds = day.time_since_epoch().count() * 86'400LL + c.hour * 3600LL + c.minute * 60LL + c.second;
  return seconds * 1'000'000;
}

// `Z` or an offset; the answer is what must be subtracted, in minutes.
std::optional<int> ReadOffset(std::string_view rest) {
  if (rest == "Z" || rest == "z") return 0;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  const auto hours = Digits(rest, 1, 2), minutes = Digits(rest, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return (rest[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

// Of the years that have four digits, so that Format can always write it.
constexpr Time kFirst = Time::FromSeconds(-62'167'219'200), kLast{253'402'300'799'999'999};

Civil ToCivil(Time time) {
  time = std::clamp(time, kFirst, kLast);
  const ch::sys_time<ch::microseconds> point{ch::microseconds{time.us}};
  const ch::sys_days day = ch::floor<ch::days>(point);
  const ch::year_month_day date{day};
  const ch::hh_mm_ss clock{ch::floor<ch::seconds>(point - day)};
  return {int(date.year()),           int(unsigned(date.month())),  int(unsigned(date.day())),
          int(clock.hours().count()), int(clock.minutes().count()), int(clock.seconds().count())};
}

template <typename... Args>
std::string Print(const char* format, Args... args) {
  char buffer[64];
  const int n = std::snprintf(buffer, sizeof buffer, format, args...);
  return std::string(buffer, static_cast<std::size_t>(n));
}

}  // namespace

Result<Duration> ParseDuration(std::string_view text) {
  std::int64_t total = 0;
  std::size_t pos = 0;
  int groups = 0;
  while (pos < text.size()) {
    std::int64_t number = 0;
    const std::size_t start = pos;
    while (pos < text.size() && pos - start <= 5 && std::isdigit(static_cast<unsigned char>(text[pos])) != 0) number = number * 10 + (text[pos++] - '0');
    if (pos == start || pos - start > 5 || ++groups > 4) return BadDuration(text);
    std::size_t end = pos;
    while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) ++end;
    std::int64_t unit = 0;
    for (const Unit& u : kUnits)
      if (u.name == text.substr(pos, end - pos)) unit = u.ms;
    if (unit == 0) return BadDuration(text);
    total += number * unit;
    pos = end;
  }
  if (groups == 0 || total > kLongestMs) return BadDuration(text);
  return Duration{total};
}

std::string Format(Duration duration) {
  if (duration.ms == 0) return "0s";
  std::string text = duration.ms < 0 ? "-" : "";
  std::int64_t rest = duration.ms < 0 ? -duration.ms : duration.ms;
  // Four groups at most: where all five units would stand, seconds are written as milliseconds.
  const bool crowded = rest >= kUnits[4].ms && rest % kUnits[4].ms >= kUnits[3].ms && rest % kUnits[3].ms >= kUnits[2].ms && rest % kUnits[1].ms > 0;
  for (const Unit& unit : {kUnits[4], kUnits[3], kUnits[2], kUnits[1], kUnits[0]}) {
    if (crowded && unit.name == "s") continue;
    if (const std::int64_t n = rest / unit.ms; n > 0) text += std::to_string(n) + std::string(unit.name);
    rest %= unit.ms;
  }
  return text;
}

Result<Time> ParseTime(std::string_view text) {
  const auto civil = text.size() >= 20 ? ReadCivil(text) : std::nullopt;
  if (!civil) return BadTime(text);
  std::size_t pos = 19;
  std::int64_t fraction = 0;
  if (text[pos] == '.') {
    std::int64_t scale = 100'000;
    const std::size_t start = ++pos;
    for (; pos < text.size() && std::isdigit(static_cast<unsigned char>(text[pos])) != 0; ++pos, scale /= 10) fraction += (text[pos] - '0') * scale;
    if (pos == start) return BadTime(text);
  }
  const auto offset = ReadOffset(text.substr(pos));
  if (!offset) return BadTime(text);
  const Time time{Micros(*civil) + fraction - *offset * 60'000'000LL};
  return time < kFirst || kLast < time ? Result<Time>(BadTime(text)) : Result<Time>(time);
}

std::string Format(Time time) {
  const Civil c = ToCivil(time);
  return Print("%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

std::string FormatMicros(Time time) {
  const Civil c = ToCivil(time);
  const std::int64_t fraction = ((time.us % 1'000'000) + 1'000'000) % 1'000'000;
  return Print("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", c.year, c.month, c.day, c.hour, c.minute, c.second, static_cast<int>(fraction));
}

std::string FormatCompact(Time time) {
  const Civil c = ToCivil(time);
  return Print("%04d%02d%02dt%02d%02d%02d", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

Time SystemClock::Now() const {
  const auto now = ch::system_clock::now().time_since_epoch();
  return Time{ch::duration_cast<ch::microseconds>(now).count()};
}

}  // namespace weir
