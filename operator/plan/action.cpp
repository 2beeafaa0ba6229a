#include "operator/plan/action.h"

#include <algorithm>

namespace weir::plan {

std::optional<Time> Sooner(std::optional<Time> a, std::optional<Time> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}  // namespace weir::plan
