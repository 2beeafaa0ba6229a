#include "cli/manifests/schema_fields.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <utility>

#include "crds/base/text.h"

namespace weir::cli {
namespace {

using schema::Ordered;

constexpr std::size_t kMostPlaces = 3;
constexpr std::size_t kMostAllowed = 24;

// Schemas are built anew at each call and are needed for mistakes only. Not thread-safe, as the command is not.
const Ordered& SpecOf(const schema::Kind& kind) {
  static std::map<std::string_view, Ordered> built;
  const auto found = built.find(kind.resource.kind);
  return found != built.end() ? found->second : built.emplace(kind.resource.kind, kind.spec()).first->second;
}

const Ordered& Inner(const Ordered& schema) { return schema.value("type", "") == "array" ? schema["items"] : schema; }

// "land" and "from" of "land.from"; "stages" of "stages[3]".
std::vector<std::string> StepsOf(std::string_view path) {
  std::vector<std::string> steps;
  std::string step;
  bool index = false;
  for (const char c : path) {
    if (c == '.' && !index) {
      steps.push_back(std::exchange(step, ""));
    } else if (c == '[') {
      index = true;
    } else if (c == ']') {
      index = false;
    } else if (!index) {
      step += c;
    }
  }
  steps.push_back(step);
  return steps;
}

// Schema of the field at "spec.stages[3].land"; null where the kind has none.
const Ordered* SchemaAt(const schema::Kind& kind, std::string_view path) {
  const std::vector<std::string> steps = StepsOf(path);
  if (steps.front() != "spec") return nullptr;
  const Ordered* at = &SpecOf(kind);
  for (std::size_t i = 1; i < steps.size(); ++i) {
    const Ordered& object = Inner(*at);
    if (object.contains("additionalProperties")) return &object["additionalProperties"];
    if (!object.contains("properties") || !object["properties"].contains(steps[i])) return nullptr;
    at = &object["properties"][steps[i]];
  }
  return at;
}

void Collect(const Ordered& schema, const std::string& path, const std::string& name, std::vector<std::string>& places) {
  const Ordered& object = Inner(schema);
  if (!object.contains("properties")) return;
  const std::string at = path + (schema.value("type", "") == "array" ? "[]" : "");
  for (const auto& [member, inner] : object["properties"].items()) {
    if (member == name) places.push_back(at + "." + member);
    Collect(inner, at + "." + member, name, places);
  }
}

std::string Listed(const std::vector<std::string>& words, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), most); ++i) text += (i == 0 ? "" : ", ") + words[i];
  return text + (words.size() > most ? " and " + std::to_string(words.size() - most) + " more" : "");
}

std::pair<std::string, std::string> ParentAndName(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? std::pair<std::string, std::string>{"", path} : std::pair{path.substr(0, dot), path.substr(dot + 1)};
}

std::vector<std::string> MembersOf(const Ordered& schema) {
  std::vector<std::string> members;
  const Ordered& object = Inner(schema);
  if (!object.contains("properties")) return members;
  for (const auto& [member, inner] : object["properties"].items()) members.push_back(member);
  return members;
}

std::string PlaceOrAllowed(const schema::Kind& kind, const std::string& path) {
  const auto [parent, name] = ParentAndName(path);
  std::vector<std::string> places;
  Collect(SpecOf(kind), "spec", name, places);
  if (name == "labels" || name == "annotations" || name == "name" || name == "namespace") places.insert(places.begin(), "metadata." + name);
  if (name == "metadata" || name == "spec") places = {name + " at the top of the object"};
  if (!places.empty()) return "; a field of this name is " + Listed(places, kMostPlaces);
  const Ordered* schema = SchemaAt(kind, parent);
  const std::vector<std::string> allowed = schema == nullptr ? std::vector<std::string>{} : MembersOf(*schema);
  // One that is near was named already.
  if (allowed.empty() || !api::Suggest(name, {allowed.begin(), allowed.end()}).empty()) return "";
  return "; " + parent + " takes " + Listed(allowed, kMostAllowed);
}

// Whether an object of the spec has no field of that name. A name that no kind could have is half of something else.
bool IsUnknownInSpec(const schema::Kind& kind, const std::string& path) {
  const auto [parent, name] = ParentAndName(path);
  const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
  const Ordered* object = SchemaAt(kind, parent);
  return is_name && object != nullptr && !MembersOf(*object).empty() && SchemaAt(kind, path) == nullptr;
}

// Whether the field is an entry of a map, whose names are free.
bool IsMapEntry(const schema::Kind& kind, const std::string& path) {
  const Ordered* object = SchemaAt(kind, ParentAndName(path).first);
  return object != nullptr && Inner(*object).contains("additionalProperties");
}

std::string WhatToWrite(const Ordered& schema) {
  const std::string type = schema.value("type", "");
  if (type == "object") return "has no value; write {} for one without fields of its own, or remove it";
  if (type == "array") return "has no value; write [] for an empty list, or remove it";
  if (type != "string" || schema.contains("enum")) return "has no value; write one, or remove it";
  return "has no value; a `#` begins a comment in YAML: quote a text that begins with it, such as '#', or remove the field";
}

void CollectNulls(const Json& value, const std::string& path, std::vector<std::string>& nulls) {
  if (value.is_object())
    for (const auto& [key, member] : value.items()) {
      if (member.is_null()) nulls.push_back(path + "." + key);
      CollectNulls(member, path + "." + key, nulls);
    }
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i) CollectNulls(value[i], path + "[" + std::to_string(i) + "]", nulls);
}

