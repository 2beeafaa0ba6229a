#pragma once

#include <string>
#include <vector>

#include "cli/lake/published.h"

namespace weir::cli {

// What a reader was promised for the first time between `before` and `after`: one sentence for all Views of `ns` that are
// Stable, with the ways to change them later. Empty when no View is published for the first time. Pure.
std::vector<std::string> FirstPublications(const Published& before, const Published& after, const std::string& ns);

}  // namespace weir::cli
