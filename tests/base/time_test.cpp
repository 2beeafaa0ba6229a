#include "crds/base/time.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace weir {
namespace {

std::int64_t Millis(std::string_view text) {
  const auto parsed = ParseDuration(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? parsed->ms : -1;
}

TEST(Durations, AreReadInEveryUnit) {
  EXPECT_EQ(Millis("500ms"), 500);
  EXPECT_EQ(Millis("90s"), 90'000);
  EXPECT_EQ(Millis("2h30m"), 9'000'000);
  EXPECT_EQ(Millis("13w"), Millis("91d"));
  EXPECT_EQ(Millis("1d2h3m4s"), 93'784'000);
  EXPECT_EQ(Millis("0s"), 0);
}

TEST(Durations, ThatAreNoneAreRefused) {
  for (const char* bad : {"", "5", "s", "1y", "1M", "-5s", "1.5h", " 1s", "1s ", "1 s", "123456s", "1s2s3s4s5s", "1h!", "99999w99999w"})
    EXPECT_FALSE(ParseDuration(bad).ok()) << bad;
  EXPECT_EQ(ParseDuration("soon").error().fault, Fault::Invalid);
  EXPECT_NE(ParseDuration("soon").error().message.find("2h30m"), std::string::npos);
}

TEST(Durations, AreWrittenInTheLargestUnits) {
  EXPECT_EQ(Format(Duration{0}), "0s");
  EXPECT_EQ(Format(Duration::Hours(36)), "1d12h");
  EXPECT_EQ(Format(Duration{1500}), "1s500ms");
  EXPECT_EQ(Format(Duration::Seconds(-90)), "-1m30s");
}

// The API server takes four groups at most, so a fifth unit may not appear.
TEST(Durations, OfAllFiveUnitsAreWrittenInFourGroups) {
  const Duration all{Millis("1d1h1m1s") + 1};
  EXPECT_EQ(Format(all), "1d1h1m1001ms");
  EXPECT_EQ(Millis(Format(all)), all.ms);
}

TEST(Durations, ComeBackAsTheyWere) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t ms = static_cast<std::int64_t>(random() >> (1 + random() % 62)) % (99'999LL * 86'400'000);
    ASSERT_EQ(Millis(Format(Duration{ms})), ms) << Format(Duration{ms});
  }
}

std::int64_t Micros(std::string_view text) {
  const auto parsed = ParseTime(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? parsed->us : -1;
}

TEST(Times, AreReadWithFractionsAndOffsets) {
  EXPECT_EQ(Micros("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(Micros("2026-01-02T03:04:05Z"), 1'767'323'045'000'000);
  EXPECT_EQ(Micros("2026-01-02T03:04:05.000006Z"), 1'767'323'045'000'006);
  EXPECT_EQ(Micros("2026-01-02T03:04:05.1234567890Z"), 1'767'323'045'123'456);
  EXPECT_EQ(Micros("2026-01-02T05:04:05+02:00"), Micros("2026-01-02T03:04:05Z"));
  EXPECT_EQ(Micros("2026-01-01T22:34:05-04:30"), Micros("2026-01-02T03:04:05Z"));
  EXPECT_EQ(Micros("2024-02-29T00:00:00z"), Micros("2024-02-28T00:00:00Z") + 86'400'000'000);
}

TEST(Times, ThatAreNoneAreRefused) {
  for (const char* bad : {"", "2026-01-02", "2026-01-02T03:04:05", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-02T24:00:00Z",
                          "2026-01-02 03:04:05Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+2:00", "2026-01-02T03:04:05Zx", "abcd-01-02T03:04:05Z"})
    EXPECT_FALSE(ParseTime(bad).ok()) << bad;
}

TEST(Times, ComeBackAsTheyWere) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 2'000; ++i) {
    const Time time{static_cast<std::int64_t>(random() % 8'000'000'000'000'000) - 1'000'000'000'000'000};
    EXPECT_EQ(Micros(FormatMicros(time)), time.us) << FormatMicros(time);
  }
}

// Found by the fuzzer: an offset leads out of the years that have four digits, and what was written was not read again.
TEST(Times, OutsideTheCalendarAreRefused) {
  for (const char* outside : {"9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01"}) EXPECT_FALSE(ParseTime(outside).ok()) << outside;
  EXPECT_EQ(FormatMicros(Time{Micros("9999-12-31T23:59:59.999999Z")}), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(Format(Time{Micros("0000-01-01T00:00:00Z")}), "0000-01-01T00:00:00Z");
  EXPECT_EQ(Format(Time{std::numeric_limits<std::int64_t>::max()}), "9999-12-31T23:59:59Z") << "bounded, whatever the number";
}

TEST(Times, BeforeTheEpochAreWrittenRight) {
  EXPECT_EQ(Format(Time{-1}), "1969-12-31T23:59:59Z");
  EXPECT_EQ(FormatMicros(Time{-1}), "1969-12-31T23:59:59.999999Z");
}

TEST(Times, InNamesAreCompact) { EXPECT_EQ(FormatCompact(Time{Micros("2026-01-02T03:04:05Z")}), "20260102t030405"); }

}  // namespace
}  // namespace weir
