#pragma once

#include <string>
#include <vector>

#include "crds/api/pipeline.h"
#include "crds/api/stage_status.h"

namespace weir::plan {

// Stages that must have succeeded before stage `index` starts: what it says, or the stage above when it says nothing.
std::vector<std::string> NeedsOf(const std::vector<api::Stage>& stages, std::size_t index);

// Every stage that it needs has committed. `statuses` holds one entry for each stage.
bool EverythingNeededSucceeded(const std::vector<api::Stage>& stages, std::size_t index, const std::vector<api::StageStatus>& statuses);

}  // namespace weir::plan
