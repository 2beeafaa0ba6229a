#pragma once

#include <string>

#include "crds/api/stage_outcome.h"
#include "crds/api/stage_task.h"
#include "crds/base/result.h"

namespace weir::cli {

// The runner program: WEIR_RUNNER, else `weirkeeper-runner` beside this program. Fault::Missing when there is none.
Result<std::string> FindRunner();

// Runs one task to its end in a process of its own, as a pod would, and answers what it said. For tasks that touch no
// data; `weir run` has the kubelet for the others. Fault::Bug when the runner ends without a word.
Result<api::StageOutcome> RunTask(const std::string& runner, const api::StageTask& task);

}  // namespace weir::cli
