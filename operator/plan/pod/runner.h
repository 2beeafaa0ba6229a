#pragma once

#include <string>
#include <vector>

#include "crds/api/describe/read.h"
#include "crds/api/pipeline.h"
#include "operator/plan/action.h"

namespace weir::plan {

// The settings of the operator (`base`) and of a Lake (`over`) in one: what the Lake sets wins, field by field; maps and
// lists of named things are merged by key; tolerations and affinity are replaced as a whole. A Lake that names a user or
// group ID wants it to be used, whatever `base` says of userIds.
api::RunnerSettings Merge(const api::RunnerSettings& base, const api::RunnerSettings& over);

// What pods of a Lake get, and which image. In `weir run` no ConfigMap is mounted: there SSL_CERT_FILE names authorities.
api::RunnerSettings RunnerFor(const Environment& environment, const api::RunnerSettings& lake);
std::string ImageOf(const Environment& environment, const api::RunnerSettings& lake);

// Both fields are set: what the stage says, else what `runner` says, else 1 CPU and 1Gi.
api::Resources StageResources(const api::Resources& stage, const api::RunnerSettings& runner);
// As `runner.validator` says, else 250m and 256Mi: SQL is bound, and no data is read.
api::Resources ValidatorResources(const api::RunnerSettings& runner);

// What the API server would refuse of a pod with these settings, and what CEL says of them in a Lake. `path` is that of the
// settings, such as spec.runner.
std::vector<api::Problem> CheckRunner(const api::RunnerSettings& runner, const std::string& path);

// Memory below what a runner needs to begin with. The engine's own share is 64 MiB at least, so that a pod of less is killed.
void CheckResources(const std::optional<api::Resources>& resources, const std::string& path, std::vector<api::Problem>& problems);

// Settings of the whole operator from a file's text, YAML or JSON. Fault::Invalid with the path of each field that is wrong.
Result<api::RunnerSettings> ParseRunnerSettings(const std::string& text);

}  // namespace weir::plan
