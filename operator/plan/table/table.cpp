#include "operator/plan/table/table.h"

#include "crds/api/describe/write.h"
#include "crds/api/protocol/attempt.h"
#include "crds/base/count.h"
#include "crds/contract/contract.h"
#include "operator/plan/conditions.h"
#include "operator/plan/resolve/lake.h"
#include "operator/plan/resolve/resolve.h"
#include "operator/plan/table/freshness.h"
#include "operator/plan/text.h"
#include "operator/plan/validate/validate.h"

namespace weir::plan {
namespace {

using api::ConditionType;
using api::Reason;

// The newest commit when it is newer than what status shows, else null. By epoch: versions start again when a table is
// made anew, and a run that is gone must not bring an older one back.
const SeenCommit* NewerThan(const std::optional<api::CommittedBy>& shown, const std::vector<SeenCommit>& commits) {
  const SeenCommit* newest = nullptr;
  for (const SeenCommit& seen : commits) {
    if (shown && seen.commit.epoch <= shown->epoch) continue;
    if (newest == nullptr || seen.commit.epoch > newest->commit.epoch) newest = &seen;
  }
  return newest;
}

void TakeFacts(const SeenCommit& seen, api::TableStatus& status) {
  status.version = seen.commit.version;
  status.rows = seen.commit.rows;
  status.files = seen.commit.files;
  status.bytes = seen.commit.bytes;
  if (seen.commit.dataAsOf) status.dataAsOf = seen.commit.dataAsOf;  // a version that tells none is as old as the last that did
  status.location = seen.commit.location;
  status.place = seen.commit.place;
  status.contentHash = seen.commit.contentHash;
  status.quarantined = seen.commit.quarantined;
  status.warnings = seen.commit.warnings;
  status.committedBy = api::CommittedBy{
      .run = seen.run, .stage = seen.commit.stage, .attempt = seen.commit.attempt, .epoch = seen.commit.epoch, .revision = seen.revision, .image = seen.image};
}

// The newest damage that nothing newer shows to be repaired.
std::optional<api::Damage> StandingDamage(const api::TableStatus& status, const SeenDamage& seen) {
  std::optional<api::Damage> damage = status.damage;
  if (seen.newest && (!damage || seen.newest->epoch > damage->epoch)) damage = seen.newest;
  if (!damage || (status.committedBy && status.committedBy->epoch > damage->epoch)) return std::nullopt;
  const auto succeeded = seen.succeeded.find(damage->pipeline);
  const bool was_read = succeeded != seen.succeeded.end() && succeeded->second > api::RunOfEpoch(damage->epoch);
  return was_read ? std::nullopt : damage;
}

// Data that are there, and that no stage brings up to date any more.
std::string LeftAlone(const api::TableStatus& status, const std::vector<std::string>& writers, const std::string& what) {
  return status.version && writers.empty() ? " No Pipeline of this namespace " + what + " any more, so no newer version comes." : "";
}

template <typename Spec>
std::optional<Time> DescribeFreshness(const api::TableStatus& status, const Spec& spec, const std::string& left_alone, ConditionList& conditions, Time now) {
  const std::optional<api::Freshness>& limit = spec.freshness;
  const FreshnessVerdict verdict = JudgeFreshness(status.dataAsOf, limit, now, spec.eventTime.value_or(api::EventTime{}).MaxAhead());
  const std::string message = verdict.message + (limit && status.dataAsOf ? left_alone : "");
  conditions.Set(ConditionType::Fresh, verdict.status, verdict.reason, message);
  conditions.Set(ConditionType::SLAMet, verdict.status, verdict.reason, message);
  return verdict.changesAt;
}

std::vector<api::Problem> Both(std::vector<api::Problem> a, const std::vector<api::Problem>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string Version(std::int64_t version) { return "Version " + std::to_string(version); }

// What a reader of the version must know: how many rows are not in it, and what else is wrong.
std::string Reservations(const api::TableStatus& status) {
  std::string text;
  if (status.quarantined.value_or(0) > 0)
    text = " " + Version(*status.version) + " has " + (status.rows ? Counted(*status.rows, "row") : Counted(status.files.value_or(0), "file")) + ", " +
           Grouped(*status.quarantined) + " quarantined.";
  return text + WarningsSentence(status.warnings);
}

std::string CanBeRead(const api::TableStatus& status) { return Cut(Version(*status.version) + " can be read." + Reservations(status), kConditionMessage); }

std::string CannotBeRead(const api::TableStatus& status) {
  const api::Damage& damage = *status.damage;
  std::string text = status.version ? Version(*status.version) : "The table";
  text.append(" cannot be read (found by stage ").append(damage.stage).append(" of run ").append(damage.run).append("): ").append(damage.message);
  return Cut(text, kConditionMessage);
}

api::Reason WhyDamaged(const api::TableStatus& status) { return status.damage->reason.value_or(Reason::FileUnreadable); }

void DescribeAvailable(const api::TableStatus& status, Reason available, Reason never, const std::string& none, ConditionList& conditions) {
  if (status.damage)
    conditions.False(ConditionType::Available, WhyDamaged(status), CannotBeRead(status));
  else if (status.version)
    conditions.True(ConditionType::Available, available, CanBeRead(status));
  else
    conditions.False(ConditionType::Available, never, none);
}

// Ready of a View: its declaration stands, keeps the published contract, and a version is published under it.
void DescribeView(const ObservedView& seen, const api::ViewStatus& status, const std::string& left_alone, ConditionList& conditions, Time now) {
  const api::ViewSpec& spec = seen.view->spec;
  const auto problems = Both(seen.unreadable, CheckView(spec));
  if (!problems.empty()) return conditions.Stuck(Reason::Invalid, api::Join(problems));
  if (seen.namesake && OwnsTableName(api::TargetKind::View, seen.view->meta, *seen.namesake))
    return conditions.Stuck(Reason::NameTaken, "metadata.name: " + NameTakenBy(api::TargetKind::View, seen.view->meta) + ".");
  if (status.damage) return conditions.Stuck(WhyDamaged(status), CannotBeRead(status));
  if (status.published) {
    const api::PublishedContract declared = contract::ContractOf(spec);
    const auto broken = contract::Breaking(contract::Compare(*status.published, declared, now));
    if (!broken.empty()) return conditions.Stuck(Reason::ContractBroken, contract::Describe(broken));
    if (status.published->hash == declared.hash)
      return conditions.InForce(Reason::Published,
                                Cut(Version(*status.version) + " is published under this contract." + left_alone + Reservations(status), kConditionMessage));
    const std::string earlier = Version(*status.version) + " is published under an earlier contract";
    return conditions.Progressing(Reason::Waiting, left_alone.empty() ? earlier + "; the next run publishes under this one." : earlier + "." + left_alone);
  }
  if (seen.publishers.empty()) return conditions.Progressing(Reason::Waiting, "No Pipeline of this namespace has a stage that publishes this View yet.");
  conditions.Progressing(Reason::NeverPublished, "Pipeline \"" + seen.publishers.front() + "\" has not published a version yet.");
}

// What a View changes without a new revision is that of the spec; what the runner read back from the table's log wins
// over what was lost here. A run that was refused reports the published contract as a whole.
void Publish(const SeenCommit& seen, const api::ViewSpec& spec, api::ViewStatus& status, Time now) {
  const std::optional<api::PublishedContract>& logged = seen.commit.contract;
  if (!seen.contract) {
    if (logged && !logged->columns.empty()) status.published = logged;
    return;
  }
  api::PublishedContract declared = contract::AsOfNow(*seen.contract, contract::ContractOf(spec));
  declared.freshness = spec.freshness;
  declared.lookback = spec.lookback;
  if (!declared.stability) declared.eventTime = spec.eventTime;  // of a revision that an older release made
  std::optional<api::PublishedContract> before = status.published;
  if (logged && logged->promised) {
    if (!before) before = *seen.contract;
    before->promised = logged->promised;
    before->freshness = logged->freshness;
    before->eventTime = logged->eventTime;
    before->lookback = logged->lookback;
  }
  status.published = contract::Succeed(before, std::move(declared), now);
  if (logged && logged->promised) status.published->waivers = logged->waivers;
}

}  // namespace

Plan MakePlan(const ObservedDataset& seen, Time now) {
  if (!seen.dataset || seen.dataset->meta.deleted) return {};
  const api::Dataset& dataset = *seen.dataset;
  api::TableStatus status = dataset.status;
  if (const SeenCommit* newest = NewerThan(status.committedBy, seen.commits)) TakeFacts(*newest, status);
  status.damage = StandingDamage(status, seen.damage);
  if (api::HoldsFiles(dataset.spec.zone)) status.rows.reset();  // nobody has counted them: 0 would be a claim
  ConditionList conditions(dataset.status.conditions, dataset.meta.generation, now);
  const std::string left_alone = LeftAlone(status, seen.writers, "writes this Dataset");
  const auto problems = Both(seen.unreadable, CheckDataset(dataset.spec));
  if (!problems.empty())
    conditions.Stuck(Reason::Invalid, api::Join(problems));
  else if (seen.namesake && OwnsTableName(api::TargetKind::Dataset, dataset.meta, *seen.namesake))
    conditions.Stuck(Reason::NameTaken, "metadata.name: " + NameTakenBy(api::TargetKind::Dataset, dataset.meta) + ".");
  else if (status.damage)
    conditions.Stuck(WhyDamaged(status), CannotBeRead(status));
  else
    conditions.InForce(Reason::InForce, Cut("The declaration is valid and in force." + left_alone + Reservations(status), kConditionMessage));
  DescribeAvailable(status, Reason::Committed, Reason::NeverCommitted, "No run has committed a version yet.", conditions);
  const auto revisit = DescribeFreshness(status, dataset.spec, left_alone, conditions, now);
  status.observedGeneration = dataset.meta.generation;
  status.conditions = conditions.Take();
  return {.status = api::Write(status), .revisit = revisit};
}

Plan MakePlan(const ObservedView& seen, Time now) {
  if (!seen.view || seen.view->meta.deleted) return {};
  const api::View& view = *seen.view;
  api::ViewStatus status = view.status;
  if (const SeenCommit* newest = NewerThan(status.committedBy, seen.commits)) {
    TakeFacts(*newest, status);
    Publish(*newest, view.spec, status, now);
  }
  status.damage = StandingDamage(status, seen.damage);
  ConditionList conditions(view.status.conditions, view.meta.generation, now);
  const std::string left_alone = LeftAlone(status, seen.publishers, "publishes this View");
  DescribeView(seen, status, left_alone, conditions, now);
  DescribeAvailable(status, Reason::Published, Reason::NeverPublished, "No version was published yet.", conditions);
  auto revisit = DescribeFreshness(status, view.spec, left_alone, conditions, now);
  if (status.published) revisit = Sooner(revisit, contract::ChangesAt(view.spec.waivers, now));
  status.observedGeneration = view.meta.generation;
  status.conditions = conditions.Take();
  return {.status = api::Write(status), .revisit = revisit};
}

Plan MakePlan(const ObservedLake& seen, Time now) {
  if (!seen.lake || seen.lake->meta.deleted) return {};
  const api::Lake& lake = *seen.lake;
  api::LakeStatus status = lake.status;
  ConditionList conditions(lake.status.conditions, lake.meta.generation, now);
  const auto problems = Both(seen.unreadable, CheckLake(lake.spec, seen.environment.IsLocal() ? Where::Local : Where::Cluster));
  if (lake.meta.name != kLakeName)
    conditions.Stuck(Reason::Invalid, "metadata.name must be \"default\": a namespace has one Lake, and this one is not used.");
  else if (!problems.empty())
    conditions.Stuck(Reason::Invalid, api::Join(problems));
  else
    conditions.InForce(Reason::InForce, "The Lake is valid and in force.");
  status.observedGeneration = lake.meta.generation;
  status.conditions = conditions.Take();
  return {.status = api::Write(status)};
}

}  // namespace weir::plan
