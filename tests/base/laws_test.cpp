#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "crds/base/name.h"
#include "crds/base/time.h"

// Laws that hold for every input, tried on random ones. ctest fixes the seed (RC_PARAMS); without it each call of the
// program tries others.
namespace weir {
namespace {

// Few letters and many hyphens: what collides must come up often.
rc::Gen<std::string> AnyLabel(int longest) {
  return rc::gen::map(rc::gen::container<std::string>(rc::gen::element('a', 'b', '1', '-', '-')), [longest](std::string text) {
    text = "a" + text.substr(0, static_cast<std::size_t>(longest));
    while (text.back() == '-') text.pop_back();
    return text;
  });
}

// The words in parts: joined with '-' except where a new part begins.
std::vector<std::string> Parts(const std::vector<std::string>& words, const std::vector<bool>& begins) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i == 0 || begins[i])
      parts.push_back(words[i]);
    else
      parts.back() += "-" + words[i];
  }
  return parts;
}

TEST(NameLaws, DifferentPartsHaveDifferentNames) {
  EXPECT_TRUE(rc::check([] {
    const auto words = *rc::gen::container<std::vector<std::string>>(6, rc::gen::element<std::string>("a", "b", "1"));
    const auto one = Parts(words, *rc::gen::container<std::vector<bool>>(6, rc::gen::arbitrary<bool>()));
    const auto other = Parts(words, *rc::gen::container<std::vector<bool>>(6, rc::gen::arbitrary<bool>()));
    RC_PRE(one.size() == other.size());
    RC_ASSERT((DerivedName(one) == DerivedName(other)) == (one == other));
  }));
}

TEST(NameLaws, NamesAreLabelsOfTheAllowedLength) {
  EXPECT_TRUE(rc::check([] {
    const auto parts = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(AnyLabel(50)));
    const auto limit = *rc::gen::inRange<std::size_t>(20, 64);
    const std::string name = DerivedName(parts, limit);
    RC_ASSERT(IsDnsLabel(name));
    RC_ASSERT(name.size() <= limit);
  }));
}

TEST(DurationLaws, WhatIsWrittenIsReadAsTheSame) {
  EXPECT_TRUE(rc::check([] {
    const Duration duration{*rc::gen::inRange<std::int64_t>(0, 99'999LL * 86'400'000)};
    const auto read = ParseDuration(Format(duration));
    RC_ASSERT(read.ok());
    RC_ASSERT(*read == duration);
  }));
}

TEST(TimeLaws, WhatIsWrittenIsReadAsTheSame) {
  EXPECT_TRUE(rc::check([] {
    const Time time{*rc::gen::inRange<std::int64_t>(-2'208'988'800'000'000, 32'503'680'000'000'000)};  // 1900 to 3000
    const auto read = ParseTime(FormatMicros(time));
    RC_ASSERT(read.ok());
    RC_ASSERT(*read == time);
  }));
}

}  // namespace
}  // namespace weir
