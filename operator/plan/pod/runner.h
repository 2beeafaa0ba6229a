#pragma once

#include <string>
#include <vector>

#include "crds/api/describe/read.h"
#include "crds/api/pipeline.h"
#include "operator/plan/action.h"

namespace weir::plan {

// The settings of the operator (`base`) and of a Lake (`over`) in one: what the Lake sets wins, field by field; maps and
// lists of named things are merged by key; tolerations and affinity are replaced as a whole. A Lake that sets a user or
// group ID overrides userIds of `base`.
api::RunnerSettings Merge(const api::RunnerSettings& base, const api::RunnerSettings& over);

// What pods of a Lake get, and which image. In `weir run` no ConfigMap is mounted: there SSL_CERT_FILE names authorities.
api::RunnerSettings RunnerFor(const Environment& environment, const api::RunnerSettings& lake);
std::string ImageOf(const Environment& environment, const api::RunnerSettings& lake);

// Both fields are set: from the stage, else from `runner`, else 1 CPU and 1Gi.
api::Resources StageResources(const api::Resources& stage, const api::RunnerSettings& runner);
// From `runner.validator`, else 250m and 256Mi: SQL is bound, and no data is read.
api::Resources ValidatorResources(const api::RunnerSettings& runner);

// Problems for which the API server would refuse a pod with these settings, and violations of the CEL rules of a Lake.
// `path`: of the settings, such as spec.runner.
std::vector<api::Problem> CheckRunner(const api::RunnerSettings& runner, const std::string& path);

// Appends a problem for memory below a runner's minimum. The engine uses at least 64 MiB, so a smaller pod is OOMKilled.
void CheckResources(const std::optional<api::Resources>& resources, const std::string& path, std::vector<api::Problem>& problems);

// Settings of the whole operator from a file's text, YAML or JSON. Fault::Invalid with the path of each field that is wrong.
Result<api::RunnerSettings> ParseRunnerSettings(const std::string& text);

}  // namespace weir::plan
