#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crds/api/stage_status.h"
#include "operator/plan/pod/pod.h"

namespace weir::plan {

// Expected name, labels and deadline of an attempt's pod.
struct AttemptPod {
  std::string name;     // immutable
  api::TextMap labels;  // only ours
  std::int64_t deadlineSeconds = 0;
  bool ownerMissing = false;  // it exists without its owner reference
};

// The pods with stage and attempt set from their names, which are immutable, and not from their labels. Names are derived from
// `owner` (the run, or the revision being validated), the stage and the attempt. A pod whose name matches no attempt of
// `stages`, nor the attempt in its labels, has no stage.
std::vector<Pod> Recognised(std::vector<Pod> pods, const std::string& owner, const std::vector<api::StageStatus>& stages);

// Whether a pod has the name of the newest attempt of one of `stages`, and that attempt runs; `owner` as for Recognised.
bool BelongsToRunningAttempt(const std::string& pod, const std::string& owner, const std::vector<api::StageStatus>& stages);

// Whether an orphan is such a pod, and not of an earlier object with its owner's name. `since`: creation of the owner.
bool IsMissingOwner(const Pod& orphan, Time since, const std::string& owner, const std::vector<api::StageStatus>& stages);

// Our labels that others have changed, with the values that RelabelPod puts back; empty if nothing was changed.
Json ChangedLabels(const Pod& pod, const AttemptPod& made);

// "weirkeeper.io/attempt is "77", expected "1"; ..."
std::string DescribeChange(const Pod& pod, const Json& labels);

}  // namespace weir::plan
