#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crds/api/protocol/stage_outcome.h"
#include "runner/engine/engine.h"
#include "runner/stages/tables/place.h"
#include "runner/storage/table/table_log.h"

namespace weir::stages {

// SQL that gives other rows each time is refused, so the same SQL over the same versions, with the same declarations and the
// same runner, gives the version that is there already.

// Tables that were read, each as of one version.
using Inputs = std::vector<std::pair<const PlacedTable*, const storage::TableState*>>;

// A hash of all that decides what a version holds. Differs for tables that were made anew under their names.
std::string ResultKey(const api::StageTask& task, const api::TaskTable& target, const Inputs& inputs);

// Members of a commit's facts: ResultKey, and the nearest event time that was too far ahead to count. Once it has come, the version
// does not stay as it is.
inline constexpr const char* kFactMadeOf = "madeOf";
inline constexpr const char* kFactNearestEvent = "nearestEvent";

// When the newest version of the target (`state`) was made of the same, under the same promise (null: none), and its files are whole:
// an outcome with that version, to be reported as of this attempt. No row is read. Absent: the version is to be made.
Result<std::optional<api::StageOutcome>> FindUnchanged(const Place& place, const PlacedTable& target, const storage::TableState& state,
                                                       const std::string& made_of, const Json& promise, engine::Engine& engine);

}  // namespace weir::stages
