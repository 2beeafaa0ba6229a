#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/describe.h"
#include "crds/base/json.h"
#include "crds/base/time.h"

namespace weir::api {

// Turns a described object into JSON. Absent optionals, empty lists, maps and texts are left out, so that what is read
// back is equal and what the API server stores stays small. Used as the `field` of Describe.
class Writer {
 public:
  template <typename T>
  void operator()(std::string_view name, const T& member, const Rules&) {
    if (!IsAbsent(member)) object_[std::string(name)] = Value(member);
  }
  void Rule(const CelRule&) {}
  void OneOf(std::initializer_list<std::string_view>) {}
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
    Writer inner;
    Describe(inner, v);
    return inner.Take();
  }

 private:
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

  Json object_ = Json::object();
};

template <typename T>
Json Write(const T& value) {
  return Writer::Value(value);
}

}  // namespace weir::api
