#pragma once

#include <string>
#include <vector>

#include "cli/inference.h"
#include "crds/base/json.h"

namespace weir::cli {

// Who the starter manifests speak for.
struct StarterNames {
  std::string name;  // of the whole: the file, and `load-<name>`
  std::string team;
};

// Complete manifests for the files: datasets Landing, RawHistory and Processed for each, a View on the first one, and a
// pipeline that lands, accepts, decodes and publishes. Pure; what it answers passes `weir check`.
std::vector<Json> StarterManifests(const StarterNames& names, const std::vector<InferredFile>& files);

// The same as one YAML text with a word of explanation in front.
std::string StarterText(const std::vector<Json>& manifests);

}  // namespace weir::cli
