#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crds/api/describe/choice.h"
#include "crds/api/describe/describe.h"
#include "crds/api/describe/words.h"
#include "crds/base/json.h"
#include "crds/base/time.h"

namespace weir::api {

// One thing that is wrong with a document, with the path of the field: `spec.stages[0].name`.
struct Problem {
  enum class Kind { Value, Unknown, Missing, NoneOf };

  std::string path;
  std::string message;
  Kind kind = Kind::Value;
  std::vector<std::string> fields = {};  // Unknown: the known field that was meant, if one is near; NoneOf: of which one must be there

  // As people see it.
  bool operator==(const Problem& other) const { return path == other.path && message == other.message; }
};

// "spec.stages[0].name: is required; spec.owner: ..." in the order found.
std::string Join(const std::vector<Problem>& problems);

// Leaf checks, shared by every field; each appends to `problems` and answers whether the value may be stored.
bool CheckText(const std::string& value, const Rules& rules, const std::string& path, std::vector<Problem>& problems);
bool CheckNumber(std::int64_t value, const Rules& rules, const std::string& path, std::vector<Problem>& problems);
bool CheckCount(std::size_t items, const Rules& rules, const std::string& path, std::vector<Problem>& problems);
void CheckUnknown(const Json& object, const std::vector<std::string_view>& known, const std::string& path, std::vector<Problem>& problems);
void CheckKeys(const Json& list, std::string_view key, const std::string& path, std::vector<Problem>& problems);
std::string WrongType(const Json& value, std::string_view wanted);
std::string Suggest(std::string_view word, const std::vector<std::string_view>& known);  // " (did you mean X?)" or ""
Error NewerFormat(std::int64_t format, int known);

// What a field is that the type does not have: a person's mistake, or something that a later release has added.
enum class Unknown { IsAProblem, IsLaterRelease };

// Fills a described object from JSON; collects every problem instead of stopping at the first. Used as the `field` of
// Describe.
class Reader {
 public:
  Reader(const Json& object, std::string path, std::vector<Problem>& problems, Unknown unknown = Unknown::IsAProblem)
      : object_(object), path_(std::move(path)), problems_(problems), unknown_(unknown) {}

  template <typename T>
  void operator()(std::string_view name, T& member, const Rules& rules) {
    known_.push_back(name);
    const std::string path = path_.empty() ? std::string(name) : path_ + "." + std::string(name);
    const Json& value = At(object_, name);
    if (value.is_null()) {
      if (rules.required) problems_.push_back({path, "is required: " + std::string(rules.doc), Problem::Kind::Missing});
      return;
    }
    Take(value, member, rules, path);
  }
  void Rule(const CelRule&) {}
  void OneOf(std::initializer_list<std::string_view> members) { CheckOneOf({members.begin(), members.size()}); }
  template <typename... Ts>
  void OneOf(Choice<Ts...>& choice) {
    choice = {};
    choice.ForEach([&]<typename T>() {
      std::optional<T> one;
      (*this)(T::kField, one, Rules{.doc = T::kDoc});
      if (one) choice = std::move(*one);
    });
    CheckOneOf(choice.kFields);
  }
  void Finish() {
    if (unknown_ == Unknown::IsAProblem) CheckUnknown(object_, known_, path_, problems_);
  }

 private:
  void CheckOneOf(std::span<const std::string_view> members);
  void Take(const Json& value, std::string& out, const Rules& rules, const std::string& path);
  void Take(const Json& value, bool& out, const Rules& rules, const std::string& path);
  void Take(const Json& value, int& out, const Rules& rules, const std::string& path);
  void Take(const Json& value, std::int64_t& out, const Rules& rules, const std::string& path);
  void Take(const Json& value, Duration& out, const Rules& rules, const std::string& path);
  void Take(const Json& value, Time& out, const Rules& rules, const std::string& path);
  void Take(const Json& value, Json& out, const Rules&, const std::string&) { out = value; }
  void Take(const Json& value, std::map<std::string, std::string>& out, const Rules& rules, const std::string& path);

  template <Worded E>
  void Take(const Json& value, E& out, const Rules&, const std::string& path) {
    const std::vector<std::string_view> words(Words<E>::kAll.begin(), Words<E>::kAll.end());
    const auto found = value.is_string() ? FromWord<E>(value.get_ref<const std::string&>()) : std::nullopt;
    if (found)
      out = *found;
    else
      problems_.push_back({path, NotAWord(value, words)});
  }
  template <typename T>
  void Take(const Json& value, std::optional<T>& out, const Rules& rules, const std::string& path) {
    T inner{};
    Take(value, inner, rules, path);
    out = std::move(inner);
  }
  template <typename T>
  void Take(const Json& value, std::vector<T>& out, const Rules& rules, const std::string& path) {
    if (!value.is_array()) return problems_.push_back({path, WrongType(value, "a list")});
    if (!CheckCount(value.size(), rules, path, problems_)) return;
    if (!rules.listKey.empty()) CheckKeys(value, rules.listKey, path, problems_);
    out.clear();
    for (std::size_t i = 0; i < value.size(); ++i) {
      T item{};
      Take(value[i], item, rules, path + "[" + std::to_string(i) + "]");
      out.push_back(std::move(item));
    }
  }
  template <typename T>
  requires std::is_class_v<T>
  void Take(const Json& value, T& out, const Rules&, const std::string& path) {
    if (!value.is_object()) return problems_.push_back({path, WrongType(value, "a mapping")});
    out = T{};
    Reader inner(value, path, problems_, unknown_);
    Describe(inner, out);
    inner.Finish();
  }
  std::string NotAWord(const Json& value, const std::vector<std::string_view>& words) const;

  const Json& object_;
  std::string path_;
  std::vector<Problem>& problems_;
  Unknown unknown_;
  std::vector<std::string_view> known_;
};

// Reads a described object; what was wrong is appended to `problems`. The answer holds what could be read.
template <typename T>
T Read(const Json& value, const std::string& path, std::vector<Problem>& problems, Unknown unknown = Unknown::IsAProblem) {
  T out{};
  if (!value.is_object()) {
    problems.push_back({path, WrongType(value, "a mapping")});
    return out;
  }
  Reader reader(value, path, problems, unknown);
  Describe(reader, out);
  reader.Finish();
  return out;
}

// As Read, with every problem joined into one Fault::Invalid error.
template <typename T>
Result<T> ReadStrict(const Json& value, const std::string& path = "") {
  std::vector<Problem> problems;
  T out = Read<T>(value, path, problems);
  if (!problems.empty()) return Error{Fault::Invalid, "InvalidSpec", Join(problems)};
  return out;
}

// As ReadStrict, for what another release of this program wrote (docs/compatibility.md): fields that are not known are passed
// over. A document whose `format` is higher than T::kFormat holds something that must not be passed over: Fault::Invalid,
// NewerFormat.
template <typename T>
Result<T> ReadWire(const Json& value, const std::string& path = "") {
  const std::int64_t format = Integer(value, "format", 1);
  if (format > T::kFormat) return NewerFormat(format, T::kFormat);
  std::vector<Problem> problems;
  T out = Read<T>(value, path, problems, Unknown::IsLaterRelease);
  if (!problems.empty()) return Error{Fault::Invalid, "InvalidSpec", Join(problems)};
  return out;
}

}  // namespace weir::api
