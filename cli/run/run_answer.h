#pragma once

#include <vector>

#include "cli/lake/world.h"
#include "cli/run/watch_runs.h"
#include "cli/screen/terminal.h"

namespace weir::cli {

// What became of each pipeline, for people, on the error stream; a failure with everything that is known about it. Each
// message once. Failed when one did not succeed and is neither suspended nor superseded by a newer run.
Exit PrintRuns(const Terminal& terminal, const World& world, const std::vector<PipelineView>& views);

// The same for programs: a list of {namespace, name, state, message, run, report}. `state` is a word of PipelineView::State;
// `report` is what `weir explain run` tells, null where no run was begun.
Json RunsAsJson(const World& world, const std::vector<PipelineView>& views);

}  // namespace weir::cli
