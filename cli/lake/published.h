#pragma once

#include <string>
#include <vector>

#include "cli/lake/world.h"
#include "crds/api/pipeline.h"
#include "crds/api/view.h"

namespace weir::cli {

// What stands on the cluster or in the local state already: contract rules compare with it, and manifests may refer to
// objects of it that they do not repeat.
struct Published {
  std::vector<api::Lake> lakes;
  std::vector<api::Dataset> datasets;
  std::vector<api::View> views;
  std::vector<api::Pipeline> pipelines;
  std::string lake;  // the local lake that remembers them, as it was given; empty for a cluster
};

// Of one namespace, or of every one when `ns` is empty: people often may read their own only.
Result<Published> ReadPublished(kube::ClusterApi& cluster, const std::string& ns = "");

// Adds `more` to `all`.
void Append(Published& all, Published more);

// Of a file that `kubectl get lakes,datasets,views,pipelines -A -o json` (or `weir get -o json`) wrote.
Result<Published> ReadPublishedFile(const std::string& path);

}  // namespace weir::cli
