#pragma once

#include <set>
#include <string>

#include "cli/declared.h"
#include "cli/published.h"
#include "operator/plan/resolve.h"

namespace weir::cli {

// What a pipeline of the namespace would see once the manifests are applied: the declared objects, and of the published
// ones those that the manifests do not repeat.
plan::Surroundings SurroundingsOf(const Declared& declared, const Published& published, const std::string& ns);

// Folders that stand for the local lake where nothing is read or written, or none when the Lake is one of a cluster.
plan::Environment EnvironmentFor(const plan::Surroundings& around);

}  // namespace weir::cli
