#pragma once

#include "crds/base/time.h"

namespace weir {

// Largest difference between the clocks of two machines. A time that is in the future by less than this counts as now.
inline constexpr Duration kClockSkew = Duration::Minutes(5);

}  // namespace weir
