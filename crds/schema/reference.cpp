#include <utility>

#include "crds/api/pattern_words.h"
#include "crds/base/text.h"
#include "crds/schema/crdgen.h"

namespace weir::schema {
namespace {

using Text = std::string;

// In Markdown tables a bar ends the cell, also inside code.
Text Cell(const Text& text) {
  Text cell;
  for (const char c : text) cell += c == '|' ? Text("\\|") : Text(1, c);
  return cell;
}

Text Code(const Text& text) { return "`" + Cell(text) + "`"; }

const Ordered& Inner(const Ordered& schema) { return schema["type"] == "array" ? schema["items"] : schema; }

Text TypeOf(const Ordered& schema) {
  if (schema["type"] == "array") return "list of " + TypeOf(schema["items"]);
  if (schema.contains("additionalProperties")) return "map of strings";
  if (schema.contains("enum")) return "enum";
  const Text format = schema.value("format", ""), type = schema["type"].get<Text>();
  if (format == "duration") return "duration";
  if (format == "date-time") return "time";
  if (type == "string") return "string";
  return type == "object" ? "mapping" : type;
}

void Add(Text& text, const Text& more) { text += (text.empty() ? "" : "; ") + more; }

// "3 to 63 characters"
void AddBounds(Text& text, const Ordered& schema, const char* low, const char* high, const Text& unit) {
  const bool min = schema.contains(low), max = schema.contains(high);
  if (min && max)
    Add(text, schema[low].dump() + " to " + schema[high].dump() + unit);
  else if (max)
    Add(text, "at most " + schema[high].dump() + unit);
  else if (min)
    Add(text, "at least " + schema[low].dump() + unit);
}

Text BoundsOf(const Ordered& schema) {
  Text text;
  AddBounds(text, schema, "minItems", "maxItems", " items");
  if (schema.contains("x-kubernetes-list-map-keys")) Add(text, "no two with one " + schema["x-kubernetes-list-map-keys"][0].get<Text>());
  const Ordered& inner = Inner(schema);
  if (inner.contains("enum")) {
    Text words;
    for (const Ordered& word : inner["enum"]) words += (words.empty() ? "" : ", ") + word.get<Text>();
    Add(text, words);
  }
  if (inner.contains("format") && inner["type"] == "string") {
    for (const Ordered& rule : inner.value("x-kubernetes-validations", Ordered::array())) Add(text, rule["message"].get<Text>());
    return text;
  }
  AddBounds(text, inner, "minLength", "maxLength", " characters");
  AddBounds(text, inner, "minimum", "maximum", "");
  if (inner.contains("pattern")) Add(text, Cell(api::FormOf(inner["pattern"].get<Text>())) + ": " + Code(inner["pattern"].get<Text>()));
  return text;
}

bool Requires(const Ordered& object, const Text& name) {
  for (const Ordered& required : object.value("required", Ordered::array()))
    if (required == name) return true;
  return false;
}

Text Row(const Ordered& object, const Text& name, const Ordered& schema) {
  Text presence = Requires(object, name) ? "required" : "";
  if (schema.contains("default") && !schema["default"].is_structured())
    presence = Code(schema["default"].is_string() ? schema["default"].get<Text>() : schema["default"].dump());
  return "| " + Code(name) + " | " + TypeOf(schema) + " | " + presence + " | " + BoundsOf(schema) + " | " + Cell(schema.value("description", "")) + " |\n";
}

// One table for each object, in the order in which a person meets them.
void Tables(const Text& path, const Ordered& schema, Text& page) {
  const Ordered& object = Inner(schema);
  if (!object.contains("properties")) return;
  page += "\n## " + path + (schema["type"] == "array" ? "[]" : "") + "\n\n" + schema.value("description", "") +
          "\n\n| field | type | default | bounds | meaning |\n|---|---|---|---|---|\n";
  for (const auto& [name, member] : object["properties"].items()) page += Row(object, name, member);
  for (const Ordered& rule : object.value("x-kubernetes-validations", Ordered::array())) {
    const Text field = rule.value("fieldPath", Text());
    page += "\nRule" + (field.empty() ? Text() : " of `" + field.substr(1) + "`") + ": " + rule["message"].get<Text>() + ".\n";
  }
  for (const auto& [name, member] : object["properties"].items()) Tables(path + (schema["type"] == "array" ? "[]." : ".") + name, member, page);
}

Text ColumnList(const Kind& kind) {
  Text list;
  for (const PrinterColumn& column : kind.columns) list += (list.empty() ? "" : ", ") + Text(column.name) + (column.width == Width::Wide ? " (wide)" : "");
  return list;
}

}  // namespace

std::string ReferencePage(const Kind& kind) {
  const Ordered definition = Definition(kind);
  const Ordered& root = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
  Text page = "<!-- " + Text(GeneratedNote()) + " -->\n# " + Text(kind.resource.kind) + "\n\n" + Text(kind.doc) + "\n\n";
  page += "`" + Text(api::kApiVersion) + "`, short name `" + Text(kind.shortName) + "`. Its name has at most " + std::to_string(kind.nameMaxLength) +
          " characters and matches " + Code(Text(kind.namePattern)) + ".\n\n";
  page += "`kubectl get " + Text(kind.resource.plural) + ".weirkeeper.io` shows " + ColumnList(kind) + ".\n";
  if (!kind.selectable.empty()) page += "Field selectors: `" + Text(kind.selectable.front().substr(1)) + "`.\n";
  for (const api::CelRule& rule : kind.rules) page += "\nOnce published: " + Text(rule.message) + ".\n";
  Tables("spec", root["properties"]["spec"], page);
  Tables("status", root["properties"]["status"], page);
  return page;
}

std::string ConditionsPage() {
  Text page = "<!-- " + Text(GeneratedNote()) + " -->\n# Conditions\n\n";
  page += "Each condition has the generation that it describes; `lastTransitionTime` changes only when `status` flips.\n\n| type | meaning |\n|---|---|\n";
  for (const std::string_view word : api::Words<api::ConditionType>::kAll)
    page += "| " + Code(Text(word)) + " | " + Cell(Text(Meaning(*api::FromWord<api::ConditionType>(word)))) + " |\n";
  page += "\n## Reasons\n\nA closed set; each has a heading in the runbook.\n\n";
  for (const std::string_view word : api::Words<api::Reason>::kAll) page += "- [" + Text(word) + "](../operations/runbook.md#" + Lower(word) + ")\n";
  return page;
}

std::string_view GeneratedNote() { return "Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`."; }

}  // namespace weir::schema
