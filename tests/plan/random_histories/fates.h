#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/plan/world.h"

namespace weir::test {

// As what an attempt must be counted.
enum class Counts { Success, Superseded, Own, Infrastructure };
// How many failures of its own a stage survives that fails like this.
enum class Budget { None, AsOurs, AsDeclared };

// One way in which a pod ends, and what a reader of the documentation expects of it. Not firm: when the pod is also
// deleted or its node is lost, that may be told instead.
struct Fate {
  std::string name;
  Ending ending;
  Counts counts = Counts::Own;
  Budget budget = Budget::AsDeclared;
  bool firm = false;
  bool overtaken = false;  // a newer run takes the table before
};

const std::vector<Fate>& BadFates();

// The fate of a pod that ended with these words.
Fate FateOf(const api::StageOutcome& said);

}  // namespace weir::test
