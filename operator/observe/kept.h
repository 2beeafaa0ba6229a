#pragma once

#include <string_view>
#include <vector>

#include "crds/api/kubernetes/meta.h"
#include "crds/base/json.h"

namespace weir::observe {

// Paths of members, such as `spec.stages.publish`; a list on the way stands for each of its objects.
using Paths = std::vector<std::string_view>;

// What the caches keep of one object beside its metadata. Whoever reads another member of an object adds it here, or reads null.
struct Kept {
  Paths text;   // all that is read at all: kept as text, and parsed whenever the object itself is looked at
  Paths brief;  // of that, what is read when other objects are looked at: kept parsed as well, because those may be many
};

// Of one of the resources that are watched.
const Kept& KeptOf(const api::Resource& resource);

// The members of `object` at the paths, nothing else. Lists keep their length, so that an item keeps its place.
Json Pick(const Json& object, const Paths& paths);

}  // namespace weir::observe
