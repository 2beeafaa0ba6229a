#include "runner/stages/tables/unchanged.h"

#include "crds/api/describe/write.h"
#include "crds/base/clock_skew.h"
#include "crds/base/name.h"
#include "runner/stages/tables/events_ahead.h"
#include "runner/stages/tables/publication.h"
#include "runner/stages/tables/verification.h"

namespace weir::stages {
namespace {

template <typename T>
Json Written(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(api::WriteCanonical(item));
  return list;
}

// What is not as it was committed is made again.
Result<bool> AreWhole(const Place& place, const PlacedTable& target, const storage::TableState& state, engine::Engine& engine) {
  for (const auto& [path, file] : state.files) {
    const Status whole = CheckWritten(target, file, engine);
    if (whole.ok()) continue;
    if (whole.error().reason != "FileUnreadable") return whole.error();
    place.ports.log(whole.error().message + "; the version is made again");
    return false;
  }
  return true;
}

// Such a clock may have let event times count that are still to come.
bool IsOfAClockAhead(const Ports& ports, const storage::TableState& state) {
  const Time now = ports.clock != nullptr ? ports.clock->Now() : SystemClock().Now();
  return Time{Integer(state.commitInfo, "timestamp") * 1000} > now + kClockSkew;
}

// An event that was ahead when the version was made counts by now. Older releases kept how many there were, and not the nearest.
bool AnEventHasCome(const Place& place, const PlacedTable& target, const Json& facts) {
  const auto nearest = ParseTime(Text(facts, kFactNearestEvent));
  if (!nearest.ok()) return Integer(facts, "eventsAhead") > 0;
  const auto until = EventsUntil(place.task, *target.table);
  return until && *nearest <= *until;
}

}  // namespace

std::string ResultKey(const api::StageTask& task, const api::TaskTable& target, const Inputs& inputs) {
  Json read = Json::array();
  for (const auto& [table, state] : inputs)
    read.push_back({table->table->name, table->table->table, state->metadataId, state->version, Text(state->Facts(), "contentHash")});
  Json parts{task.sql,          read,      Written(target.columns), Written(target.keys), Written(target.checks), target.eventTime, target.place,
             task.contractHash, task.image};
  if (target.eventTimeMaxAhead) parts.push_back(Format(*target.eventTimeMaxAhead));
  if (target.quarantine) parts.push_back(api::WriteCanonical(*target.quarantine));
  return StableHashText(Dump(parts));
}

Result<std::optional<api::StageOutcome>> FindUnchanged(const Place& place, const PlacedTable& target, const storage::TableState& state,
                                                       const std::string& made_of, const Json& promise, engine::Engine& engine) {
  const Json& facts = state.Facts();
  const bool same = Text(facts, kFactMadeOf) == made_of && !AnEventHasCome(place, target, facts) && !IsOfAClockAhead(place.ports, state) &&
                    (promise.is_null() || At(facts, "contract") == promise);
  if (!same) return std::optional<api::StageOutcome>();
  const auto whole = AreWhole(place, target, state, engine);
  if (!whole.ok()) return whole.error();
  if (!*whole) return std::optional<api::StageOutcome>();
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .commits = CommitsThatHold(place, target, state), .findings = FindingsOf(facts)};
  outcome.message =
      "version " + std::to_string(state.version) + " of " + target.table->name + " is unchanged: it was made by the same SQL of the same versions";
  return std::optional<api::StageOutcome>(std::move(outcome));
}

}  // namespace weir::stages
