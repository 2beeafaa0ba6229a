#pragma once

#include "operator/local/memory_cluster.h"

namespace weir::cli {

// Updates the freshness conditions in the status of every Dataset and View in `cluster` to the current time, as the
// controllers do. Needed for a loaded lake, because no controller runs between two runs of `weir run`. Starts and saves
// nothing.
void UpdateFreshnessNow(local::MemoryCluster& cluster, const Clock& clock);

}  // namespace weir::cli
