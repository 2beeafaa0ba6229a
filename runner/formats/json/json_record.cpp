#include "runner/formats/json/json_record.h"

#include <simdjson.h>

#include <deque>
#include <unordered_map>

#include "runner/formats/columns/title.h"
#include "runner/formats/encoding/utf8.h"

namespace weir::formats {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(kJsonPadding >= simdjson::SIMDJSON_PADDING);

constexpr std::size_t kMostKeys = 100'000;       // of one record, and that are remembered
constexpr std::size_t kMostKeyBytes = 16 << 20;  // of those that are remembered

std::size_t SkipDigits(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

// By RFC 8259: no sign but '-', no zero in front, digits on both sides of a point.
bool IsNumber(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = SkipDigits(text, at);
  if (whole == at || (text[at] == '0' && whole > at + 1)) return false;
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = SkipDigits(text, at + 1);
    if (fraction == at + 1) return false;
    at = fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t power = SkipDigits(text, at);
    if (power == at) return false;
    at = power;
  }
  return at == text.size();
}

JsonProblem ProblemOf(simdjson::error_code error) { return error == simdjson::UTF8_ERROR ? JsonProblem::NotUtf8 : JsonProblem::Broken; }

JsonProblem Scalar(std::string_view token, JsonValue& value) {
  value = {JsonValue::Kind::Number, token};
  if (token == "null")
    value.kind = JsonValue::Kind::Null;
  else if (token == "true" || token == "false")
    value.kind = JsonValue::Kind::Boolean;
  else if (!IsNumber(token))
    return JsonProblem::NotAValue;
  return JsonProblem::None;
}

// Of "..." with its quotes.
JsonProblem String(ondemand::value& json, std::string_view token, JsonValue& value) {
  if (token.size() < 2 || token.back() != '"') return JsonProblem::Broken;
  const std::string_view raw = token.substr(1, token.size() - 2);
  value = {JsonValue::Kind::String, raw};
  if (raw.find('\\') == std::string_view::npos) return JsonProblem::None;
  value.rewritten = true;
  if (json.get_string().get(value.text) != simdjson::SUCCESS) return JsonProblem::NoCharacter;
  return ValidUtf8(value.text) == value.text.size() ? JsonProblem::None : JsonProblem::NoCharacter;
}

JsonProblem Key(ondemand::field& field, std::string_view& key) {
  const char* const raw = field.key().raw();
  const char* end = raw;
  while (*end != '"' && *end != '\\') ++end;
  key = {raw, static_cast<std::size_t>(end - raw)};
  if (*end == '"') return JsonProblem::None;
  if (field.unescaped_key().get(key) != simdjson::SUCCESS) return JsonProblem::NoCharacter;
  return ValidUtf8(key) == key.size() ? JsonProblem::None : JsonProblem::NoCharacter;
}

JsonProblem Verify(ondemand::value& json);

// What no column takes apart must be valid all the same.
JsonProblem VerifyObject(ondemand::value& json) {
  ondemand::object object;
  if (const auto error = json.get_object().get(object)) return ProblemOf(error);
  for (auto entry : object) {
    ondemand::field field;
    if (const auto error = std::move(entry).get(field)) return ProblemOf(error);
    std::string_view key;
    if (const JsonProblem problem = Key(field, key); problem != JsonProblem::None) return problem;
    if (const JsonProblem problem = Verify(field.value()); problem != JsonProblem::None) return problem;
  }
  return JsonProblem::None;
}

JsonProblem VerifyArray(ondemand::value& json) {
  ondemand::array array;
  if (const auto error = json.get_array().get(array)) return ProblemOf(error);
  for (auto entry : array) {
    ondemand::value item;
    if (const auto error = std::move(entry).get(item)) return ProblemOf(error);
    if (const JsonProblem problem = Verify(item); problem != JsonProblem::None) return problem;
  }
  return JsonProblem::None;
}

JsonProblem Verify(ondemand::value& json) {
  const std::string_view token = WithoutSpace(json.raw_json_token());
  JsonValue ignored;
  switch (token.empty() ? '\0' : token.front()) {
    case '{': return VerifyObject(json);
    case '[': return VerifyArray(json);
    case '"': return String(json, token, ignored);
    default: return Scalar(token, ignored);
  }
}

}  // namespace

class JsonRecordReader::Reading {
 public:
  Reading(std::vector<std::string> names, bool every) : every_(every), keys_(std::move(names)), named_(keys_.size()) {
    for (std::size_t i = 0; i < named_; ++i) ids_.emplace(keys_[i], i);
  }

  JsonProblem Read(std::string_view record) {
    values_.assign(named_, {});
    fields_.clear();
    culprit_.clear();
    rewritten_.clear();
    Forget();
    ++record_;
    ondemand::document document;
    const simdjson::padded_string_view padded(record.data(), record.size(), record.size() + kJsonPadding);
    if (const auto error = parser_.iterate(padded).get(document)) return ProblemOf(error);
    ondemand::object object;
    if (const auto error = document.get_object().get(object)) return ProblemOf(error);
    std::size_t place = 0;
    for (auto entry : object) {
      ondemand::field field;
      if (const auto error = std::move(entry).get(field)) return ProblemOf(error);
      if (place == kMostKeys) return JsonProblem::TooManyKeys;
      if (const JsonProblem problem = TakeField(document, field, place++); problem != JsonProblem::None) return problem;
    }
    return JsonProblem::None;
  }

