#pragma once

#include <string>
#include <string_view>

#include "crds/base/json.h"
#include "crds/base/time.h"

namespace weir::cli {

// The subset of JSONPath in which our printer columns are written: `.a.b` and `.list[?(@.key=="value")].c`. Null where
// a step is absent.
const Json& Follow(const Json& object, std::string_view path);

// The text of a cell: text as it is, other values as JSON, null as "". Dates become the time since then.
std::string Cell(const Json& value, std::string_view type, Time now);

// Two units at most, as kubectl counts ages: 45s, 3m20s, 5h, 2d4h, 400d. Of a time to come: in 30d.
std::string Age(Duration duration);

}  // namespace weir::cli
