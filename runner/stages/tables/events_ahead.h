#pragma once

#include <cstdint>
#include <optional>

#include "crds/api/protocol/stage_outcome.h"
#include "crds/api/protocol/stage_task.h"

namespace weir::stages {

// The latest time of an event that counts in an attempt; absent for a table without event time.
std::optional<Time> EventsUntil(const api::StageTask& task, const api::TaskTable& table);

// Rows whose event time is later than that.
struct EventsAhead {
  std::int64_t rows = 0;
  std::optional<Time> furthest;

  void Add(std::int64_t count, Time time);
  api::Finding Told(const api::TaskTable& table) const;
};

}  // namespace weir::stages
