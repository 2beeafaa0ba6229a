#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crds/api/stage_status.h"
#include "operator/plan/pod.h"

namespace weir::plan {

// Expected name, labels and deadline of an attempt's pod.
struct AttemptPod {
  std::string name;     // which nobody can change
  api::TextMap labels;  // those of ours
  std::int64_t deadlineSeconds = 0;
};

// The pods with the stage and the attempt that their names say, whatever their labels do: names are derived from `owner` (the
// run, or the revision that is validated), the stage and the attempt, and stay. One that fits no attempt of `stages` so far, nor
// the one that its labels tell, has no stage.
std::vector<Pod> Recognised(std::vector<Pod> pods, const std::string& owner, const std::vector<api::StageStatus>& stages);

// Our labels that others have changed, with the values that RelabelPod puts back; empty if nothing was changed.
Json ChangedLabels(const Pod& pod, const AttemptPod& made);

// "weirkeeper.io/attempt is "77", expected "1"; ..."
std::string DescribeChange(const Pod& pod, const Json& labels);

}  // namespace weir::plan
