#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::api {

// Words for column types that other systems use, in capitals, with the one that is used here: {"INT", "INTEGER"}. Names
// without a lossless counterpart give the nearest: {"UUID", "VARCHAR"}.
const std::vector<std::pair<std::string_view, std::string_view>>& TypeAliases();

// The type that a word of another system means here; empty for one that is not known.
std::string TypeMeantBy(std::string_view text);

// What to write instead of a text that is no column type: `write INTEGER`, `inside { } quote it: type: "DECIMAL(6,2)"`.
std::string TypeAdvice(std::string_view text);

}  // namespace weir::api
