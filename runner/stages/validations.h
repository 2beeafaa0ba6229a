#pragma once

#include <vector>

#include "runner/stages/run_task.h"

namespace weir::stages {

// The outcome of each Validate task, in one engine; nothing is written. For `weir check`, which has one for each pipeline.
std::vector<api::StageOutcome> RunValidations(const std::vector<api::StageTask>& tasks, const Ports& ports);

}  // namespace weir::stages
