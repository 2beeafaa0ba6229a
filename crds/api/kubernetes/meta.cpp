#include "crds/api/kubernetes/meta.h"

namespace weir::api {
namespace {

std::map<std::string, std::string> TextMap(const Json& object) {
  std::map<std::string, std::string> map;
  if (object.is_object())
    for (const auto& [key, value] : object.items())
      if (value.is_string()) map[key] = value.get<std::string>();
  return map;
}

std::optional<Time> TimeOf(const Json& object, std::string_view key) {
  const auto parsed = ParseTime(Text(object, key));
  return parsed ? std::optional<Time>(*parsed) : std::nullopt;
}

}  // namespace

Meta ReadMeta(const Json& object) {
  const Json& meta = At(object, "metadata");
  Meta out;
  out.name = Text(meta, "name");
  out.ns = Text(meta, "namespace");
  out.uid = Text(meta, "uid");
  out.resourceVersion = Text(meta, "resourceVersion");
  out.generation = Integer(meta, "generation");
  out.created = TimeOf(meta, "creationTimestamp").value_or(Time{});
  out.deleted = TimeOf(meta, "deletionTimestamp");
  out.labels = TextMap(At(meta, "labels"));
  out.annotations = TextMap(At(meta, "annotations"));
  if (const Json& finalizers = At(meta, "finalizers"); finalizers.is_array())
    for (const Json& f : finalizers)
      if (f.is_string()) out.finalizers.push_back(f.get<std::string>());
  if (const Json& owners = At(meta, "ownerReferences"); owners.is_array())
    for (const Json& owner : owners)
      if (At(owner, "controller") == true) out.ownerUid = Text(owner, "uid"), out.ownerName = Text(owner, "name"), out.ownerKind = Text(owner, "kind");
  return out;
}

Json OwnerReference(const Resource& resource, const Meta& owner) {
  return {{"apiVersion", resource.ApiVersion()}, {"kind", resource.kind}, {"name", owner.name}, {"uid", owner.uid}, {"controller", true},
          {"blockOwnerDeletion", true}};
}

}  // namespace weir::api
