#pragma once

#include <string>
#include <vector>

#include "crds/api/pipeline.h"
#include "crds/api/stage_status.h"

namespace weir::plan {

// Stages that must have succeeded before stage `index` starts: its `needs`, or the previous stage when that is absent.
std::vector<std::string> NeedsOf(const std::vector<api::Stage>& stages, std::size_t index);

// Whether every needed stage has committed. `statuses` has one entry for each stage.
bool EverythingNeededSucceeded(const std::vector<api::Stage>& stages, std::size_t index, const std::vector<api::StageStatus>& statuses);

}  // namespace weir::plan
