#include "operator/plan/text.h"

namespace weir::plan {

std::string Grouped(std::int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && digits[i - 1] != '-' && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string WarningsSentence(const std::vector<std::string>& warnings) {
  std::string text;
  for (const std::string& warning : warnings) text += (text.empty() ? (warnings.size() == 1 ? " Warning: " : " Warnings: ") : "; ") + warning;
  return text.empty() ? text : text + ".";
}

}  // namespace weir::plan
