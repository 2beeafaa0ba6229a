#pragma once

#include <string>
#include <vector>

#include "crds/api/protocol/stage_outcome.h"
#include "crds/api/protocol/stage_task.h"
#include "crds/base/result.h"
#include "crds/base/time.h"

namespace weir::cli {

// The runner program: WEIR_RUNNER, else `weirkeeper-runner` beside this program. Fault::Missing when there is none.
Result<std::string> FindRunner();

// Some thousand queries take seconds.
inline constexpr Duration kLongestValidation = Duration::Minutes(5);

// Runs Validate tasks to their end in one process, as pods would one by one, and returns the outcome of each. The process
// is killed when the calling thread ends. Fault::Bug when it ends without outcomes; Transient "TimedOut" when it was killed
// at the deadline.
Result<std::vector<api::StageOutcome>> RunValidations(const std::string& runner, const std::vector<api::StageTask>& tasks,
                                                      Duration deadline = kLongestValidation);

}  // namespace weir::cli
