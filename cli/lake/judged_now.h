#pragma once

#include "operator/local/memory_cluster.h"

namespace weir::cli {

// Between two runs of `weir run` no controller is there to turn a condition at the instant at which data become late. Judges
// every Dataset and View with a freshness limit by the clock, as the controllers do, and changes its status in `cluster`:
// what is loaded from a lake then tells the truth of this moment. Nothing is started, and nothing is saved.
void JudgeNow(local::MemoryCluster& cluster, const Clock& clock);

}  // namespace weir::cli
