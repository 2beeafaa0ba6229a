#pragma once

#include <string>
#include <vector>

#include "cli/lake/world.h"
#include "crds/api/pipeline.h"
#include "crds/api/view.h"

namespace weir::cli {

// The objects on the cluster or in the local state. Contract rules compare with them, and manifests may refer to them without
// repeating them.
struct Published {
  std::vector<api::Lake> lakes;
  std::vector<api::Dataset> datasets;
  std::vector<api::View> views;
  std::vector<api::Pipeline> pipelines;
  std::string lake;  // the local lake whose state has them, as given by the user; empty for a cluster
};

// Of one namespace, or of every one when `ns` is empty: people often may read their own only.
Result<Published> ReadPublished(kube::ClusterApi& cluster, const std::string& ns = "");

// Adds `more` to `all`.
void Append(Published& all, Published more);

// Of a file that `kubectl get lakes,datasets,views,pipelines -A -o json` (or `weir get -o json`) wrote.
Result<Published> ReadPublishedFile(const std::string& path);

}  // namespace weir::cli
