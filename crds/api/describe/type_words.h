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

// What to write instead of a type that YAML cut at its comma: of `{type: DECIMAL(6,2)}` it makes the type "DECIMAL(6" and a
// field "2)". Empty when `type` and `rest` are no two halves of a type.
std::string CutTypeAdvice(std::string_view type, std::string_view rest);

// Whether a text of the pattern of types is one that the engine has: of DECIMAL(p,s), s is at most p. A pattern would say it
// in a line for each p, so the API server has it as a rule in CEL at the field.
bool IsTypeOfTheEngine(std::string_view type);
inline constexpr std::string_view kScaleMessage = "of DECIMAL(p,s), s, the digits behind the point, is at most p, all digits";
inline constexpr std::string_view kScaleRule =
    "!self.matches('^DECIMAL[(][0-9]{1,2},[0-9]{1,2}[)]$') || int(self.substring(self.indexOf(',') + 1, self.indexOf(')'))) <= "
    "int(self.substring(8, self.indexOf(',')))";

}  // namespace weir::api
