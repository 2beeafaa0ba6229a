#pragma once

#include "cli/lake/published.h"
#include "cli/manifests/declared.h"

namespace weir::cli {

// Adds the published contracts of the declared Views to `published`, from the logs of their tables, where the status is unknown
// or older: `state.json` was deleted or is a copy, or the objects were restored from Git. An unreachable store, a table
// that was never published and an unreadable log add nothing: the runner checks again before it commits.
void AddContractsOfLake(const Declared& declared, const std::string& lake, Published& published);

}  // namespace weir::cli
