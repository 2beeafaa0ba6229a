#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crds/api/describe/describe.h"
#include "crds/api/describe/words.h"
#include "crds/api/describe/write.h"
#include "crds/base/json.h"
#include "crds/base/time.h"

namespace weir::schema {

// Keeps members in the order of insertion: generated files are read by people.
using Ordered = nlohmann::ordered_json;

// Whether a default may be written. Inside list items it may not: every client-side apply would send a patch for it,
// and Argo CD would see drift. In status it may not: the operator alone writes there.
enum class Defaults { Written, Withheld };

Ordered TextSchema(const api::Rules& rules);
Ordered NumberSchema(std::string_view format, const api::Rules& rules);
Ordered DurationSchema(const api::Rules& rules);
Ordered TimeSchema();
Ordered WordSchema(const std::vector<std::string_view>& words);
Ordered MapSchema(const api::Rules& rules);
Ordered ListSchema(Ordered items, const api::Rules& rules);
// The schema with the field's documentation and a sentence on what its change does.
Ordered Described(Ordered schema, const api::Rules& rules);
Ordered CelValidation(const api::CelRule& rule);
Ordered OneOfValidation(std::span<const std::string_view> members);

template <typename T>
Ordered ObjectSchema(Defaults defaults);

// Reads a Describe into a structural OpenAPI v3 schema. Used as its `field`.
class SchemaField {
 public:
  explicit SchemaField(Defaults defaults) : defaults_(defaults) {}

  template <typename T>
  void operator()(std::string_view name, const T& member, const api::Rules& rules) {
    Ordered schema = Described(Of(member, rules, defaults_), rules);
    if (defaults_ == Defaults::Written && !rules.required) AddDefault(schema, member);
    if (rules.required) required_.push_back(std::string(name));
    properties_[std::string(name)] = std::move(schema);
  }
  void Rule(const api::CelRule& rule) { validations_.push_back(CelValidation(rule)); }
  void OneOf(std::initializer_list<std::string_view> members) { validations_.push_back(OneOfValidation({members.begin(), members.size()})); }
  template <typename... Ts>
  void OneOf(const api::Choice<Ts...>& choice) {
    ((properties_[std::string(Ts::kField)] = Described(ObjectSchema<Ts>(defaults_), api::Rules{.doc = Ts::kDoc})), ...);
    validations_.push_back(OneOfValidation(choice.kFields));
  }
  Ordered Take();

 private:
  static Ordered Of(const std::string&, const api::Rules& rules, Defaults) { return TextSchema(rules); }
  static Ordered Of(bool, const api::Rules&, Defaults) { return {{"type", "boolean"}}; }
  static Ordered Of(int, const api::Rules& rules, Defaults) { return NumberSchema("int32", rules); }
  static Ordered Of(std::int64_t, const api::Rules& rules, Defaults) { return NumberSchema("int64", rules); }
  static Ordered Of(Duration, const api::Rules& rules, Defaults) { return DurationSchema(rules); }
  static Ordered Of(Time, const api::Rules&, Defaults) { return TimeSchema(); }
  static Ordered Of(const std::map<std::string, std::string>&, const api::Rules& rules, Defaults) { return MapSchema(rules); }
  template <api::Worded E>
  static Ordered Of(E, const api::Rules&, Defaults) {
    return WordSchema({api::Words<E>::kAll.begin(), api::Words<E>::kAll.end()});
  }
  template <typename T>
  static Ordered Of(const std::optional<T>&, const api::Rules& rules, Defaults defaults) {
    return Of(T{}, rules, defaults);
  }
  template <typename T>
  static Ordered Of(const std::vector<T>&, const api::Rules& rules, Defaults) {
    return ListSchema(Of(T{}, rules, Defaults::Withheld), rules);
  }
  template <typename T>
  requires std::is_class_v<T>
  static Ordered Of(const T&, const api::Rules&, Defaults defaults) { return ObjectSchema<T>(defaults); }

  // Only what is one value: the defaults of an object stand at its own members.
  template <typename T>
  static void AddDefault(Ordered& schema, const T& member) {
    if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, int> || std::is_same_v<T, std::int64_t> || std::is_same_v<T, Duration> || std::is_enum_v<T>)
      schema["default"] = Ordered(api::Writer::Value(member));
    if constexpr (std::is_same_v<T, std::string>)
      if (!member.empty()) schema["default"] = member;
  }

  Defaults defaults_;
  Ordered properties_ = Ordered::object();
  Ordered required_ = Ordered::array();
  Ordered validations_ = Ordered::array();
};

template <typename T>
Ordered ObjectSchema(Defaults defaults) {
  SchemaField field(defaults);
  const T self{};
  Describe(field, self);
  return field.Take();
}

}  // namespace weir::schema
