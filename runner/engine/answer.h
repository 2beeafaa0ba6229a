#pragma once

#include <vector>

#include "crds/base/json.h"
#include "runner/engine/bind.h"

namespace weir::engine {

// At most `limit` rows of the SELECT as JSON objects. What a JSON number cannot carry is text, so that no digit is lost:
// integers beyond 64 bits, a DECIMAL of more than 15 digits, and NaN and the infinities of columns. Fault::Invalid, reason
// "SqlInvalid", for two columns of one name, and for NaN inside a list or struct.
Result<std::vector<Json>> RowsAsJson(Session& session, const BoundSelect& select, std::int64_t limit);

}  // namespace weir::engine
