#pragma once

#include <string>
#include <string_view>

namespace weir {

// For a line of YAML that a parser refused or reads otherwise than it looks: what the first value on it that needs
// quotation marks means to YAML, and the value quoted: "`*.csv` begins with `*`, which ...; quote it: '*.csv'". Empty when
// no such value is there. Knows one line only, so it is a guess, made for a text that is known to be wrong.
std::string AdviceOnQuoting(std::string_view line);

// The line with this number, from 1, without its end.
std::string_view LineOfText(std::string_view text, int number);

}  // namespace weir
