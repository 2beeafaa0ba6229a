#pragma once

#include <string>
#include <vector>

#include "cli/init/inference.h"
#include "crds/base/json.h"

namespace weir::cli {

// Names in the starter manifests.
struct StarterNames {
  std::string name;  // of the whole: the file, and `load-<name>`
  std::string team;
};

// How many files one pipeline takes: four stages each, and a Pipeline has 50 at most.
inline constexpr std::size_t kFilesOfPipeline = 12;

// Complete manifests for the files: datasets Landing, RawHistory and Processed and a View for each, and pipelines that land,
// accept, decode and publish them: one, or for more than kFilesOfPipeline files several with a number in their names. Pure. Where
// a file cannot be declared (a name that SQL reserves, too many columns), `weir check` reports it.
std::vector<Json> StarterManifests(const StarterNames& names, const std::vector<InferredFile>& files);

// The same as one YAML text with a word of explanation in front, and a comment for each file that others may follow.
std::string StarterText(const std::vector<Json>& manifests, const std::vector<InferredFile>& files);

// For people: how the path of one dated file is to be declared for those that follow it. Only where `file.successors` is set.
std::string SuccessorsNote(const InferredFile& file);

}  // namespace weir::cli
