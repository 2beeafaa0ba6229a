#pragma once

#include <string>

namespace weir::plan {

// Bounds of the API in bytes, kept with room to spare: a status that the API server refuses says nothing at all.
inline constexpr std::size_t kConditionMessage = 4000;
inline constexpr std::size_t kStageMessage = 2000;

// The text, cut between two characters and ended with "..." when it is longer than `limit` bytes.
std::string Fit(std::string text, std::size_t limit);

}  // namespace weir::plan
