#include "crds/base/count.h"

namespace weir {

std::string Grouped(std::int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && digits[i - 1] != '-' && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string Counted(std::int64_t number, std::string_view noun) { return Grouped(number).append(" ").append(noun).append(number == 1 ? "" : "s"); }

}  // namespace weir
