#pragma once

#include <optional>
#include <vector>

#include "crds/api/protocol/stage_outcome.h"
#include "crds/api/protocol/stage_task.h"
#include "crds/base/result.h"

namespace weir::stages {

// What an attempt does whose inputs were never committed: an empty result would look like data. When stages of its own
// pipeline write them, nothing has arrived yet: it succeeds and commits nothing. Of another's table: Fault::Data, "NoFiles".
// Nothing is answered when there is something to read.
Result<std::optional<api::StageOutcome>> NothingToRead(const api::StageTask& task, const std::vector<const api::TaskTable*>& never_committed);

}  // namespace weir::stages
