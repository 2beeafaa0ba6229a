#include "operator/plan/pod/stray.h"

namespace weir::plan {

Plan MakePlan(const ObservedStray& seen, Time) {
  if (!seen.pod || (seen.pod->phase != PodPhase::Ended && !seen.pod->meta.deleted)) return {};
  return {.after = ReleaseAll({*seen.pod})};
}

}  // namespace weir::plan
