#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crds/api/stage_status.h"
#include "operator/plan/pod/pod.h"

namespace weir::plan {

// Expected name, labels and deadline of an attempt's pod.
struct AttemptPod {
  std::string name;     // which nobody can change
  api::TextMap labels;  // those of ours
  std::int64_t deadlineSeconds = 0;
  bool lostItsOwner = false;  // it is there, and not among the pods of its owner
};

// The pods with the stage and the attempt that their names say, whatever their labels do: names are derived from `owner` (the
// run, or the revision that is validated), the stage and the attempt, and stay. One that fits no attempt of `stages` so far, nor
// the one that its labels tell, has no stage.
std::vector<Pod> Recognised(std::vector<Pod> pods, const std::string& owner, const std::vector<api::StageStatus>& stages);

// Whether a pod has the name of the newest attempt of one of `stages`, which runs; `owner` as for Recognised.
bool IsOfARunningAttempt(const std::string& pod, const std::string& owner, const std::vector<api::StageStatus>& stages);

// Whether an orphan is such a pod, and was not left by a former object with the name of its owner, which was made at `since`.
bool HasLostItsOwner(const Pod& orphan, Time since, const std::string& owner, const std::vector<api::StageStatus>& stages);

// Our labels that others have changed, with the values that RelabelPod puts back; empty if nothing was changed.
Json ChangedLabels(const Pod& pod, const AttemptPod& made);

// "weirkeeper.io/attempt is "77", expected "1"; ..."
std::string DescribeChange(const Pod& pod, const Json& labels);

}  // namespace weir::plan
