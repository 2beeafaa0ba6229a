#pragma once

#include <string_view>
#include <vector>

#include "crds/api/kubernetes/meta.h"
#include "crds/base/json.h"

namespace weir::observe {

// Paths of members, such as `spec.stages.publish`; a step into a list applies to each of its objects.
using Paths = std::vector<std::string_view>;

// The members of an object that the caches keep besides its metadata. All others read as null, so a member must be listed
// here before code reads it.
struct Kept {
  Paths cachedPaths;  // members that are kept at all: as text, parsed when the object itself is reconciled
  Paths parsedPaths;  // of these, members that are read for other objects: also kept parsed, because there may be many such reads
};

// For one of the watched resources.
const Kept& KeptOf(const api::Resource& resource);

// The members of `object` at the paths, nothing else. Lists keep their length, so that an item keeps its index.
Json Pick(const Json& object, const Paths& paths);

}  // namespace weir::observe