// The value at "spec.schema.keys[0]"; null where there is none.
const Json& ValueAt(const Json& object, std::string_view path) {
  static const Json kNone;
  const Json* at = &object;
  while (!path.empty() && !at->is_null()) {
    if (path.front() == '.') path.remove_prefix(1);
    if (path.starts_with('[')) {
      const auto index = static_cast<std::size_t>(std::atoll(std::string(path.substr(1)).c_str()));
      at = at->is_array() && index < at->size() ? &(*at)[index] : &kNone;
      path.remove_prefix(std::min(path.find(']'), path.size() - 1) + 1);
      continue;
    }
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    at = &At(*at, path.substr(0, end));
    path.remove_prefix(end);
  }
  return *at;
}

// By the first field that a mapping must have, where a text or a list of texts can be its value; else empty.
std::string AsMapping(const Ordered& schema, const Json& value) {
  const Ordered& object = Inner(schema);
  const bool list = value.is_array() && !value.empty() && value.front().is_string();
  if (!object.contains("properties") || !object.contains("required") || (!value.is_string() && !list)) return "";
  const std::string member = object["required"][0].get<std::string>();
  const Ordered& field = object["properties"][member];
  const bool takes_list = field.value("type", "") == "array" && Inner(field).value("type", "") == "string";
  if (!takes_list && (list || field.value("type", "") != "string")) return "";
  if (!takes_list) return OneLine("; write {" + member + ": " + value.get<std::string>() + "}");
  std::string items;
  for (const Json& item : list ? value : Json::array({value})) items += (items.empty() ? "" : ", ") + (item.is_string() ? item.get<std::string>() : Dump(item));
  return OneLine("; write {" + member + ": [" + items + "]}");
}

// Whether an unknown field of the object at `path` stands for one of `choices`: by its name, or because it is a mapping as they
// are, or because one of them has a field of that name.
bool StandsForOneOf(const schema::Kind& kind, const Json& object, const std::string& path, const api::Problem& unknown,
                    const std::vector<std::string>& choices) {
  const auto is_choice = [&choices](std::string_view name) { return std::find(choices.begin(), choices.end(), name) != choices.end(); };
  if (!unknown.fields.empty()) return is_choice(unknown.fields.front());
  if (ValueAt(object, unknown.path).is_object()) return true;
  std::vector<std::string> places;
  if (const Ordered* schema = SchemaAt(kind, path)) Collect(Inner(*schema), "", ParentAndName(unknown.path).second, places);
  return std::any_of(places.begin(), places.end(), [&](const std::string& place) { return is_choice(place.substr(1, place.find_first_of(".[", 1) - 1)); });
}

bool IsConsequence(const schema::Kind& kind, const Json& object, const api::Problem& problem, const std::vector<api::Problem>& all) {
  const bool required = problem.kind == api::Problem::Kind::Missing;
  if (!required && problem.kind != api::Problem::Kind::NoneOf) return false;
  const std::vector<std::string>& choices = problem.fields;
  const auto [parent, name] = ParentAndName(problem.path);
  const std::string& path = required ? parent : problem.path;
  return std::any_of(all.begin(), all.end(), [&](const api::Problem& other) {
    const auto [beside, field] = ParentAndName(other.path);
    if (beside != path) return false;
    if (other.kind != api::Problem::Kind::Unknown) return std::find(choices.begin(), choices.end(), field) != choices.end();
    return required ? other.fields == std::vector{name} : StandsForOneOf(kind, object, path, other, choices);
  });
}

}  // namespace

void DropConsequences(const schema::Kind& kind, const Json& object, std::vector<api::Problem>& problems) {
  const std::vector<api::Problem> all = problems;
  std::erase_if(problems, [&](const api::Problem& problem) { return IsConsequence(kind, object, problem, all); });
}

void AddExamples(const schema::Kind& kind, const Json& object, std::vector<api::Problem>& problems) {
  constexpr std::string_view kViews = ", Views, not ", kMeant = " (did you mean Views?)";
  for (api::Problem& problem : problems) {
    if (kind.resource == api::kDatasets && problem.path == "spec.zone") {
      if (const std::size_t at = problem.message.find(kViews); at != std::string::npos) problem.message.replace(at, kViews.size(), ", not ");
      if (problem.message.ends_with(kMeant)) problem.message.resize(problem.message.size() - kMeant.size());
    }
    if (!problem.message.starts_with("must be a mapping, not ")) continue;
    if (const Ordered* schema = SchemaAt(kind, problem.path)) problem.message += AsMapping(*schema, ValueAt(object, problem.path));
  }
}

void AddPlaces(const schema::Kind& kind, Unknown unknown, std::vector<api::Problem>& problems) {
  for (api::Problem& problem : problems) {
    // What counts the rest of them has the path of the object.
    const bool is_one = unknown == Unknown::Every ? !problem.path.empty() && problem.path != "metadata" : IsUnknownInSpec(kind, problem.path);
    if (is_one) problem.message += PlaceOrAllowed(kind, problem.path);
  }
}

void CheckValues(const schema::Kind& kind, const Json& object, std::vector<api::Problem>& problems) {
  std::vector<std::string> nulls;
  CollectNulls(At(object, "spec"), "spec", nulls);
  for (const std::string& path : nulls) {
    const Ordered* schema = SchemaAt(kind, path);
    const auto is_there = [&path](const api::Problem& p) { return p.path == path; };
    // Of an entry of a map the reader has said it; of a field it says at most that it is required.
    if (schema == nullptr || (IsMapEntry(kind, path) && std::any_of(problems.begin(), problems.end(), is_there))) continue;
    std::erase_if(problems, is_there);
    problems.push_back({path, WhatToWrite(*schema)});
  }
}

}  // namespace weir::cli
