#pragma once

#include <string>

#include "crds/base/result.h"
#include "crds/base/time.h"
#include "operator/kube/cluster_api.h"

namespace weir::cli {

// Takes the status of each Dataset and View of `cluster` that has no version from the log of its table in the local lake: as
// the report of the run that committed it would set it, so that a state that was lost, or that lacks objects, says what the
// tables say before anything runs. A table whose log has nothing to give (lake_logs.h) changes nothing. `lake`: absolute
// folder. Faults: those of the cluster.
Status RestoreStatus(kube::ClusterApi& cluster, const std::string& lake, Time now);

}  // namespace weir::cli
