#pragma once

#include <vector>

#include "crds/base/json.h"
#include "runner/engine/bind.h"

namespace weir::engine {

// At most `limit` rows of the SELECT, each cell as JSON text (json_values.h), in the order of the columns. Fault::Invalid,
// reason "SqlInvalid", for two columns of one name.
Result<AnswerRows> CellsAsJson(Session& session, const BoundSelect& select, std::int64_t limit);

// The same as parsed JSON objects.
Result<std::vector<Json>> RowsAsJson(Session& session, const BoundSelect& select, std::int64_t limit);

}  // namespace weir::engine
