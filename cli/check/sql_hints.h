#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crds/api/pipeline.h"
#include "operator/plan/resolve/resolve.h"

namespace weir::cli {

// Whether a hint may explain this error of the engine: a syntax error or an unknown table, without a hint by the engine.
bool MayBeHinted(std::string_view error);

// Of a SQL text that cannot be bound: the first dataset of files that it names, which SQL cannot read, and the tables into which
// these pipelines decode it. "; stations-history is a dataset of files ...", or empty.
std::string HintAtFiles(const std::vector<api::Dataset>& datasets, const std::vector<const api::Pipeline*>& pipelines, const std::string& sql);

// The same, or an object whose name SQL writes with '_' for '-'.
std::string SqlHint(const plan::Surroundings& around, const std::vector<const api::Pipeline*>& pipelines, const std::string& sql);

}  // namespace weir::cli
