#include "operator/plan/pipeline/rollout.h"

#include <algorithm>
#include <tuple>

#include "crds/api/protocol/attempt.h"
#include "crds/base/text.h"
#include "operator/plan/pipeline/request.h"
#include "operator/plan/pod/pod_template.h"
#include "operator/plan/pod/runner.h"
#include "operator/plan/run/attempt.h"
#include "operator/plan/run/rejection.h"
#include "operator/plan/run/retry.h"
#include "operator/plan/run/task.h"
#include "operator/plan/text.h"

namespace weir::plan {
namespace {

using api::Reason;
using api::StageState;
using api::StageStatus;

constexpr Duration kValidationTimeout = Duration::Minutes(10);

std::optional<Verdict> ConflictOf(const ObservedPipeline& seen) {
  const api::Meta& meta = seen.pipeline->meta;
  const std::vector<api::Stage>& stages = seen.pipeline->spec.stages;
  for (const OtherPipeline& other : seen.others) {
    if (std::tie(meta.created, meta.name) < std::tie(other.created, other.name)) continue;
    for (std::size_t i = 0; i < stages.size(); ++i)
      if (const std::string output = OutputOf(stages[i]); std::find(other.outputs.begin(), other.outputs.end(), output) != other.outputs.end())
        return Verdict{
            Standing::Stuck, Reason::WriterConflict,
            "spec.stages[" + std::to_string(i) + "]: " + output + " is written by Pipeline \"" + other.name +
                "\", which was there first; a dataset has one writer: name another one, make the two one pipeline, or delete the first when this one takes "
                "its place (its tables stay)"};
  }
  return std::nullopt;
}

Verdict WithReason(Standing standing, const std::vector<Missing>& found) {
  std::vector<std::string> messages;
  for (const Missing& one : found) messages.push_back(Sentence(one));
  return {standing, found.front().reason, Joined(messages, "; ")};
}

const Revision* Known(const ObservedPipeline& seen, const std::string& name) {
  const auto found = std::find_if(seen.revisions.begin(), seen.revisions.end(), [&name](const Revision& r) { return r.meta.name == name; });
  return found == seen.revisions.end() ? nullptr : &*found;
}

std::int64_t NextNumber(const ObservedPipeline& seen) {
  std::int64_t newest = 0;
  for (const Revision& revision : seen.revisions) newest = std::max(newest, revision.number);
  return newest + 1;
}

std::vector<Pod> PodsOf(const ObservedPipeline& seen, const std::string& revision, const std::optional<StageStatus>& validation) {
  const StageStatus so_far{.name = std::string(kValidationStage), .attempt = validation ? validation->attempt : 0};
  std::vector<Pod> pods = Recognised(seen.pods, revision, {so_far});
  std::erase_if(pods, [](const Pod& p) { return p.stage != kValidationStage; });
  return pods;
}

bool IsMissingOwner(const ObservedPipeline& seen, const std::string& pod) {
  return std::any_of(seen.orphans.begin(), seen.orphans.end(), [&](const Pod& p) { return p.meta.name == pod && ShouldRestoreOwner(seen, p); });
}

AttemptPod NewestPod(const ObservedPipeline& seen, const std::string& revision, int attempt) {
  const std::string stage(kValidationStage), name = api::PodName(revision, stage, attempt);
  return {name, api::PodLabels({.pipeline = seen.pipeline->meta.name, .revision = revision, .stage = stage, .attempt = attempt}),
          DeadlineSeconds(kValidationTimeout), IsMissingOwner(seen, name)};
}

Action ValidationPod(const ObservedPipeline& seen, const Bundle& bundle, int attempt) {
  PodRequest request{
      .name = api::PodName(RevisionName(bundle), std::string(kValidationStage), attempt), .ownerKind = api::kPipelines, .owner = seen.pipeline->meta};
  request.image = ImageOf(seen.environment, bundle.runner);
  request.runner = RunnerFor(seen.environment, bundle.runner);
  request.resources = ValidatorResources(request.runner);
  request.task = ValidationTask(bundle, seen.pipeline->meta.ns, attempt);
  request.task.image = request.image;
  request.timeout = kValidationTimeout;
  return CreatePod{std::string(kValidationStage), PodFor(request, bundle), IsMissingOwner(seen, request.name)};
}

// The service account that the pods need, when there is none, it belongs to nobody, or annotations are missing.
std::optional<Action> AccountToEnsure(const ObservedPipeline& seen) {
  const api::RunnerSettings runner = Merge(seen.environment.runner, seen.around.lake ? seen.around.lake->spec.runner : api::RunnerSettings{});
  const api::TextMap wanted = runner.serviceAccountAnnotations.value_or(api::TextMap{});
  const auto& account = seen.serviceAccount;
  const bool adopted = account && (!account->ownerUid.empty() || !account->labels.contains(std::string(api::kLabelPipeline)));
  const bool annotated = account && std::all_of(wanted.begin(), wanted.end(), [&account](const auto& annotation) {
                           const auto found = account->annotations.find(annotation.first);
                           return found != account->annotations.end() && found->second == annotation.second;
                         });
  if (adopted && annotated) return std::nullopt;
  return EnsureServiceAccount{ServiceAccountFor(seen.pipeline->meta, wanted)};
}

// Given up for a reason that another attempt may find fixed, and somebody asks for more than when it began.
bool IsRetryRequested(const api::PipelineStatus& status, const std::string& request) {
  const StageStatus& validation = *status.validation;
  return validation.state == StageState::Failed && validation.reason != Reason::ValidationFailed && IsNewRequest(request, status.validationRequest);
}

std::string WhyItFailed(const ObservedPipeline& seen, const Bundle& candidate, const api::StageOutcome& outcome) {
  const std::string otherwise = "; simplify the SQL, or split the pipeline into two.";
  if (outcome.reason == Reason::OutOfMemory)
    return "Binding its SQL needs more than the " + ValidatorResources(RunnerFor(seen.environment, candidate.runner)).memory +
           " of memory that validators have; raise spec.runner.validator.resources.memory of the Lake default" + otherwise;
  if (outcome.reason == Reason::DeadlineExceeded)
    return "Binding its SQL takes more than " + Format(kValidationTimeout) + "; raise spec.runner.validator.resources.cpu of the Lake default" + otherwise;
  return Explain(outcome);
}

// A finding stands until the bundle changes; what else has failed for good may be asked for again. A policy may change alone.
void ReportValidationFailure(const std::string& revision, const api::StageOutcome& outcome, std::string why, StageStatus& validation) {
  validation.message = std::move(why);
  if (IsDeterministicFailure(outcome.result) && outcome.reason != Reason::PodRejected)
    validation.reason = Reason::ValidationFailed;
  else if (validation.state == StageState::Failed)
    validation.message = Cut("Revision " + revision + " could not be validated in " + std::to_string(validation.attempt) + " attempts: " + validation.message,
                             kStageMessage - 128) +
                         " When that is fixed, ask again with the annotation weirkeeper.io/requested-at or spec.request.";
}

// The attempts are numbered on when the same revision is validated again, since their pods' names are used up.
void BeginValidation(const ObservedPipeline& seen, const Bundle& candidate, int attempts_before, api::PipelineStatus& status, Rollout& rollout, Time now) {
  status.validating = RevisionName(candidate);
  status.validationRequest = RequestOf(*seen.pipeline);
  status.validation = StageStatus{.name = std::string(kValidationStage), .attempt = attempts_before};
  StartAttempt(*status.validation, now);
  rollout.after.push_back(ValidationPod(seen, candidate, status.validation->attempt));
}

void Validate(const ObservedPipeline& seen, const Bundle& candidate, api::PipelineStatus& status, Rollout& rollout, Time now) {
  const std::string name = RevisionName(candidate);
  if (status.validating != name || !status.validation) return BeginValidation(seen, candidate, 0, status, rollout, now);
  if (IsRetryRequested(status, RequestOf(*seen.pipeline))) return BeginValidation(seen, candidate, status.validation->attempt, status, rollout, now);
  const AttemptPod newest = NewestPod(seen, name, status.validation->attempt);
  Progress progress = Advance(*status.validation, PodsOf(seen, name, status.validation), newest, candidate.retry, Intent::Go, now);
  if (progress.podIsMissing) rollout.after.push_back(ValidationPod(seen, candidate, progress.stage.attempt));
  if (progress.ended && progress.ended->result != api::OutcomeClass::Succeeded)
    ReportValidationFailure(name, *progress.ended, WhyItFailed(seen, candidate, *progress.ended), progress.stage);
  status.validation = std::move(progress.stage);
  rollout.after.insert(rollout.after.end(), progress.after.begin(), progress.after.end());
  rollout.revisit = progress.revisit;
}

// Pods that validated anything but the candidate tell nobody anything any more.
void RemoveStalePods(const ObservedPipeline& seen, const std::vector<Pod>& current, Rollout& rollout) {
  for (const Pod& pod : seen.pods) {
    if (std::any_of(current.begin(), current.end(), [&pod](const Pod& p) { return p.meta.uid == pod.meta.uid; })) continue;
    if (!pod.meta.deleted) rollout.after.push_back(DeletePod{pod.meta.ns, pod.meta.name, pod.meta.uid});
    if (pod.HoldsOurFinalizer()) rollout.after.push_back(ReleasePod{pod.meta.ns, pod.meta.name, pod.meta.uid, pod.meta.finalizers});
  }
}

}  // namespace

bool ShouldRestoreOwner(const ObservedPipeline& seen, const Pod& orphan) {
  const api::PipelineStatus& status = seen.pipeline->status;
  return status.validation && IsMissingOwner(orphan, seen.pipeline->meta.created, status.validating, {*status.validation});
}

std::string Explain(const api::StageOutcome& outcome) {
  std::string text;
  for (const api::Finding& finding : outcome.findings) text += (text.empty() ? "" : "; ") + finding.path + ": " + finding.message;
  if (text.empty()) text = outcome.message;
  return Cut(text, kStageMessage);
}

std::optional<Verdict> BlockingVerdict(const ObservedPipeline& seen, const Resolution& resolution) {
  if (!seen.unreadable.empty()) return Verdict{Standing::Stuck, Reason::Invalid, api::Join(seen.unreadable)};
  if (!resolution.problems.empty()) return Verdict{Standing::Stuck, Reason::Invalid, api::Join(resolution.problems)};
  if (auto conflict = ConflictOf(seen)) return conflict;
  if (!resolution.broken.empty()) return Verdict{Standing::Stuck, Reason::ContractBroken, Joined(resolution.broken, "; ")};
  if (!resolution.refused.empty()) return WithReason(Standing::Stuck, resolution.refused);
  if (!resolution.missing.empty()) return WithReason(Standing::Progressing, resolution.missing);
  return std::nullopt;
}

void CountRejectedValidator(const api::Pipeline& pipeline, const Error& why, api::PipelineStatus& status, Time now) {
  const auto ended = CountRejection(*status.validation, why, {kValidationTimeout, pipeline.spec.retry}, now);
  if (ended) ReportValidationFailure(status.validating, *ended, Cut(ended->message, kStageMessage), *status.validation);
}

Verdict VerdictOf(const StageStatus& validation, const std::string& revision) {
  const std::string attempt = "Attempt " + std::to_string(validation.attempt) + " to validate revision " + revision + ": ";
  switch (validation.state) {
    case StageState::Succeeded: return {Standing::InForce, Reason::InForce, "Revision " + revision + " is in force."};
    case StageState::Superseded:  // writes no table, so its pod says what is not so
    case StageState::Failed: return {Standing::Stuck, validation.reason.value_or(Reason::InternalError), validation.message};
    case StageState::Retrying: return {Standing::Progressing, Reason::ProgressingWithRetry, attempt + validation.message};
    default: break;
  }
  if (IsBlocked(validation)) return {Standing::Progressing, *validation.reason, attempt + validation.message};
  return {Standing::Progressing, Reason::Validating, "Revision " + revision + " is being validated."};
}

Rollout RollOut(const ObservedPipeline& seen, const Bundle& candidate, api::PipelineStatus& status, Time now) {
  const std::string name = RevisionName(candidate);
  Rollout rollout;
  const Revision* known = Known(seen, name);
  const std::int64_t number = known == nullptr ? NextNumber(seen) : known->number;
  if (known == nullptr) rollout.before.push_back(CreateRevision{RevisionObject(candidate, seen.pipeline->meta, number)});
  if (auto account = AccountToEnsure(seen)) rollout.before.push_back(std::move(*account));
  const bool in_force = status.revision == name;
  if (!in_force) Validate(seen, candidate, status, rollout, now);
  if (in_force || status.validation->state == StageState::Succeeded) {
    status.revision = name;
    status.revisionNumber = number;
    status.validating.clear();
    rollout.verdict = {Standing::InForce, Reason::InForce, "Revision " + name + " is in force."};
    if (in_force) rollout.after = EndAndRelease(PodsOf(seen, name, status.validation));
  } else {
    rollout.verdict = VerdictOf(*status.validation, name);
  }
  RemoveStalePods(seen, PodsOf(seen, name, status.validation), rollout);
  return rollout;
}

}  // namespace weir::plan
