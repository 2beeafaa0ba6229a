#pragma once

#include <string>
#include <vector>

#include "cli/lake/published.h"

namespace weir::cli {

// The Stable Views of `ns` that were published for the first time between `before` and `after`: one sentence for all, with
// the ways to change them later. Empty when there is none. Pure.
std::vector<std::string> FirstPublications(const Published& before, const Published& after, const std::string& ns);

}  // namespace weir::cli
