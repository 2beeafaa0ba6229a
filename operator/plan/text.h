#pragma once

#include <string>
#include <vector>

#include "crds/base/text.h"

namespace weir::plan {

// Limits in bytes for Cut, well below those of the CRDs, because the API server refuses a whole status for one long message.
inline constexpr std::size_t kConditionMessage = 4000;
inline constexpr std::size_t kStageMessage = 2000;
inline constexpr std::size_t kWarning = 500;
inline constexpr std::size_t kWarnings = 8;

// "An admission webhook or another program <did>. Exempt pods with the label ... from it.", of what was done to a pod of ours.
std::string ByOthers(const std::string& did);

// " Warnings: a; b." for the end of a condition's message; empty for none.
std::string WarningsSentence(const std::vector<std::string>& warnings);

}  // namespace weir::plan
