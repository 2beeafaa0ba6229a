#include "operator/execute/execute.h"

#include <algorithm>
#include <array>

#include "operator/plan/text.h"

namespace weir::execute {
namespace {

using api::Resource;

class Executor {
 public:
  Executor(kube::ClusterApi& cluster, observe::Stores& stores) : cluster_(cluster), stores_(stores) {}

  Status operator()(const plan::EnsureServiceAccount& action) {
    const kube::ObjectRef ref = RefOf(api::kServiceAccounts, action.object);
    const Result<Json> created = cluster_.Create(ref, action.object);
    if (created) return Keep(api::kServiceAccounts, *created);
    if (created.error().reason != "AlreadyExists") return created.error();
    return UseAccount(ref, action.object);
  }
  Status operator()(const plan::CreateRevision& action) { return Create(api::kRevisions, action.object); }
  Status operator()(const plan::CreateRun& action) { return Create(api::kPipelineRuns, action.object); }
  Status operator()(const plan::CreatePod& action) {
    if (!action.ownerMissing) return Create(api::kPods, action.object);
    const kube::ObjectRef ref = RefOf(api::kPods, action.object);
    const observe::ItemPtr known = stores_.pods.Get(ref.ns, ref.name);
    const Status taken = AdoptExisting(ref, action.object);
    return known && !taken && taken.error().reason == kVanished ? Forget(ref, known->meta.uid) : taken;
  }
  Status operator()(const plan::DeletePod& action) { return Delete({api::kPods, action.ns, action.name}, action.uid); }
  Status operator()(const plan::DeleteRun& action) { return Delete({api::kPipelineRuns, action.ns, action.name}, action.uid); }
  Status operator()(const plan::DeleteRevision& action) { return Delete({api::kRevisions, action.ns, action.name}, action.uid); }
  Status operator()(const plan::ReleasePod& action) { return Release(action); }
  // A rule that changes them again on the way must not be answered with another try at once.
  Status operator()(const plan::RelabelPod& action) {
    const kube::ObjectRef ref{api::kPods, action.ns, action.name};
    const Result<Json> changed =
        cluster_.Patch(ref, kube::PatchType::Merge, kube::Subresource::None, {{"metadata", {{"uid", action.uid}, {"labels", action.labels}}}});
    if (!changed && changed.error().fault == Fault::Missing) return Forget(ref, action.uid);
    if (!changed) return LookAgain(ref, action.uid, changed.error());
    stores_.pods.Upsert(*changed);
    const Json& labels = At(At(*changed, "metadata"), "labels");
    for (const auto& [label, value] : action.labels.items())
      if (At(labels, label) != value)
        return Error{Fault::Denied, "Rewritten", plan::ByOthers("changes the label " + label + " of pod \"" + action.name + "\" each time")};
    return Ok();
  }
  // Nothing depends on it: what cannot be read is asked for later.
  Status operator()(const plan::ReadPodEvents& action) {
    observe::NewestEvent newest;
    const kube::Selection of_the_pod{api::kEvents, action.ns, "", "regarding.uid=" + action.uid};
    const auto read = cluster_.ListInto(of_the_pod, {[&newest] { newest = {}; }, [&newest](Json&& event) { newest.Take(std::move(event)); }});
    stores_.podNotes.Keep(action.uid, read ? newest.Note(action.now) : plan::PodNote{.read = action.now});
    return Ok();
  }

 private:
  static constexpr std::string_view kVanished = "Vanished";

  // No watch tells of a pod without our label: the store learns here that it is gone, and how it stands.
  Status Forget(const kube::ObjectRef& ref, const std::string& uid) {
    stores_.pods.Remove(ref.ns, ref.name, uid, "");
    return Error{Fault::Conflict, std::string(kVanished), "pod " + ref.name + " is gone"};
  }
  Status LookAgain(const kube::ObjectRef& ref, const std::string& uid, const Error& refused) {
    if (refused.fault != Fault::Denied && refused.fault != Fault::Invalid) return refused;
    const Result<Json> pod = cluster_.Get(ref);
    if (pod && api::ReadMeta(*pod).uid == uid) stores_.pods.Upsert(*pod);
    if (!pod && pod.error().fault == Fault::Missing) return Forget(ref, uid);
    return refused;
  }

