#pragma once

#include <vector>

#include "crds/api/dataset.h"
#include "crds/api/describe/read.h"
#include "crds/api/lake.h"
#include "crds/api/pipeline.h"
#include "crds/api/view.h"

namespace weir::plan {

// What a schema cannot say about one object by itself: the rules that stand as CEL in the CRDs, and those that CEL
// cannot pay for. Controllers and `weir check` ask here. Every problem at once, with its path from `spec`.
enum class Where { Cluster, Local };

std::vector<api::Problem> CheckLake(const api::LakeSpec& lake, Where where);
std::vector<api::Problem> CheckDataset(const api::DatasetSpec& dataset);
std::vector<api::Problem> CheckView(const api::ViewSpec& view);
// Stages among themselves; what they name is looked up by Resolve.
std::vector<api::Problem> CheckPipeline(const api::PipelineSpec& pipeline);

}  // namespace weir::plan
