#include "crds/schema/openapi.h"

#include "crds/api/dataset.h"
#include "crds/api/describe/type_words.h"

namespace weir::schema {
namespace {

// Four groups of five digits and a unit, as ParseDuration takes them.
constexpr std::string_view kDurationPattern = "^([0-9]{1,5}(ms|s|m|h|d|w)){1,4}$";
constexpr int kLongestDuration = 28;
constexpr int kLongestTime = 35;

std::string CelDuration(std::int64_t ms) { return "duration('" + std::to_string(ms) + "ms')"; }

std::string_view ChangeSentence(api::Change change) {
  switch (change) {
    case api::Change::None: return "";
    case api::Change::InPlace: return " A change takes effect at once.";
    case api::Change::NextRun: return " A change takes effect with the next run.";
    case api::Change::NewRevision: return " A change makes a new revision.";
  }
  return "";
}

// The pattern alone would leave people to guess: the words of other systems are answered with ours.
Ordered KnownTypeValidation() {
  std::string words, map;
  for (const auto& [alias, type] : api::TypeAliases()) {
    words += (words.empty() ? "'" : ", '") + std::string(alias) + "'";
    map += (map.empty() ? "'" : ", '") + std::string(alias) + "': '" + std::string(type) + "'";
  }
  return {{"rule", "!(self.upperAscii() in [" + words + "])"},
          {"message", "is the word of another system; see the description for ours"},
          {"messageExpression", "'%s is not a column type: write %s'.format([self, {" + map + "}[self.upperAscii()]])"}};
}

}  // namespace

Ordered TextSchema(const api::Rules& rules) {
  Ordered schema{{"type", "string"}};
  if (rules.minLength > 0) schema["minLength"] = rules.minLength;
  schema["maxLength"] = rules.maxLength;
  if (!rules.pattern.empty()) schema["pattern"] = rules.pattern;
  if (rules.pattern == api::kTypePattern)
    schema["x-kubernetes-validations"] = Ordered::array({KnownTypeValidation(), Ordered{{"rule", api::kScaleRule}, {"message", api::kScaleMessage}}});
  return schema;
}

Ordered NumberSchema(std::string_view format, const api::Rules& rules) {
  Ordered schema{{"type", "integer"}, {"format", format}};
  if (rules.min) schema["minimum"] = *rules.min;
  if (rules.max) schema["maximum"] = *rules.max;
  return schema;
}

Ordered DurationSchema(const api::Rules& rules) {
  Ordered schema{{"type", "string"}, {"format", "duration"}, {"maxLength", kLongestDuration}, {"pattern", kDurationPattern}};
  Ordered bounds = Ordered::array();
  if (rules.min) bounds.push_back({{"rule", "self >= " + CelDuration(*rules.min)}, {"message", "must be at least " + Format(Duration{*rules.min})}});
  if (rules.max) bounds.push_back({{"rule", "self <= " + CelDuration(*rules.max)}, {"message", "may be at most " + Format(Duration{*rules.max})}});
  if (!bounds.empty()) schema["x-kubernetes-validations"] = bounds;
  return schema;
}

Ordered TimeSchema() { return {{"type", "string"}, {"format", "date-time"}, {"maxLength", kLongestTime}}; }

Ordered WordSchema(const std::vector<std::string_view>& words) { return {{"type", "string"}, {"enum", words}}; }

Ordered MapSchema(const api::Rules& rules) {
  Ordered schema{{"type", "object"}, {"additionalProperties", TextSchema(rules)}};
  schema["maxProperties"] = rules.maxItems;
  return schema;
}

Ordered ListSchema(Ordered items, const api::Rules& rules) {
  Ordered schema{{"type", "array"}, {"items", std::move(items)}};
  if (rules.minItems > 0) schema["minItems"] = rules.minItems;
  schema["maxItems"] = rules.maxItems;
  schema["x-kubernetes-list-type"] = rules.listKey.empty() ? "atomic" : "map";
  if (!rules.listKey.empty()) schema["x-kubernetes-list-map-keys"] = Ordered::array({rules.listKey});
  return schema;
}

Ordered Described(Ordered schema, const api::Rules& rules) {
  Ordered described{{"type", schema["type"]}, {"description", std::string(rules.doc) + std::string(ChangeSentence(rules.change))}};
  for (auto& [key, value] : schema.items())
    if (key != "type") described[key] = std::move(value);
  return described;
}

Ordered CelValidation(const api::CelRule& rule) {
  Ordered validation{{"rule", rule.rule}};
  if (!rule.message.empty()) validation["message"] = rule.message;
  if (!rule.messageExpression.empty()) validation["messageExpression"] = rule.messageExpression;
  if (!rule.fieldPath.empty()) validation["fieldPath"] = rule.fieldPath;
  if (!rule.reason.empty()) validation["reason"] = rule.reason;
  return validation;
}

Ordered OneOfValidation(std::span<const std::string_view> members) {
  std::string names, tests;
  for (const std::string_view member : members) {
    names += (names.empty() ? "" : ", ") + std::string(member);
    tests += (tests.empty() ? "has(self." : ", has(self.") + std::string(member) + ")";
  }
  return {{"rule", "[" + tests + "].filter(x, x).size() == 1"}, {"message", "must have exactly one of " + names}};
}

Ordered SchemaField::Take() {
  Ordered schema{{"type", "object"}};
  if (!required_.empty()) schema["required"] = std::move(required_);
  if (!properties_.empty()) schema["properties"] = std::move(properties_);
  if (!validations_.empty()) schema["x-kubernetes-validations"] = std::move(validations_);
  return schema;
}

}  // namespace weir::schema