  std::vector<std::string> OtherKeys() const { return {keys_.begin() + static_cast<std::ptrdiff_t>(named_), keys_.end()}; }

  const bool every_;
  std::vector<JsonValue> values_;
  std::vector<Field> fields_;
  std::string culprit_;

 private:
  JsonProblem TakeField(ondemand::document& document, ondemand::field& field, std::size_t place) {
    std::string_view written;
    if (const JsonProblem problem = Key(field, written); problem != JsonProblem::None) return problem;
    const std::size_t id = IdOf(written, place);
    const std::string& key = keys_[id];
    if (seen_[id] == record_) return Blame(key, JsonProblem::DuplicateKey);
    seen_[id] = record_;
    const bool kept = every_ || id < named_;
    JsonValue value;
    const JsonProblem problem = kept ? Take(document, field.value(), value) : Verify(field.value());
    if (problem != JsonProblem::None) return Blame(key, problem);
    if (id < named_) values_[id] = value;
    if (every_) fields_.push_back({key, value, key == written});
    return JsonProblem::None;
  }

  JsonProblem Blame(std::string_view key, JsonProblem problem) {
    culprit_ = key;
    return problem;
  }

  JsonProblem Take(ondemand::document& document, ondemand::value& json, JsonValue& value) {
    const std::string_view token = WithoutSpace(json.raw_json_token());
    const char first = token.empty() ? '\0' : token.front();
    if (first == '"') {
      const JsonProblem problem = String(json, token, value);
      const bool nul = problem == JsonProblem::None && value.text.find('\0') != std::string_view::npos;
      return nul ? JsonProblem::Nul : problem;
    }
    if (first != '{' && first != '[') return Scalar(token, value);
    const char* const begin = token.data();
    if (const JsonProblem problem = Verify(json); problem != JsonProblem::None) return problem;
    const char* end = nullptr;
    if (document.current_location().get(end) != simdjson::SUCCESS) return JsonProblem::Broken;
    value = {JsonValue::Kind::Nested, Minified(WithoutSpace({begin, static_cast<std::size_t>(end - begin)})), true};
    return JsonProblem::None;
  }

  std::string_view Minified(std::string_view json) {
    std::string& text = rewritten_.emplace_back(json.size() + simdjson::SIMDJSON_PADDING, '\0');
    std::size_t size = 0;
    if (simdjson::minify(json.data(), json.size(), text.data(), size) != simdjson::SUCCESS) return json;
    text.resize(size);
    return text;
  }

  // Most records have the keys of the one before, in the same order.
  std::size_t IdOf(std::string_view key, std::size_t place) {
    if (place < order_.size() && keys_[order_[place]] == key) return order_[place];
    const auto [at, added] = ids_.try_emplace(TitleOf(key), keys_.size());
    if (added) {
      keys_.push_back(at->first);
      key_bytes_ += at->first.size();
    }
    seen_.resize(keys_.size());
    if (place >= order_.size()) order_.resize(place + 1);
    return order_[place] = at->second;
  }

  // Memory stays bounded, however many keys a file has.
  void Forget() {
    seen_.resize(keys_.size());
    if (keys_.size() <= named_ + kMostKeys && key_bytes_ <= kMostKeyBytes) return;
    key_bytes_ = 0;
    for (std::size_t i = named_; i < keys_.size(); ++i) ids_.erase(keys_[i]);
    keys_.resize(named_);
    seen_.resize(named_);
    order_.clear();
  }

  ondemand::parser parser_;
  std::vector<std::string> keys_;  // those that were asked for, then others; their places are ids
  const std::size_t named_;
  std::unordered_map<std::string, std::size_t> ids_;
  std::vector<std::size_t> order_;  // ids of the keys of the record before
  std::size_t key_bytes_ = 0;       // of keys that nobody asked for
  std::vector<std::int64_t> seen_;  // by id: the last record with this key
  std::int64_t record_ = 0;
  std::deque<std::string> rewritten_;
};

JsonRecordReader::JsonRecordReader(std::vector<std::string> names) : reading_(std::make_unique<Reading>(std::move(names), false)) {}
JsonRecordReader::JsonRecordReader() : reading_(std::make_unique<Reading>(std::vector<std::string>{}, true)) {}
JsonRecordReader::~JsonRecordReader() = default;

JsonProblem JsonRecordReader::Read(std::string_view record) { return reading_->Read(record); }
const std::vector<JsonValue>& JsonRecordReader::Values() const { return reading_->values_; }
const std::vector<JsonRecordReader::Field>& JsonRecordReader::Fields() const { return reading_->fields_; }
std::vector<std::string> JsonRecordReader::OtherKeys() const { return reading_->OtherKeys(); }
const std::string& JsonRecordReader::Culprit() const { return reading_->culprit_; }

}  // namespace weir::formats
