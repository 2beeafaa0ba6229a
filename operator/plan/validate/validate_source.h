#pragma once

#include <string>
#include <vector>

#include "crds/api/describe/read.h"
#include "crds/api/pipeline.h"

namespace weir::plan {

// The rules that are CEL on FilesSource and HttpSource: paths that stay inside of their store, wildcards in the last part
// only, URLs without credentials and not to link-local addresses. No message repeats a URL: it may hold a token.
void CheckSource(const api::LandSource& source, const std::string& path, std::vector<api::Problem>& problems);

}  // namespace weir::plan
