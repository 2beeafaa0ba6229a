#include "operator/plan/resolve/dag.h"

#include <algorithm>

namespace weir::plan {

std::vector<std::string> NeedsOf(const std::vector<api::Stage>& stages, std::size_t index) {
  if (stages[index].needs) return *stages[index].needs;
  if (index == 0) return {};
  return {stages[index - 1].name};
}

bool EverythingNeededSucceeded(const std::vector<api::Stage>& stages, std::size_t index, const std::vector<api::StageStatus>& statuses) {
  const auto succeeded = [&statuses](const std::string& name) {
    return std::any_of(statuses.begin(), statuses.end(),
                       [&name](const api::StageStatus& s) { return s.name == name && s.state == api::StageState::Succeeded; });
  };
  const std::vector<std::string> needs = NeedsOf(stages, index);
  return std::all_of(needs.begin(), needs.end(), succeeded);
}

}  // namespace weir::plan
