#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>

namespace weir::api {

// One declaration per type, read in several ways (parser, writer, OpenAPI schema, reference page):
//
//   struct RetryPolicy { int maxAttempts = 3; Duration backoff = Duration::Seconds(30); };
//   void Describe(auto&& field, Of<RetryPolicy> auto& self) {
//     field("maxAttempts", self.maxAttempts, Rules{.doc = "Attempts before the stage fails permanently.", .min = 1, .max = 100});
//     field("backoff", self.backoff, Rules{.doc = "Delay before the first retry; doubles after each."});
//   }
//
// `field` is a reading. It is called once per member, in the order in which a person would write them. A member that is
// std::optional or a list or carries a default is optional; `required` says otherwise. What is absent keeps the value
// that a default-constructed object has.
template <typename T, typename U>
concept Of = std::same_as<std::remove_const_t<T>, U>;

// What a change of a field does to what runs, as `kubectl explain` tells it.
enum class Change { None, InPlace, NextRun, NewRevision };

// Meaning and bounds of one field. Text bounds are in characters as Kubernetes counts them, list bounds in items.
struct Rules {
  std::string_view doc{};  // one or two sentences; required
  bool required = false;
  bool always = false;                // stands in the canonical form even where it equals its default (write.h)
  std::optional<std::int64_t> min{};  // numbers
  std::optional<std::int64_t> max{};
  int minLength = 0;  // strings, and map values
  int maxLength = 256;
  std::string_view pattern{};  // strings: RE2 syntax, anchored by the writer
  int minItems = 0;            // lists
  int maxItems = 64;
  std::string_view listKey{};  // lists of named things: listType=map with this key; duplicates are refused
  Change change = Change::None;
};

// A CEL rule (Kubernetes x-kubernetes-validations) at the object in which it is declared: `field.Rule({...})`. The parser
// has no CEL: what a rule says is said again in operator/plan (validation, contract) for `weir check` and the
// controllers, and a test holds the two readings against each other on a real API server. `field.OneOf({"a", "b"})`
// declares that exactly one of the members is set, for every reading; `field.OneOf(self.choice)` the same of a Choice (choice.h).
struct CelRule {
  std::string_view rule{};
  std::string_view message{};
  std::string_view messageExpression{};  // wins over message where set
  std::string_view fieldPath{};          // ".spec.columns": where kubectl points to
  std::string_view reason{};             // FieldValueInvalid | FieldValueForbidden | FieldValueRequired; empty = Invalid
};

}  // namespace weir::api
