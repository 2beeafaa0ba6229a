#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "crds/base/result.h"

namespace weir {

// A length of time in whole milliseconds. Text form as in the API: `1d`, `2h30m`, `500ms` (units ms s m h d w,
// a day is 24 h; no years, no months).
struct Duration {
  std::int64_t ms = 0;

  static constexpr Duration Millis(std::int64_t n) { return {n}; }
  static constexpr Duration Seconds(std::int64_t n) { return {n * 1000}; }
  static constexpr Duration Minutes(std::int64_t n) { return {n * 60'000}; }
  static constexpr Duration Hours(std::int64_t n) { return {n * 3'600'000}; }

  auto operator<=>(const Duration&) const = default;
  Duration operator+(Duration other) const { return {ms + other.ms}; }
  Duration operator-(Duration other) const { return {ms - other.ms}; }
  Duration operator*(std::int64_t n) const { return {ms * n}; }
};

// Fault::Invalid unless the text is one to four number-unit groups of at most 99999 days. ParseDuration(Format(d)) is d
// for every duration that was parsed.
Result<Duration> ParseDuration(std::string_view text);
std::string Format(Duration duration);

// An instant, microseconds since 1970-01-01T00:00:00Z. Text form is RFC 3339 in UTC; parsing accepts fractions and
// offsets. The Kubernetes API keeps metav1.Time to the second and MicroTime to the microsecond.
struct Time {
  std::int64_t us = 0;

  static constexpr Time FromSeconds(std::int64_t s) { return {s * 1'000'000}; }
  std::int64_t Seconds() const { return us / 1'000'000; }

  auto operator<=>(const Time&) const = default;
  Time operator+(Duration d) const { return {us + d.ms * 1000}; }
  Time operator-(Duration d) const { return {us - d.ms * 1000}; }
  Duration operator-(Time other) const { return {(us - other.us) / 1000}; }
};

Result<Time> ParseTime(std::string_view text);
std::string Format(Time time);         // 2026-01-02T03:04:05Z (to the second)
std::string FormatMicros(Time time);   // 2026-01-02T03:04:05.000006Z
std::string FormatCompact(Time time);  // 20260102t030405, usable inside an object name

// Source of the current time; tests and the simulation pass their own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

// The system's real-time clock. Safe from any thread.
class SystemClock final : public Clock {
 public:
  Time Now() const override;
};

}  // namespace weir
