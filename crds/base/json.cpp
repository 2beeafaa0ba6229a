#include "crds/base/json.h"

#include <limits>
#include <vector>

#include "crds/base/text.h"

namespace weir {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kLongestProblem = 500;  // the parser quotes what it read last, however long

// Builds a document from the parser's events, and sees what nlohmann's own builder lets pass.
class StrictBuilder final : public nlohmann::json_sax<Json> {
 public:
  explicit StrictBuilder(std::string_view passed_over) : passed_over_(passed_over) {}
  Json Take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

  bool null() override { return Add(nullptr), true; }
  bool boolean(bool value) override { return Add(value), true; }
  bool number_integer(number_integer_t value) override { return Add(value), true; }
  bool number_unsigned(number_unsigned_t value) override { return Add(value), true; }
  bool number_float(number_float_t value, const string_t&) override { return Add(value), true; }
  bool string(string_t& value) override { return Add(value), true; }
  bool binary(binary_t&) override { return Refuse("holds binary data"); }
  bool start_object(std::size_t) override { return Open(Json::value_t::object); }
  bool start_array(std::size_t) override { return Open(Json::value_t::array); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    if (Passes()) return true;
    if (!passed_over_.empty() && name == passed_over_) return passes_ = true;
    const auto [at, fresh] = open_.back()->get_ref<Json::object_t&>().emplace(name, nullptr);
    member_ = &at->second;
    return fresh || Refuse("has the key " + Quoted(name) + " twice");
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& e) override {
    problem_ = "not JSON: " + OneLine(Cut(e.what(), kLongestProblem));
    return false;
  }

 private:
  bool Passes() const { return passes_ || passed_depth_ > 0; }

  bool Refuse(const std::string& problem) {
    problem_ = "JSON text " + problem;
    return false;
  }

  template <typename Value>
  Json* Add(const Value& value) {
    if (Passes()) return passes_ = false, nullptr;
    if (open_.empty()) return &(root_ = value);
    if (open_.back()->is_array()) return &open_.back()->emplace_back(value);
    return &(*member_ = value);
  }

  bool Open(Json::value_t type) {
    if (open_.size() + passed_depth_ >= kMaxDepth) return Refuse("is nested deeper than 64");
    if (Passes()) return passes_ = false, ++passed_depth_ > 0;
    open_.push_back(Add(Json(type)));
    return true;
  }

  bool Close() {
    if (passed_depth_ > 0)
      --passed_depth_;
    else
      open_.pop_back();
    return true;
  }

  const std::string_view passed_over_;
  Json root_;
  std::vector<Json*> open_;       // the containers that the parser is in, outermost first
  Json* member_ = nullptr;        // of the innermost object, whose value comes next
  bool passes_ = false;           // the value that comes next is passed over
  std::size_t passed_depth_ = 0;  // containers that the parser is in and that are passed over
  std::string problem_;
};

const Json kNull;

bool IsEmpty(const Json& value) { return value.is_null() || ((value.is_object() || value.is_array()) && value.empty()); }

}  // namespace

Result<Json> ParseJson(std::string_view text, std::string_view passed_over) {
  if (text.size() > 64 * 1024 * 1024) return Error{Fault::Invalid, "BadJson", "JSON text is larger than 64 MiB"};
  StrictBuilder builder(passed_over);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return Error{Fault::Invalid, "BadJson", builder.problem()};
  return builder.Take();
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
  if (member.is_number_unsigned() && member.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return otherwise;
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
