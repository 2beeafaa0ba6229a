#include "operator/plan/table/freshness.h"

namespace weir::plan {

using api::ConditionStatus;
using api::Reason;

FreshnessVerdict JudgeFreshness(std::optional<Time> data_as_of, const std::optional<api::Freshness>& limit, Time now, Duration max_ahead) {
  if (!limit) return {ConditionStatus::Unknown, Reason::NoLimit, "No freshness is promised; set spec.freshness.maxLag to promise one.", {}};
  if (!data_as_of) return {ConditionStatus::Unknown, Reason::NoData, "No version tells the time of its data yet.", {}};
  if (*data_as_of > now + max_ahead)
    return {ConditionStatus::Unknown, Reason::NoData,
            "Newest data: " + Format(*data_as_of) +
                ", which is ahead of the clock and does not count: a clock was wrong when it was committed, or is now. The next "
                "run at the right clock makes the version again.",
            *data_as_of - max_ahead};
  const Time late_from = *data_as_of + limit->maxLag;
  const std::string since = "Newest data: " + Format(*data_as_of) + "; the limit of " + Format(limit->maxLag);
  if (now >= late_from) return {ConditionStatus::False, Reason::LimitExceeded, since + " was reached at " + Format(late_from) + ".", {}};
  return {ConditionStatus::True, Reason::WithinLimit, since + " is reached at " + Format(late_from) + ".", late_from};
}

}  // namespace weir::plan
