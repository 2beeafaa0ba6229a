#pragma once

#include <string>
#include <vector>

#include "crds/api/run.h"
#include "operator/plan/pipeline/bundle.h"

namespace weir::test {

// Between two statuses of one run that follow each other.
struct RunStep {
  const api::RunStatus& before;
  const api::RunStatus& after;
  const plan::Bundle& bundle;  // that the run is bound to; empty when it is bound to none yet
  bool stopped = false;        // somebody cancelled it, or its revision is gone
  Time now;
};

// Which laws the step breaks, in words. They hold whatever happened to pods, caches and the operator.
std::vector<std::string> BrokenLaws(const RunStep& step);

int CountedEnds(const api::StageStatus& stage);
const api::StageStatus* FindStage(const api::RunStatus& status, const std::string& name);

}  // namespace weir::test
