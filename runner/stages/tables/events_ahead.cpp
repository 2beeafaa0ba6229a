#include "runner/stages/tables/events_ahead.h"

#include <algorithm>

namespace weir::stages {

std::optional<Time> EventsUntil(const api::StageTask& task, const api::TaskTable& table) {
  if (table.eventTime.empty()) return std::nullopt;
  return task.logicalTime + table.Events().MaxAhead();
}

void EventsAhead::Add(std::int64_t count, Time time) {
  rows += count;
  furthest = std::max(furthest.value_or(time), time);
}

api::Finding EventsAhead::Told(const api::TaskTable& table) const {
  return {"spec.eventTime", std::to_string(rows) + (rows == 1 ? " row has" : " rows have") + " a time in " + table.eventTime + " that was more than " +
                                Format(table.Events().MaxAhead()) + " ahead of the run, up to " + Format(*furthest) +
                                ": kept, and not counted for freshness (spec.eventTime.maxAhead of " + table.name + ")"};
}

}  // namespace weir::stages