  static kube::ObjectRef RefOf(const Resource& resource, const Json& object) {
    const Json& meta = At(object, "metadata");
    return {resource, Text(meta, "namespace"), Text(meta, "name")};
  }

  Status Create(const Resource& resource, const Json& object) {
    const kube::ObjectRef ref = RefOf(resource, object);
    const Result<Json> created = cluster_.Create(ref, object);
    if (created) return resource == api::kPods ? KeepPod(ref, *created, object) : Keep(resource, *created);
    if (created.error().reason != "AlreadyExists") return created.error();
    return AdoptExisting(ref, object);
  }

  // The wanted owner as the controller, of which there can be one, beside the owners that others have named.
  static Json OwnersWith(const Json& object, const Json& wanted) {
    const Json& ours = At(At(wanted, "metadata"), "ownerReferences").at(0);
    Json owners = Json::array();
    const Json& theirs = At(At(object, "metadata"), "ownerReferences");
    if (theirs.is_array())
      for (Json owner : theirs) {
        if (Text(owner, "uid") == Text(ours, "uid")) continue;
        if (At(owner, "controller") == true) owner["controller"] = false;
        owners.push_back(std::move(owner));
      }
    owners.push_back(ours);
    return owners;
  }

  // An admission webhook may have taken away what tells whose the pod is: without it nobody would count its end.
  Status KeepPod(const kube::ObjectRef& ref, const Json& pod, const Json& wanted) {
    const api::Meta its = api::ReadMeta(pod), ours = api::ReadMeta(wanted);
    const bool is_owned = its.ownerUid == ours.ownerUid;
    Json change = Json::object();
    if (!is_owned) change["ownerReferences"] = OwnersWith(pod, wanted);
    for (const auto& [label, value] : ours.labels) {
      const auto found = its.labels.find(label);
      if (label.starts_with(api::kGroup) && (found == its.labels.end() || found->second != value)) change["labels"][label] = value;
    }
    if (change.empty()) return Keep(ref.resource, pod);
    change["uid"] = its.uid;  // and no resourceVersion, since the scheduler and the kubelet are at work on it
    const Result<Json> changed = cluster_.Patch(ref, kube::PatchType::Merge, kube::Subresource::None, {{"metadata", std::move(change)}});
    stores_.pods.Upsert(changed ? *changed : pod);
    if (is_owned) return Ok();  // the pod is still ours; status names the labels that are wrong
    const std::string owners = "metadata.ownerReferences of pod \"" + ref.name + '"';
    if (!changed) return Error{changed.error().fault, changed.error().reason, owners + " cannot be restored: " + changed.error().message};
    if (api::ReadMeta(*changed).ownerUid != ours.ownerUid) return Error{Fault::Denied, "Rewritten", plan::ByOthers("changes " + owners + " each time")};
    return Ok();
  }

  Result<Json> ReadExisting(const kube::ObjectRef& ref) {
    Result<Json> existing = cluster_.Get(ref);
    if (!existing && existing.error().fault == Fault::Missing) return Error{Fault::Conflict, std::string(kVanished), ref.name + " went while it was looked at"};
    return existing;
  }

  // An account that somebody made for a cloud identity will do as it is; ours that lost its owner gets the new one.
  Status UseAccount(const kube::ObjectRef& ref, const Json& wanted) {
    const Result<Json> existing = ReadExisting(ref);
    if (!existing) return existing.error();
    const api::Meta meta = api::ReadMeta(*existing);
    Json change = Json::object();
    for (const auto& [key, value] : api::ReadMeta(wanted).annotations)
      if (const auto found = meta.annotations.find(key); found == meta.annotations.end() || found->second != value) change["annotations"][key] = value;
    if (meta.ownerUid.empty() && meta.labels.contains(std::string(api::kLabelPipeline))) change["ownerReferences"] = OwnersWith(*existing, wanted);
    return change.empty() ? Keep(ref.resource, *existing) : Change(ref, meta, std::move(change));
  }

  Status Change(const kube::ObjectRef& ref, const api::Meta& seen, Json change) {
    change["resourceVersion"] = seen.resourceVersion;
    change["uid"] = seen.uid;
    const Result<Json> changed = cluster_.Patch(ref, kube::PatchType::Merge, kube::Subresource::None, {{"metadata", std::move(change)}});
    return changed ? Keep(ref.resource, *changed) : changed.error();
  }

