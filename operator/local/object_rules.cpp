#include "operator/local/object_rules.h"

#include <algorithm>
#include <array>

namespace weir::local {
namespace {

constexpr std::array<std::string_view, 7> kServerOwned{
    "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "namespace"};

std::string Describe(const kube::ObjectRef& ref) { return std::string(ref.resource.kind) + " " + ref.ns + "/" + ref.name; }

Error Invalid(const kube::ObjectRef& ref, const std::string& problem) { return {Fault::Invalid, "Invalid", Describe(ref) + " is refused: " + problem}; }

bool IsOurs(const api::Resource& resource) { return resource.group == api::kGroup; }

// RFC 1123 subdomain, which every kind that the operator touches wants as a name.
bool IsObjectName(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > 253 || !letter(name.front()) || !letter(name.back())) return false;
  return std::all_of(name.begin(), name.end(), [&letter](char c) { return letter(c) || c == '-' || c == '.'; });
}

Json DefaultStatus(const api::Resource& resource) {
  if (resource == api::kPods) return {{"phase", "Pending"}};
  const Json ready{{"type", "Ready"},          {"status", "Unknown"},
                   {"reason", "Pending"},      {"message", "Not seen by the operator yet."},
                   {"observedGeneration", -1}, {"lastTransitionTime", "1970-01-01T00:00:00Z"}};
  return {{"observedGeneration", -1}, {"conditions", Json::array({ready})}};
}

// What the new applied object no longer has goes; lists and scalars are the applier's as a whole.
void RemoveUnapplied(Json& target, const Json& before, const Json& now) {
  if (!target.is_object() || !before.is_object() || !now.is_object()) return;
  for (const auto& [key, value] : before.items()) {
    if (!target.contains(key)) continue;
    if (!now.contains(key))
      target.erase(key);
    else
      RemoveUnapplied(target[key], value, now[key]);
  }
}

// metadata.finalizers is a set and ownerReferences a map by uid in server-side apply: entries of others stay.
void Unite(Json& meta, std::string_view field, const Json& others) {
  if (!others.is_array()) return;
  Json& list = meta[std::string(field)];
  if (!list.is_array()) list = Json::array();
  for (const Json& other : others) {
    const auto same = [&other](const Json& own) { return own == other || (own.is_object() && Text(own, "uid") == Text(other, "uid")); };
    if (std::none_of(list.begin(), list.end(), same)) list.push_back(other);
  }
}

Json Without(const Json& list, const Json& gone) {
  Json kept = Json::array();
  if (list.is_array())
    for (const Json& item : list)
      if (!gone.is_array() || std::find(gone.begin(), gone.end(), item) == gone.end()) kept.push_back(item);
  return kept;
}

Json ApplyOver(const Json& old, const Json& patch, const Json& applied) {
  Json result = old;
  RemoveUnapplied(result, applied, patch);
  result.merge_patch(patch);
  for (const std::string_view field : {"finalizers", "ownerReferences"}) {
    const Json others = Without(At(At(old, "metadata"), field), At(At(applied, "metadata"), field));
    if (!others.empty()) Unite(result["metadata"], field, others);
  }
  return result;
}

Result<Json> Patched(const kube::ObjectRef& ref, const Json& old, kube::PatchType type, const Json& patch, const Json& applied) {
  if (type == kube::PatchType::JsonPatch ? !patch.is_array() : !patch.is_object()) return Invalid(ref, "the patch is not of its type");
  if (type == kube::PatchType::Apply && (Text(patch, "apiVersion") != ref.resource.ApiVersion() || Text(patch, "kind") != ref.resource.kind))
    return Invalid(ref, "an applied object needs apiVersion and kind of its resource");
  try {
    if (type == kube::PatchType::JsonPatch) return old.patch(patch);
    if (type == kube::PatchType::Apply) return ApplyOver(old, patch, applied);
    Json result = old;
    result.merge_patch(patch);
    return result;
  } catch (const Json::exception& e) {
    return Invalid(ref, std::string("the patch does not apply: ") + e.what());
  }
}

Status CheckPreconditions(const kube::ObjectRef& ref, const Json& old, const Json& patched) {
  for (const std::string_view field : {"resourceVersion", "uid"}) {
    const std::string wanted = Text(At(patched, "metadata"), field);
    const std::string held = Text(At(old, "metadata"), field);
    if (!wanted.empty() && wanted != held)
      return Error{Fault::Conflict, "Conflict",
                   Describe(ref) + " has changed: " + std::string(field) + " is " + held + ", the patch wants " + wanted + "; read it again"};
  }
  return Ok();
}

bool AddsFinalizer(const Json& old, const Json& patched) {
  return !Without(At(At(patched, "metadata"), "finalizers"), At(At(old, "metadata"), "finalizers")).empty();
}

}  // namespace

bool HasStatusSubresource(const api::Resource& resource) { return IsOurs(resource) || resource == api::kPods; }

bool IsTerminal(const Json& pod) {
  const std::string phase = Text(At(pod, "status"), "phase");
  return phase == "Succeeded" || phase == "Failed";
}

bool IsDeleting(const Json& object) { return At(At(object, "metadata"), "deletionTimestamp").is_string(); }

bool HasFinalizers(const Json& object) { return !At(At(object, "metadata"), "finalizers").empty(); }

bool DeletesGracefully(const api::Resource& resource, const Json& object) {
  return resource == api::kPods && !Text(At(object, "spec"), "nodeName").empty() && !IsTerminal(object);
}

Result<Json> PrepareCreate(const kube::ObjectRef& ref, Json object) {
  if (!object.is_object()) return Invalid(ref, "it is not a JSON object");
  if (ref.ns.empty()) return Invalid(ref, "metadata.namespace is missing");
  for (const auto& [field, wanted] : {std::pair<std::string, std::string>{"apiVersion", ref.resource.ApiVersion()}, {"kind", std::string(ref.resource.kind)}}) {
    if (const std::string given = Text(object, field); !given.empty() && given != wanted) return Invalid(ref, field + " is " + given + ", not " + wanted);
    object[field] = wanted;
  }
  Json& meta = object["metadata"];
  if (meta.is_null()) meta = Json::object();
  for (const auto& [field, wanted] : {std::pair<std::string, std::string>{"name", ref.name}, {"namespace", ref.ns}}) {
    if (const std::string given = Text(meta, field); !given.empty() && given != wanted)
      return Invalid(ref, "metadata." + field + " is " + given + ", not " + wanted);
    meta[field] = wanted;
  }
  if (!IsObjectName(ref.name)) return Invalid(ref, "metadata.name is not a DNS-1123 subdomain");
  if (!Text(meta, "resourceVersion").empty()) return Invalid(ref, "metadata.resourceVersion must not be set on objects to be created");
  meta.erase("managedFields");
  for (const std::string_view field : kServerOwned)
    if (field != "namespace") meta.erase(std::string(field));
  if (HasStatusSubresource(ref.resource)) object["status"] = DefaultStatus(ref.resource);
  return object;
}

Result<Json> PreparePatch(const kube::ObjectRef& ref, const Json& old, kube::PatchType type, kube::Subresource sub, const Json& patch, const Json& applied) {
  Result<Json> patched = Patched(ref, old, type, patch, applied);
  if (!patched) return patched;
  if (const Status ready = CheckPreconditions(ref, old, *patched); !ready) return ready.error();
  if (!patched->is_object() || Text(At(*patched, "metadata"), "name") != ref.name) return Invalid(ref, "metadata.name cannot change");
  if (sub == kube::Subresource::Status) {
    Json result = old;
    if (patched->contains("status"))
      result["status"] = std::move((*patched)["status"]);
    else
      result.erase("status");
    return result;
  }
  Json& meta = (*patched)["metadata"];
  meta.erase("managedFields");
  for (const std::string_view field : kServerOwned) {
    const std::string name(field);
    if (const Json& held = At(At(old, "metadata"), field); held.is_null())
      meta.erase(name);
    else
      meta[name] = held;
  }
  (*patched)["apiVersion"] = At(old, "apiVersion");
  (*patched)["kind"] = At(old, "kind");
  if (IsDeleting(old) && AddsFinalizer(old, *patched)) return Invalid(ref, "metadata.finalizers cannot be added to while it is being deleted");
  if (ref.resource == api::kRevisions && At(*patched, "data") != At(old, "data")) return Invalid(ref, "data cannot change");
  if (HasStatusSubresource(ref.resource)) {
    if (old.contains("status"))
      (*patched)["status"] = At(old, "status");
    else
      patched->erase("status");
  }
  return patched;
}

bool SpecDiffers(const Json& before, const Json& after) {
  const auto strip = [](Json object) {
    object.erase("metadata");
    object.erase("status");
    return object;
  };
  return strip(before) != strip(after);
}

}  // namespace weir::local
