#pragma once

#include <string>

#include "crds/base/result.h"
#include "crds/base/time.h"
#include "operator/kube/cluster_api.h"

namespace weir::cli {

// Restores the status of each Dataset and View of `cluster` that has no version from the log of its table in the local lake,
// as the run that committed it would have set it. Used before a run when the state was lost or lacks objects. A table
// without a usable log (lake_logs.h) is left unchanged. `lake`: absolute folder. Faults: those of the cluster.
Status RestoreStatus(kube::ClusterApi& cluster, const std::string& lake, Time now);

}  // namespace weir::cli
