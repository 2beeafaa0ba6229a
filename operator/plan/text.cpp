#include "operator/plan/text.h"

namespace weir::plan {

std::string WarningsSentence(const std::vector<std::string>& warnings) {
  std::string text;
  for (const std::string& warning : warnings) text += (text.empty() ? (warnings.size() == 1 ? " Warning: " : " Warnings: ") : "; ") + warning;
  return text.empty() ? text : text + ".";
}

}  // namespace weir::plan
