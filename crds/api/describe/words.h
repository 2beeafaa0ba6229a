#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

namespace weir::api {

// The words of an enumeration, by which YAML, JSON and messages name its enumerators: `kAll`, an array in the order of
// the enumerators, which count from 0. WEIR_ENUM and WEIR_ENUM_SPELT declare both from one list.
template <typename E>
struct Words;

template <typename E>
concept Worded = std::is_enum_v<E> && requires {
  Words<E>::kAll.size();
};

template <Worded E>
constexpr std::string_view Word(E value) {
  return Words<E>::kAll.at(static_cast<std::size_t>(value));
}

template <Worded E>
constexpr std::optional<E> FromWord(std::string_view word) {
  for (std::size_t i = 0; i < Words<E>::kAll.size(); ++i)
    if (Words<E>::kAll[i] == word) return static_cast<E>(i);
  return std::nullopt;
}

constexpr bool IsInName(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// Names in "A, B, C", which is what the preprocessor makes of the list of a WEIR_ENUM: each comment and line end is a space.
// 0 if there is anything else: "A = 1", whose value would break the order of the words, or a comma at the end.
constexpr std::size_t CountNames(std::string_view list) {
  std::size_t count = 1;
  char before = ',';
  bool apart = false;  // a space stands behind `before`
  for (const char c : list) {
    if (c == ',' ? before == ',' : c != ' ' && (!IsInName(c) || (apart && before != ','))) return 0;
    if (c == ',') ++count;
    apart = c == ' ';
    if (!apart) before = c;
  }
  return before == ',' ? 0 : count;
}

// The N names of such a list, as parts of it.
template <std::size_t N>
constexpr std::array<std::string_view, N> SplitNames(std::string_view list) {
  static_assert(N > 0, "WEIR_ENUM takes names without values");
  std::array<std::string_view, N> names;
  std::size_t at = 0;
  for (std::string_view& name : names) {
    while (!IsInName(list[at])) ++at;
    const std::size_t begin = at;
    while (at < list.size() && IsInName(list[at])) ++at;
    name = list.substr(begin, at - begin);
  }
  return names;
}

// Declared with a WEIR_ENUM, in whatever namespace. Its list is split where its words are used, since most sources that
// include a declaration never ask for them.
template <typename E>
concept Listed = std::is_enum_v<E> && requires(E value) {
  ListOfNames(value);
};
template <Listed E>
struct Words<E> {
  static constexpr std::string_view kList = ListOfNames(E{});
  static constexpr std::array<std::string_view, CountNames(kList)> kAll = SplitNames<CountNames(kList)>(kList);
};

}  // namespace weir::api

// Declares `enum class Name { A, B, C }` with the words "A", "B", "C", at namespace scope:
//
//   WEIR_ENUM(Stability, Alpha, Stable);
//
// Comments may stand between enumerators; values may not. A macro, since nothing else in C++20 gives the name of an
// enumerator as text: docs/decisions/008-one-list-for-an-enumeration.md.
#define WEIR_ENUM(Name, ...)       \
  enum class Name { __VA_ARGS__ }; \
  constexpr std::string_view ListOfNames(Name) { return #__VA_ARGS__; }

// The same, in namespace weir::api, for words that are spelt otherwise than the enumerators. `Rows` is a macro:
//
//   #define WEIR_SIDES(row) row(Left, "left-hand") row(Right, "right-hand")
//   WEIR_ENUM_SPELT(Side, WEIR_SIDES);
//   #undef WEIR_SIDES
#define WEIR_ENUM_SPELT(Name, Rows)                                                      \
  enum class Name { Rows(WEIR_ENUMERATOR) };                                             \
  template <>                                                                            \
  struct Words<Name> {                                                                   \
    static constexpr auto kAll = std::to_array<std::string_view>({Rows(WEIR_SPELLING)}); \
  }
#define WEIR_ENUMERATOR(enumerator, word) enumerator,
#define WEIR_SPELLING(enumerator, word) word,
