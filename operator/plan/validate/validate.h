#pragma once

#include <vector>

#include "crds/api/dataset.h"
#include "crds/api/describe/read.h"
#include "crds/api/lake.h"
#include "crds/api/pipeline.h"
#include "crds/api/view.h"

namespace weir::plan {

// Rules about one object that a schema cannot express: those that are CEL in the CRDs, and those that exceed CEL's cost
// limit. Used by controllers and `weir check`. Each function returns all problems, with their paths from `spec`.
enum class Where { Cluster, Local };

std::vector<api::Problem> CheckLake(const api::LakeSpec& lake, Where where);
std::vector<api::Problem> CheckDataset(const api::DatasetSpec& dataset);
std::vector<api::Problem> CheckView(const api::ViewSpec& view);
// Rules among stages; their references are checked by Resolve.
std::vector<api::Problem> CheckPipeline(const api::PipelineSpec& pipeline);

}  // namespace weir::plan
