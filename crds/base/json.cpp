#include "crds/base/json.h"

#include <set>
#include <vector>

namespace weir {
namespace {

constexpr int kMaxDepth = 64;

// Builds the document through nlohmann's own DOM callback while it watches what the parser itself lets pass.
class StrictReader {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMaxDepth) return Refuse("is nested deeper than 64");
    switch (event) {
      case Json::parse_event_t::object_start: keys_.emplace_back(); return true;
      case Json::parse_event_t::object_end: keys_.pop_back(); return true;
      case Json::parse_event_t::key:
        if (!keys_.back().insert(parsed.get<std::string>()).second) return Refuse("has the key \"" + parsed.get<std::string>() + "\" twice");
        return true;
      default: return true;
    }
  }
  const std::string& problem() const { return problem_; }

 private:
  bool Refuse(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return true;
  }
  std::vector<std::set<std::string>> keys_;
  std::string problem_;
};

const Json kNull;

bool IsEmpty(const Json& value) { return value.is_null() || ((value.is_object() || value.is_array()) && value.empty()); }

}  // namespace

Result<Json> ParseJson(std::string_view text) {
  if (text.size() > 64 * 1024 * 1024) return Error{Fault::Invalid, "BadJson", "JSON text is larger than 64 MiB"};
  StrictReader strict;
  try {
    Json value = Json::parse(text.begin(), text.end(), std::ref(strict));
    if (!strict.problem().empty()) return Error{Fault::Invalid, "BadJson", "JSON text " + strict.problem()};
    return value;
  } catch (const Json::exception& e) {
    return Error{Fault::Invalid, "BadJson", std::string("not JSON: ") + e.what()};
  }
}

std::string Dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string DumpPretty(const Json& value) { return value.dump(2, ' ', false, Json::error_handler_t::replace); }

const Json& At(const Json& value, std::string_view key) {
  if (!value.is_object()) return kNull;
  const auto it = value.find(key);
  return it == value.end() ? kNull : *it;
}

std::string Text(const Json& value, std::string_view key) {
  const Json& member = At(value, key);
  return member.is_string() ? member.get<std::string>() : std::string();
}

std::int64_t Integer(const Json& value, std::string_view key, std::int64_t otherwise) {
  const Json& member = At(value, key);
  return member.is_number_integer() ? member.get<std::int64_t>() : otherwise;
}

bool SameJson(const Json& a, const Json& b) {
  if (IsEmpty(a) && IsEmpty(b)) return true;
  if (a.is_object() && b.is_object()) {
    for (const auto& [key, member] : a.items())
      if (!SameJson(member, At(b, key))) return false;
    for (const auto& [key, member] : b.items())
      if (!a.contains(key) && !IsEmpty(member)) return false;
    return true;
  }
  if (a.is_array() && b.is_array()) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!SameJson(a[i], b[i])) return false;
    return true;
  }
  return a == b;
}

}  // namespace weir
