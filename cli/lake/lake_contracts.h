#pragma once

#include "cli/lake/published.h"
#include "cli/manifests/declared.h"

namespace weir::cli {

// What readers of the declared Views were promised, read from the logs of their tables where the status is not known, or older:
// `state.json` was deleted or is a copy, or the objects were restored from Git. Adds it to `published`. A store that cannot be reached
// from here, a table that was never published and a log that cannot be read add nothing: the runner looks again before it
// commits.
void AddContractsOfLake(const Declared& declared, const std::string& lake, Published& published);

}  // namespace weir::cli
