#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "operator/plan/pipeline/bundle.h"

namespace weir::plan {

inline constexpr std::string_view kCaBundleFile = "/var/run/weirkeeper/ca/ca.crt";

// The parts of a pod that differ between stages; everything else is fixed in pod_template.cpp.
struct PodRequest {
  std::string name;
  api::Resource ownerKind;
  api::Meta owner;  // the run, or the pipeline for a validation
  api::StageTask task;
  std::string image;
  api::Resources resources;    // both fields
  api::RunnerSettings runner;  // of the operator and the Lake, merged
  Duration timeout = Duration::Hours(1);
};

// The pod of one attempt: restricted Pod Security, read-only root, no API token, request equal to limit, our finalizer,
// the task in an annotation that is mounted as a file, and only the stores that the task names. Settings cannot weaken any
// of this.
Json PodFor(const PodRequest& request, const Bundle& bundle);

std::int64_t DeadlineSeconds(Duration timeout);  // of the pod of an attempt

std::string ServiceAccountName(const std::string& pipeline);
Json ServiceAccountFor(const api::Meta& pipeline, const std::map<std::string, std::string>& annotations);

}  // namespace weir::plan
