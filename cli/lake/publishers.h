#pragma once

#include <vector>

#include "cli/lake/world.h"
#include "crds/api/pipeline.h"

namespace weir::cli {

// The stage with this output ("Dataset/daily"); null when no stage has it.
const api::Stage* StageThatWrites(const api::PipelineSpec& pipeline, const std::string& output);

// The pipelines of the namespace that write one of these outputs ("View/daily-v1"), a list of {pipeline, suspended, stalled, run}:
// `stalled` is {reason, message}; `run` is the newest {name, state, reason, message, stage}, where state is Running, Succeeded,
// Failed, Cancelled or Superseded, and stage the first that failed, as {name, reason, message}. Null members are left out.
Result<Json> PublishersOf(const World& world, const std::vector<std::string>& outputs);

void PrintPublishers(const Terminal& terminal, const Json& publishers);

}  // namespace weir::cli
