#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

// A count as people write it: 2,999,989.
std::string Grouped(std::int64_t number);

// "1 row", "2,999,989 rows": a noun whose plural ends in s.
std::string Counted(std::int64_t number, std::string_view noun);

}  // namespace weir