  // Of the same owner it is what a lost reply was about. A pod of the same attempt is taken also while it is on its way out, so that
  // its end counts; anything else that is, or whose owner of that name is gone, will make room. A revision that was orphaned is
  // adopted if it holds the same.
  Status AdoptExisting(const kube::ObjectRef& ref, const Json& wanted) {
    const Result<Json> existing = ReadExisting(ref);
    if (!existing) return existing.error();
    const api::Meta its = api::ReadMeta(*existing), ours = api::ReadMeta(wanted);
    if (its.ownerUid == ours.ownerUid) return Keep(ref.resource, *existing);
    const std::string what = std::string(ref.resource.kind) + " \"" + ref.name + "\"";
    const bool predecessors = its.ownerKind == ours.ownerKind && its.ownerName == ours.ownerName;
    if (ref.resource == api::kPods && !predecessors && IsSameTask(its, ours)) return KeepPod(ref, *existing, wanted);
    if (its.deleted || predecessors) return Error{Fault::Transient, "NameHeld", what + " of before is not gone yet"};
    const bool same = ref.resource == api::kRevisions && SameJson(At(*existing, "data"), At(wanted, "data"));
    if (its.ownerUid.empty() && same) return Change(ref, its, {{"ownerReferences", OwnersWith(*existing, wanted)}});
    return Error{Fault::Invalid, "NameTaken", what + " exists already and is not ours; delete or rename it"};
  }

  // Of the same attempt of the same run, or of the validation of one revision. What a task says of tables changes meanwhile.
  static bool IsSameTask(const api::Meta& its, const api::Meta& ours) {
    const auto task = its.annotations.find(std::string(api::kAnnotationTask)), wanted = ours.annotations.find(std::string(api::kAnnotationTask));
    if (task == its.annotations.end() || wanted == ours.annotations.end()) return false;
    const Result<Json> a = ParseJson(task->second), b = ParseJson(wanted->second);
    constexpr std::array kWhose{"run", "runUid", "revision", "stage", "attempt", "epoch"};
    return a && b && std::all_of(kWhose.begin(), kWhose.end(), [&](const char* key) { return SameJson(At(*a, key), At(*b, key)); });
  }

  Status Keep(const Resource& resource, const Json& object) {
    stores_.Of(resource).Upsert(object);
    return Ok();
  }

  Status Delete(const kube::ObjectRef& ref, const std::string& uid) {
    const Status deleted = cluster_.Delete(ref, uid);
    const bool gone = !deleted && (deleted.error().fault == Fault::Missing || deleted.error().fault == Fault::Conflict);
    return gone ? Ok() : deleted;
  }

  Status Release(const plan::ReleasePod& action) {
    const auto at = std::find(action.finalizers.begin(), action.finalizers.end(), api::kPodFinalizer);
    if (at == action.finalizers.end()) return Ok();
    const std::string path = "/metadata/finalizers/" + std::to_string(at - action.finalizers.begin());
    const Json patch = Json::array({{{"op", "test"}, {"path", "/metadata/uid"}, {"value", action.uid}},
                                    {{"op", "test"}, {"path", path}, {"value", std::string(api::kPodFinalizer)}},
                                    {{"op", "remove"}, {"path", path}}});
    const Result<Json> released = cluster_.Patch({api::kPods, action.ns, action.name}, kube::PatchType::JsonPatch, kube::Subresource::None, patch);
    if (released) return Keep(api::kPods, *released);
    if (released.error().fault == Fault::Missing) return Ok();
    // How the API server answers to a test that fails.
    if (released.error().fault == Fault::Invalid) return Error{Fault::Conflict, "Conflict", "the finalizers of pod " + action.name + " have changed"};
    return released.error();
  }

  kube::ClusterApi& cluster_;
  observe::Stores& stores_;
};

}  // namespace

Execution Execute(const std::vector<plan::Action>& actions, kube::ClusterApi& cluster, observe::Stores& stores, const std::function<bool()>& may_continue) {
  Executor executor(cluster, stores);
  bool first = true;
  for (const plan::Action& action : actions) {
    if (!std::exchange(first, false) && may_continue && !may_continue())
      return {Error{Fault::Conflict, "TookLong", "the API calls of this reconcile took long; the next one continues"}, std::nullopt};
    if (Status done = std::visit(executor, action); !done) return {std::move(done), action};
  }
  return {};
}

}  // namespace weir::execute
