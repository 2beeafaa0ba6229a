#pragma once

#include <string>
#include <vector>

#include "crds/api/stage_outcome.h"
#include "crds/api/stage_task.h"
#include "crds/base/result.h"

namespace weir::cli {

// The runner program: WEIR_RUNNER, else `weirkeeper-runner` beside this program. Fault::Missing when there is none.
Result<std::string> FindRunner();

// Runs Validate tasks to their end in one process, as pods would one by one, and returns the outcome of each. Fault::Bug
// when the runner ends without them.
Result<std::vector<api::StageOutcome>> RunValidations(const std::string& runner, const std::vector<api::StageTask>& tasks);

}  // namespace weir::cli
