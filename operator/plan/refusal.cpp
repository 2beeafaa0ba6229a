#include "operator/plan/refusal.h"

namespace weir::plan {
namespace {

Subject About(const api::Resource& resource, const auto& action) {
  Subject subject{.resource = resource};
  subject.meta.ns = action.ns;
  subject.meta.name = action.name;
  subject.meta.uid = action.uid;
  return subject;
}

struct SubjectOfAction {
  std::optional<Subject> operator()(const DeletePod& action) const { return About(api::kPods, action); }
  std::optional<Subject> operator()(const ReleasePod& action) const { return About(api::kPods, action); }
  std::optional<Subject> operator()(const RelabelPod& action) const { return About(api::kPods, action); }
  std::optional<Subject> operator()(const DeleteRun& action) const { return About(api::kPipelineRuns, action); }
  std::optional<Subject> operator()(const DeleteRevision& action) const { return About(api::kRevisions, action); }
  std::optional<Subject> operator()(const auto&) const { return std::nullopt; }
};

struct ConsequenceOfRefusal {
  std::string operator()(const ReleasePod&) const { return "Its finalizer " + std::string(api::kPodFinalizer) + " cannot be taken away, so it cannot go."; }
  std::string operator()(const DeletePod&) const { return "It is no longer wanted and cannot be deleted."; }
  std::string operator()(const RelabelPod&) const { return "Its weirkeeper.io labels were changed by another program and cannot be restored."; }
  std::string operator()(const DeleteRun&) const { return "It is more than spec.runHistory keeps and cannot be deleted."; }
  std::string operator()(const DeleteRevision&) const { return "Nothing uses it any more and it cannot be deleted."; }
  std::string operator()(const ReadPodEvents& action) const { return "Why pod " + action.name + " does not start cannot be read from its events."; }
  std::string operator()(const EnsureServiceAccount& action) const { return Made(action.object); }
  std::string operator()(const CreateRevision& action) const { return Made(action.object); }
  std::string operator()(const CreateRun& action) const { return Made(action.object); }
  std::string operator()(const CreatePod& action) const { return Made(action.object); }
  static std::string Made(const Json& object) { return Text(object, "kind") + " " + Text(At(object, "metadata"), "name") + " cannot be made."; }
};

Notice Refused(const std::string& what, const Error& why) {
  const std::string reason(api::Word(api::Reason::Refused));
  return {NoticeType::Warning, reason, what + " The API server refuses it: " + why.message, reason + "/" + what};
}

}  // namespace

std::optional<Subject> SubjectOf(const Action& action) { return std::visit(SubjectOfAction{}, action); }

Notice RefusalOf(const Action& action, const Error& why) { return Refused(std::visit(ConsequenceOfRefusal{}, action), why); }

Notice RefusalOfStatus(const Error& why) { return Refused("Its status cannot be written.", why); }

}  // namespace weir::plan
