#include "crds/schema/crdgen.h"

#include "crds/base/name.h"

namespace weir::schema {
namespace {

// What kubectl and kstatus read before the operator's first write.
Ordered PendingStatus(const Kind& kind) {
  Ordered conditions = Ordered::array();
  for (const api::ConditionType type : kind.pending)
    conditions.push_back({{"type", api::Word(type)},
                          {"status", "Unknown"},
                          {"reason", "Pending"},
                          {"message", "waits for the operator"},
                          {"lastTransitionTime", "1970-01-01T00:00:00Z"}});
  return {{"observedGeneration", -1}, {"conditions", conditions}};
}

Ordered WithDoc(Ordered schema, std::string_view doc) { return Described(std::move(schema), api::Rules{.doc = doc}); }

Ordered MetadataSchema(const Kind& kind) {
  const Ordered name{{"type", "string"}, {"maxLength", kind.nameMaxLength}, {"pattern", kind.namePattern}};
  return {{"type", "object"}, {"properties", {{"name", name}}}};
}

Ordered RootSchema(const Kind& kind) {
  Ordered status = WithDoc(kind.status(), "What the operator saw and did.");
  status["default"] = PendingStatus(kind);
  Ordered properties;
  properties["apiVersion"] = {{"type", "string"}};
  properties["kind"] = {{"type", "string"}};
  properties["metadata"] = MetadataSchema(kind);
  properties["spec"] = WithDoc(kind.spec(), kind.specDoc);
  properties["status"] = std::move(status);
  Ordered root{{"type", "object"}, {"description", kind.doc}, {"required", Ordered::array({"spec"})}, {"properties", std::move(properties)}};
  for (const api::CelRule& rule : kind.rules) root["x-kubernetes-validations"].push_back(CelValidation(rule));
  return root;
}

Ordered Columns(const Kind& kind) {
  Ordered columns = Ordered::array();
  for (const PrinterColumn& column : kind.columns) {
    Ordered entry{{"name", column.name}, {"jsonPath", column.path}, {"type", column.type}};
    if (column.width == Width::Wide) entry["priority"] = 1;
    columns.push_back(std::move(entry));
  }
  return columns;
}

Ordered Names(const Kind& kind) {
  const std::string word(kind.resource.kind), plural(kind.resource.plural);
  return {{"kind", word},
          {"listKind", word + "List"},
          {"plural", plural},
          {"singular", plural.substr(0, plural.size() - 1)},
          {"shortNames", Ordered::array({kind.shortName})},
          {"categories", Ordered::array({"weirkeeper"})}};
}

Ordered SpecOf(const Kind& kind) {
  Ordered version{{"name", kind.resource.version}, {"served", true}, {"storage", true}};
  version["schema"]["openAPIV3Schema"] = RootSchema(kind);
  version["subresources"]["status"] = Ordered::object();
  version["additionalPrinterColumns"] = Columns(kind);
  for (const std::string_view path : kind.selectable) version["selectableFields"].push_back({{"jsonPath", path}});
  return {{"group", kind.resource.group}, {"scope", "Namespaced"}, {"names", Names(kind)}, {"versions", Ordered::array({std::move(version)})}};
}

std::string HashOf(const Ordered& spec) { return StableHashText(spec.dump()); }

}  // namespace

Ordered Definition(const Kind& kind) {
  Ordered definition{{"apiVersion", api::kDefinitions.ApiVersion()}, {"kind", api::kDefinitions.kind}};
  Ordered& meta = definition["metadata"];
  meta["name"] = kind.resource.QualifiedName();
  Ordered spec = SpecOf(kind);
  meta["annotations"] = {{api::kAnnotationRelease, WEIR_VERSION}, {api::kAnnotationSchemaHash, HashOf(spec)}};
  definition["spec"] = std::move(spec);
  return definition;
}

std::string HashesHeader() {
  std::string text = "#pragma once\n\n#include <string_view>\n\nnamespace weir::schema {\n\n// " + std::string(GeneratedNote()) + "\n" +
                     "constexpr std::string_view HashOfDefinition(std::string_view plural) {\n";
  for (const Kind& kind : Kinds()) text += "  if (plural == \"" + std::string(kind.resource.plural) + "\") return \"" + HashOf(SpecOf(kind)) + "\";\n";
  return text + "  return \"\";\n}\n\n}  // namespace weir::schema\n";
}

}  // namespace weir::schema
