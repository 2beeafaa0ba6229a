#include "operator/plan/action.h"

#include <algorithm>

namespace weir::plan {

void PutInOrder(std::vector<Action>& actions) {
  std::stable_partition(actions.begin(), actions.end(), [](const Action& action) { return std::holds_alternative<ReadPodEvents>(action); });
  std::stable_partition(actions.begin(), actions.end(), [](const Action& action) { return !std::holds_alternative<RelabelPod>(action); });
}

std::optional<Time> Sooner(std::optional<Time> a, std::optional<Time> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}  // namespace weir::plan
