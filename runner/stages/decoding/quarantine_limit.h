#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crds/api/protocol/stage_task.h"
#include "runner/engine/engine.h"

namespace weir::stages {

// Rows of one file, or of one result of SQL, and those of them that do not go into the table.
struct QuarantinedShare {
  std::string what;  // file or table, for people
  std::int64_t rows = 0;
  std::int64_t quarantined = 0;
  std::vector<engine::RejectedRow> examples;
  std::string advice;  // a sentence on how to go on, or empty
};

// Fault::Data, "QuarantineExceeded", when it is more than spec.quarantine of the table allows: by default every row of
// something that has rows. The verdict on one file does not depend on which other files come with it.
Status CheckQuarantine(const api::TaskTable& target, const QuarantinedShare& share);

}  // namespace weir::stages
