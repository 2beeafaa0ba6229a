#pragma once

#include "crds/api/pipeline.h"
#include "runner/storage/http/http_source.h"

namespace weir::stages {

// The limits of a source as its declaration gives them: 10Gi and 30m where it gives none.
storage::FetchOptions FetchOptionsOf(const api::HttpSource& source);

}  // namespace weir::stages
