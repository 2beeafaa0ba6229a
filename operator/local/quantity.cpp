#include "operator/local/quantity.h"

#include <array>
#include <cmath>
#include <utility>

namespace weir::local {

std::optional<std::int64_t> QuantityMillis(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 10> kSuffixes{{{"Ki", 1024.0},
                                                                                  {"Mi", 1048576.0},
                                                                                  {"Gi", 1073741824.0},
                                                                                  {"Ti", 1099511627776.0},
                                                                                  {"k", 1e3},
                                                                                  {"M", 1e6},
                                                                                  {"G", 1e9},
                                                                                  {"T", 1e12},
                                                                                  {"m", 1e-3},
                                                                                  {"", 1.0}}};
  double number = 0, place = 1;
  bool digits = false, fraction = false;
  std::size_t at = 0;
  for (; at < text.size() && ((text[at] >= '0' && text[at] <= '9') || (text[at] == '.' && !fraction)); ++at) {
    if (text[at] == '.') {
      fraction = true;
      continue;
    }
    digits = true;
    if (fraction)
      number += (text[at] - '0') * (place /= 10);
    else
      number = number * 10 + (text[at] - '0');
  }
  for (const auto& [suffix, factor] : kSuffixes) {
    const double millis = number * factor * 1000;
    if (digits && text.substr(at) == suffix && millis < 9e18) return std::llround(millis);
  }
  return std::nullopt;
}

}  // namespace weir::local
