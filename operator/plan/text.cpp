#include "operator/plan/text.h"

#include "crds/api/kubernetes/meta.h"

namespace weir::plan {

std::string ByOthers(const std::string& did) {
  return "An admission webhook or another program " + did + ". Exempt pods with the label " + std::string(api::kLabelPipeline) + " from it.";
}

std::string WarningsSentence(const std::vector<std::string>& warnings) {
  std::string text;
  for (const std::string& warning : warnings) text += (text.empty() ? (warnings.size() == 1 ? " Warning: " : " Warnings: ") : "; ") + warning;
  return text.empty() ? text : text + ".";
}

}  // namespace weir::plan
