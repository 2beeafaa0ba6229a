#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/describe/choice.h"
#include "crds/api/describe/describe.h"
#include "crds/api/describe/words.h"
#include "crds/base/json.h"
#include "crds/base/time.h"

namespace weir::api {

// Whole: for people and the API server; a number, flag or word stands there whatever it is. Canonical: for what is hashed or
// sent between releases; what equals its default is left out, so that a field which a later release adds, with a default,
// changes no text that was written without it.
enum class Form { Whole, Canonical };

// Turns a described object into JSON. Absent optionals, empty lists, maps and texts are left out in both forms, so that what
// is read back is equal and what the API server stores stays small. Used as the `field` of Describe.
template <Form kForm>
class FormWriter {
 public:
  // `defaults` is the object, in the same form, whose members need not be written; it outlives the writer.
  explicit FormWriter(const Json& defaults) : defaults_(defaults) {}

  template <typename T>
  void operator()(std::string_view name, const T& member, const Rules& rules) {
    if (IsAbsent(member)) return;
    Json value = Value(member);
    if (kForm == Form::Canonical && !rules.required && !rules.always && value == At(defaults_, name)) return;
    object_[std::string(name)] = std::move(value);
  }
  void Rule(const CelRule&) {}
  void OneOf(std::initializer_list<std::string_view>) {}
  template <typename... Ts>
  void OneOf(const Choice<Ts...>& choice) {
    choice.Visit([this](const auto& chosen) { object_[std::string(chosen.kField)] = Value(chosen); });
  }
  Json Take() { return std::move(object_); }

  static Json Value(const std::string& v) { return v; }
  static Json Value(bool v) { return v; }
  static Json Value(int v) { return v; }
  static Json Value(std::int64_t v) { return v; }
  static Json Value(Duration v) { return weir::Format(v); }
  static Json Value(Time v) { return v.us % 1'000'000 == 0 ? weir::Format(v) : FormatMicros(v); }
  static Json Value(const Json& v) { return v; }
  static Json Value(const std::map<std::string, std::string>& v) { return v; }
  template <Worded E>
  static Json Value(E v) {
    return std::string(Word(v));
  }
  template <typename T>
  static Json Value(const std::optional<T>& v) {
    return Value(*v);
  }
  template <typename T>
  static Json Value(const std::vector<T>& v) {
    Json list = Json::array();
    for (const T& item : v) list.push_back(Value(item));
    return list;
  }
  template <typename T>
  requires std::is_class_v<T>
  static Json Value(const T& v) {
    FormWriter inner(DefaultsOf<T>());
    Describe(inner, v);
    return inner.Take();
  }

 private:
  static const Json& Nothing() {
    static const Json nothing = Json::object();
    return nothing;
  }
  template <typename T>
  static const Json& DefaultsOf() {
    if constexpr (kForm == Form::Whole) {
      return Nothing();
    } else {
      static const Json defaults = [] {
        const T plain{};
        FormWriter all(Nothing());
        Describe(all, plain);
        return all.Take();
      }();
      return defaults;
    }
  }

  template <typename T>
  static bool IsAbsent(const T&) {
    return false;
  }
  template <typename T>
  static bool IsAbsent(const std::optional<T>& v) {
    return !v.has_value();
  }
  template <typename T>
  static bool IsAbsent(const std::vector<T>& v) {
    return v.empty();
  }
  static bool IsAbsent(const std::string& v) { return v.empty(); }
  static bool IsAbsent(const std::map<std::string, std::string>& v) { return v.empty(); }
  static bool IsAbsent(const Json& v) { return v.is_null(); }

  const Json& defaults_;
  Json object_ = Json::object();
};

using Writer = FormWriter<Form::Whole>;

template <typename T>
Json Write(const T& value) {
  return Writer::Value(value);
}

template <typename T>
Json WriteCanonical(const T& value) {
  return FormWriter<Form::Canonical>::Value(value);
}

}  // namespace weir::api
