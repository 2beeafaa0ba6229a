#include "operator/report/report.h"

#include "crds/base/name.h"
#include "operator/plan/text.h"

namespace weir::report {
namespace {

constexpr std::size_t kLongestNote = 1024;  // bytes, of events.k8s.io/v1

Json EventFor(const api::Resource& resource, const api::Meta& about, const plan::Notice& notice, Time now) {
  const std::string identity = about.uid + "/" + std::to_string(about.generation) + "/" + notice.identity;
  return {{"apiVersion", api::kEvents.ApiVersion()},
          {"kind", api::kEvents.kind},
          {"metadata", {{"name", DerivedName({about.name, StableHashText(identity)})}, {"namespace", about.ns}}},
          {"eventTime", FormatMicros(now)},
          {"type", notice.type == plan::NoticeType::Warning ? "Warning" : "Normal"},
          {"reason", notice.reason},
          {"action", "Reconcile"},
          {"note", Cut(notice.message, kLongestNote)},
          {"reportingController", "weirkeeper.io/operator"},
          {"reportingInstance", "weirkeeper-operator"},
          {"regarding", {{"apiVersion", resource.ApiVersion()}, {"kind", resource.kind}, {"name", about.name}, {"namespace", about.ns}, {"uid", about.uid}}}};
}

// What the cache takes for the object is not what the API server has: it learns that now, not when a watch catches up. Until
// then each visit would do what is in vain, and some of it would call for the next visit.
Status ReadAnew(const api::Resource& resource, const api::Meta& seen, kube::ClusterApi& cluster, observe::Stores& stores) {
  const Result<Json> now = cluster.Get({resource, seen.ns, seen.name});
  if (!now && now.error().fault != Fault::Missing) return now.error();
  if (now)
    stores.Of(resource).Upsert(*now);
  else
    stores.Of(resource).Remove(seen.ns, seen.name, seen.uid, seen.resourceVersion);
  return Ok();
}

}  // namespace

Json MergePatch(const Json& from, const Json& to) {
  Json patch = Json::object();
  for (const auto& [key, value] : to.items()) {
    const Json& old = At(from, key);
    if (SameJson(old, value)) continue;
    patch[key] = old.is_object() && value.is_object() ? MergePatch(old, value) : value;
  }
  if (from.is_object())
    for (const auto& [key, value] : from.items())
      if (!to.contains(key) && !SameJson(value, Json())) patch[key] = nullptr;
  return patch;
}

Result<observe::ItemPtr> ReportStatus(const api::Resource& resource, const observe::ItemPtr& seen, const Json& status, kube::ClusterApi& cluster,
                                      observe::Stores& stores) {
  const Json before = seen->Whole();
  const Json change = MergePatch(At(before, "status"), status);
  if (change.empty()) return seen;
  const Json patch{{"metadata", {{"resourceVersion", seen->meta.resourceVersion}}}, {"status", change}};
  const Result<Json> written = cluster.Patch({resource, seen->meta.ns, seen->meta.name}, kube::PatchType::Merge, kube::Subresource::Status, patch);
  if (!written) {
    if (written.error().fault == Fault::Conflict || written.error().fault == Fault::Missing) (void)ReadAnew(resource, seen->meta, cluster, stores);
    return written.error();
  }
  observe::Store& store = stores.Of(resource);
  const observe::ItemPtr now = store.Read(*written);
  store.Upsert(now);
  return now;
}

Status CheckUnchanged(const api::Resource& resource, const observe::Item& seen, kube::ClusterApi& cluster, observe::Stores& stores) {
  if (const Status read = ReadAnew(resource, seen.meta, cluster, stores); !read) return read;
  const observe::ItemPtr now = stores.Of(resource).Get(seen.meta.ns, seen.meta.name);
  if (now && now->meta.resourceVersion == seen.meta.resourceVersion) return Ok();
  return Error{Fault::Conflict, "Conflict", std::string(resource.kind) + " " + seen.meta.name + " has changed since it was seen"};
}

Status CreateEvents(const api::Resource& resource, const api::Meta& about, const std::vector<plan::Notice>& notices, Time now, kube::ClusterApi& cluster,
                    const std::function<bool()>& may_continue) {
  Status all = Ok();
  bool first = true;
  for (const plan::Notice& notice : notices) {
    if (!std::exchange(first, false) && may_continue && !may_continue())
      return Error{Fault::Transient, "TookLong", "events were left out, because API calls took too long"};
    const Json event = EventFor(resource, about, notice, now);
    const Result<Json> created = cluster.Create({api::kEvents, about.ns, Text(At(event, "metadata"), "name")}, event);
    if (!created && created.error().reason != "AlreadyExists") all = created.error();
  }
  return all;
}

}  // namespace weir::report
