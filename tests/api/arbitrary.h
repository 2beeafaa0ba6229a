#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <random>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "crds/api/describe/write.h"

namespace weir::api {

// Another reading of Describe: fills an object with values that its rules allow, the same for the same seed. Every member
// is sometimes absent, and of a one-of exactly one is set.
class Arbitrary {
 public:
  explicit Arbitrary(std::mt19937_64& random) : random_(random) {}

  template <typename T>
  void operator()(std::string_view name, T& member, const Rules& rules) {
    const bool present = rules.required || Chance(2);
    if (present) Fill(member, rules);
    members_[name] = {[&member, rules, this] { Fill(member, rules); }, [&member] { member = T{}; }};
  }
  void Rule(const CelRule&) {}
  void OneOf(std::initializer_list<std::string_view> names) {
    const std::size_t chosen = Below(names.size());
    std::size_t i = 0;
    for (const std::string_view name : names) (i++ == chosen ? members_.at(name).first : members_.at(name).second)();
  }
  template <typename... Ts>
  void OneOf(Choice<Ts...>& choice) {
    const std::size_t chosen = Below(sizeof...(Ts));
    std::size_t i = 0;
    choice.ForEach([&]<typename T>() {
      T one{};
      Fill(one, Rules{});
      if (i++ == chosen) choice = std::move(one);
    });
  }

 private:
  std::size_t Below(std::size_t n) { return random_() % n; }
  bool Chance(std::size_t n) { return Below(n) == 0; }
  std::int64_t Between(std::int64_t low, std::int64_t high) { return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1)); }

  void Fill(std::string& out, const Rules& rules) {
    static const std::array<std::string, 16> kTexts{
        "a",          "a-b",    "abc_1",           "DECIMAL(10,2)", "TIMESTAMP",        "500m",       "4Gi", "https://example.org", "s3-bucket",
        "part/of/it", "ä € 漢", "SELECT 1 AS one", "yes",           "\"quoted\" \\ \n", "2027-01-31", "5%"};
    for (int tries = 0; tries < 1000; ++tries) {
      std::string text = kTexts.at(Below(kTexts.size()));
      if (!rules.pattern.starts_with('^')) text += std::string(Below(3), 'x') + std::string(static_cast<std::size_t>(rules.minLength), 'y');
      const bool fits = text.size() >= static_cast<std::size_t>(rules.minLength) && text.size() <= static_cast<std::size_t>(rules.maxLength);
      if (fits && Matches(text, rules.pattern)) return void(out = text);
    }
    out = rules.maxLength == 1 ? ";" : out;
  }
  static bool Matches(const std::string& text, std::string_view pattern) {
    static std::map<std::string_view, std::regex> compiled;
    if (pattern.empty()) return true;
    const auto found = compiled.try_emplace(pattern, std::string(pattern)).first;
    return std::regex_search(text, found->second);
  }
  void Fill(bool& out, const Rules&) { out = Chance(2); }
  void Fill(int& out, const Rules& rules) { out = static_cast<int>(Between(rules.min.value_or(-1), rules.max.value_or(1'000'000))); }
  void Fill(std::int64_t& out, const Rules& rules) { out = Between(rules.min.value_or(-1), rules.max.value_or(std::int64_t{1} << 53)); }
  void Fill(Duration& out, const Rules& rules) { out.ms = Between(rules.min.value_or(0), rules.max.value_or(99'999LL * 86'400'000)); }
  void Fill(Time& out, const Rules&) { out.us = Between(0, 4'000'000'000) * 1'000'000 + (Chance(2) ? Between(0, 999'999) : 0); }
  void Fill(std::map<std::string, std::string>& out, const Rules& rules) {
    for (std::size_t i = Below(3); i > 0; --i) Fill(out["key-" + std::to_string(i)], rules);
  }
  template <Worded E>
  void Fill(E& out, const Rules&) {
    out = static_cast<E>(Below(Words<E>::kAll.size()));
  }
  template <typename T>
  void Fill(std::optional<T>& out, const Rules& rules) {
    T value{};
    Fill(value, rules);
    out = std::move(value);
  }
  template <typename T>
  void Fill(std::vector<T>& out, const Rules& rules) {
    out.clear();
    const std::size_t most = std::min<std::size_t>(static_cast<std::size_t>(rules.maxItems), 4);
    std::vector<std::string> keys;
    for (std::size_t i = std::max<std::size_t>(1, Below(most + 1)); i > 0; --i) {
      T value{};
      Fill(value, rules);
      const Json json = Writer::Value(value);
      const std::string key = rules.listKey.empty() ? std::to_string(i) : Text(json, rules.listKey);
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
      keys.push_back(key);
      out.push_back(std::move(value));
    }
  }
  template <typename T>
  requires std::is_class_v<T>
  void Fill(T& out, const Rules&) {
    out = T{};
    Arbitrary inner(random_);
    Describe(inner, out);
  }

  std::mt19937_64& random_;
  std::map<std::string_view, std::pair<std::function<void()>, std::function<void()>>> members_;
};

template <typename T>
T Any(std::mt19937_64& random) {
  T value{};
  Arbitrary field(random);
  Describe(field, value);
  return value;
}

}  // namespace weir::api
