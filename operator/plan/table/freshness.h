#pragma once

#include <optional>
#include <string>

#include "crds/api/dataset.h"

namespace weir::plan {

// How a table stands against its limit. Judged by data time, never by run time: a source that goes quiet turns it late
// with no run present.
struct FreshnessVerdict {
  api::ConditionStatus status = api::ConditionStatus::Unknown;
  api::Reason reason = api::Reason::NoLimit;
  std::string message;
  std::optional<Time> changesAt;  // the exact instant at which the answer turns, with no new version
};

// Age = now - data_as_of; at exactly maxLag it is late. No limit or no data: Unknown, never a pass. So is a data time that is
// further ahead of `now` than `max_ahead`: the clock of the run that committed it was wrong, or this one is.
FreshnessVerdict JudgeFreshness(std::optional<Time> data_as_of, const std::optional<api::Freshness>& limit, Time now,
                                Duration max_ahead = api::EventTime{}.MaxAhead());

}  // namespace weir::plan
