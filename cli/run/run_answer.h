#pragma once

#include <vector>

#include "cli/lake/world.h"
#include "cli/run/watch_runs.h"
#include "cli/screen/terminal.h"

namespace weir::cli {

// Prints the result of each pipeline to stderr, and the whole report of a failure. Each message once. Exit::Failed when a
// pipeline did not succeed, and is neither suspended nor superseded by a newer run.
Exit PrintRuns(const Terminal& terminal, const World& world, const std::vector<PipelineView>& views);

// The same for programs: a list of {namespace, name, state, message, run, report}. `state` is a word of PipelineView::State;
// `report` is the output of `weir explain run`, null when no run was started.
Json RunsAsJson(const World& world, const std::vector<PipelineView>& views);

}  // namespace weir::cli
