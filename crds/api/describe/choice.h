#pragma once

#include <array>
#include <concepts>
#include <cstdlib>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace weir::api {

// Exactly one of several things, each written under a field of its own: `land: {...}` or `accept: {...}`. An alternative is a
// described struct that carries the name of that field and its documentation:
//
//   struct LandStage {
//     static constexpr std::string_view kField = "land";
//     static constexpr std::string_view kDoc = "Bring files into Landing.";
//     std::string into;
//   };
//   struct Stage { std::string name; Choice<LandStage, AcceptStage> work; };
//   void Describe(auto&& field, Of<Stage> auto& self) { field("name", ...); field.OneOf(self.work); }
//
// Where the choice is the whole object, as in `format: {csv: {...}}`, it is a field like any other: field("format", self.format, ...).
// Empty is only what was default-constructed, or read from an object that a Problem was reported of. Who handles the kinds one
// by one does it with Visit and an overload for each: an alternative that is added then compiles nowhere until it is handled.
template <typename... Ts>
class Choice {
 public:
  static constexpr std::array<std::string_view, sizeof...(Ts)> kFields{Ts::kField...};

  Choice() = default;
  template <typename T>
  requires(std::same_as<std::remove_cvref_t<T>, Ts> || ...) Choice(T&& chosen) : chosen_(std::forward<T>(chosen)) {}  // NOLINT(google-explicit-constructor)

  bool IsEmpty() const { return chosen_.index() == 0; }
  template <typename T>
  bool Is() const {
    return std::holds_alternative<T>(chosen_);
  }
  // The alternative, or null when another one is chosen.
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&chosen_);
  }
  template <typename T>
  T* As() {
    return std::get_if<T>(&chosen_);
  }
  // The name of the chosen field, such as "land"; empty for none.
  std::string_view Field() const {
    return Visit([](const auto& chosen) { return std::string_view(chosen.kField); });
  }
  // What the overload for the chosen alternative returns. Of an empty choice: a default-constructed result, without a call; a
  // choice must not be empty where the result has no default.
  template <typename Visitor>
  auto Visit(Visitor&& visitor) const {
    using Answer = std::common_type_t<std::invoke_result_t<Visitor&, const Ts&>...>;
    return std::visit(
        [&visitor](const auto& chosen) -> Answer {
          if constexpr (!std::is_same_v<decltype(chosen), const std::monostate&>) {
            return visitor(chosen);
          } else if constexpr (std::is_default_constructible_v<Answer>) {
            return Answer{};
          } else if constexpr (!std::is_void_v<Answer>) {
            std::abort();
          }
        },
        chosen_);
  }
  // Calls f.operator()<T>() for each alternative, in order.
  template <typename F>
  static void ForEach(F&& f) {
    (f.template operator()<Ts>(), ...);
  }

  bool operator==(const Choice&) const = default;

 private:
  std::variant<std::monostate, Ts...> chosen_;
};

template <typename T>
inline constexpr bool kIsChoice = false;
template <typename... Ts>
inline constexpr bool kIsChoice<Choice<Ts...>> = true;

template <typename T>
requires kIsChoice<std::remove_const_t<T>>
void Describe(auto&& field, T& self) { field.OneOf(self); }

// Overloads in one object, for Visit.
template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <typename... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace weir::api
