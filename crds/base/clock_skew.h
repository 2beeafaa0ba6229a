#pragma once

#include "crds/base/time.h"

namespace weir {

// By how much the clocks of two machines may differ: a time that is less far ahead counts as now.
inline constexpr Duration kClockSkew = Duration::Minutes(5);

}  // namespace weir
