#include "operator/plan/pipeline/history.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include "operator/plan/run/run.h"

namespace weir::plan {
namespace {

bool Succeeded(const api::PipelineRun& run) { return api::IsTrue(run.status.conditions, api::ConditionType::Succeeded); }

bool WasSuperseded(const api::PipelineRun& run) {
  const api::Condition* succeeded = api::Find(run.status.conditions, api::ConditionType::Succeeded);
  return succeeded != nullptr && succeeded->reason == api::Reason::Superseded;
}

bool EveryCommitIsShown(const api::PipelineRun& run, const ShownEpochs& shown) {
  return std::all_of(run.status.commits.begin(), run.status.commits.end(), [&shown](const api::Commit& commit) {
    const auto found = shown.find(std::string(api::Word(commit.kind)) + "/" + commit.name);
    return found == shown.end() || found->second >= commit.epoch;
  });
}

bool IsKept(const api::Meta& run) {
  const auto found = run.annotations.find(std::string(api::kAnnotationKeep));
  return found != run.annotations.end() && found->second == "true";
}

std::int64_t PlaceOf(const api::PipelineRun& run) {
  if (run.status.epoch > 0) return run.status.epoch;
  return IsFinished(run.status) ? run.meta.created.Seconds() : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

bool IsEarlierRun(const api::PipelineRun& a, const api::PipelineRun& b) {
  const std::int64_t place_a = PlaceOf(a);
  const std::int64_t place_b = PlaceOf(b);
  return place_a != place_b ? place_a < place_b : IsOlder(a.meta, b.meta);
}

bool IsOlder(const api::Meta& a, const api::Meta& b) { return std::tie(a.created, a.name) < std::tie(b.created, b.name); }

std::vector<Action> PruneRuns(const api::Meta& pipeline, const api::RunHistory& keep, const std::vector<api::PipelineRun>& runs, const ShownEpochs& shown) {
  std::vector<const api::PipelineRun*> finished;
  for (const api::PipelineRun& run : runs)
    if (IsFinished(run.status) && !run.meta.deleted && !IsKept(run.meta) && (run.meta.ownerUid == pipeline.uid || run.meta.ownerUid.empty()))
      finished.push_back(&run);
  std::sort(finished.begin(), finished.end(), [](const auto* a, const auto* b) { return IsEarlierRun(*b, *a); });

  std::vector<Action> prune;
  int succeeded = 0;
  int failed = 0;
  int superseded = 0;  // apart, so that they push no failure out of sight
  for (const api::PipelineRun* run : finished) {
    const bool kept = Succeeded(*run) ? ++succeeded <= keep.succeeded : ++(WasSuperseded(*run) ? superseded : failed) <= keep.failed;
    if (!kept && EveryCommitIsShown(*run, shown)) prune.insert(prune.begin(), DeleteRun{run->meta.ns, run->meta.name, run->meta.uid});
  }
  return prune;
}

std::vector<Action> PruneRevisions(const api::PipelineStatus& status, const std::vector<Revision>& revisions, const std::vector<api::PipelineRun>& runs,
                                   const ShownRevisions& shown) {
  if (revisions.size() <= kRevisionsToKeep) return {};
  std::set<std::string> used = shown;
  used.insert({status.revision, status.validating});
  for (const api::PipelineRun& run : runs) used.insert({run.status.revision, run.spec.revision});
  std::vector<const Revision*> newest_first;
  for (const Revision& revision : revisions) newest_first.push_back(&revision);
  std::sort(newest_first.begin(), newest_first.end(), [](const auto* a, const auto* b) { return a->number > b->number; });

  std::vector<Action> prune;
  for (std::size_t i = kRevisionsToKeep; i < newest_first.size(); ++i)
    if (const api::Meta& meta = newest_first[i]->meta; !used.contains(meta.name) && !meta.deleted)
      prune.push_back(DeleteRevision{meta.ns, meta.name, meta.uid});
  return prune;
}

}  // namespace weir::plan
