#pragma once

#include <optional>

#include "runner/engine/engine.h"
#include "runner/stages/tables/publication.h"

namespace weir::stages {

// "namespace/View/name": whose table it is, in the facts of every commit.
std::string OwnerOf(const api::StageTask& task, const api::TaskTable& table);
// Fault::Invalid, "NameTaken", when the log belongs to another object.
Status CheckOwner(const api::StageTask& task, const api::TaskTable& table, const storage::TableState& state);

// What a log keeps of a View's contract; fields of a newer release are passed over.
std::optional<api::PublishedContract> ContractIn(const Json& json);

// What the next version of a View would promise, or why it may not be published.
struct Promise {
  std::optional<api::PublishedContract> next;  // to be recorded with the commit; absent in tasks of older operators
  std::vector<api::Waiver> waivers;            // that the task offers and no publication has used
  std::optional<api::StageOutcome> refused;    // ContractBroken: findings, and in `standing` what stays published
};

// Tag of a View's file: its oldest event time. Statistics of the log may lack it.
inline constexpr const char* kTagOldestEvent = "oldestEvent";

// Compares what the task would publish with what the table's log remembers (`state`: its newest version), whatever the operator knows: a status that was
// lost, or objects restored from Git, free no breaking edit. Waivers are judged at the run's logical time, so that an
// attempt that is made again has the same answer.
Promise KeepPromise(const Place& place, const PlacedTable& target, const storage::TableState& state);

// A rule that only the rows show: with `lookback` promised, rows that were published may fall out at the old end only when
// they are older than that, or with a waiver of SlaHistory, which is recorded as used then. Fault::Data, "ContractBroken".
Status KeepLookback(const PlacedTable& target, const storage::TableState& state, const engine::WrittenFile& written, Promise& promise);

}  // namespace weir::stages
