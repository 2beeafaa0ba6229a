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

// Complete manifests for the files: datasets Landing, RawHistory and Processed and a View for each, and one pipeline that
// lands, accepts, decodes and publishes all of them. Pure. Where a file cannot be declared (a name that SQL reserves, too
// many columns), `weir check` says so.
std::vector<Json> StarterManifests(const StarterNames& names, const std::vector<InferredFile>& files);

// The same as one YAML text with a word of explanation in front.
std::string StarterText(const std::vector<Json>& manifests);

}  // namespace weir::cli
