#pragma once

#include <vector>

#include "crds/base/json.h"
#include "runner/engine/sql/bind.h"

namespace weir::engine {

// Bounds of an answer. The whole answer is kept in memory, in addition to what the engine uses.
struct AnswerLimits {
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
};

// The first rows of the SELECT, each cell as JSON text (json_values.h), in the order of the columns. Fault::Invalid, reason
// "SqlInvalid", for two columns of one name; Fault::Exhausted, reason "TooLarge", when those rows have more bytes.
Result<AnswerRows> CellsAsJson(Session& session, const BoundSelect& select, AnswerLimits limits);

// The same as parsed JSON objects.
Result<std::vector<Json>> RowsAsJson(Session& session, const BoundSelect& select, AnswerLimits limits);

}  // namespace weir::engine
