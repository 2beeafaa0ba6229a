#pragma once

#include <string>
#include <string_view>

namespace weir {

// For a line of YAML that a parser refused or reads otherwise than it looks: what the first value on it that needs
// quotation marks means to YAML, and the value quoted: "`*.csv` begins with `*`, which ...; quote it: '*.csv'". Empty when
// no such value is there. Knows one line only, so it is a guess, made for a text that is known to be wrong.
std::string AdviceOnQuoting(std::string_view line);

enum class Role { Value, Key };

// For a plain scalar that kubectl, Argo CD, Flux and Helm (YAML 1.1 as Go has it) read as something else than YAML 1.2, and so
// this program, does: `on` and `y` are true, `010` is 8, `0x10` 16, `1_000` 1000, `.inf` no JSON at all. What it is to them,
// and what to write. Keys are read alike, and become text after that. Empty where both agree.
std::string AdviceOnPlain(std::string_view value, Role role);

// The line with this number, from 1, without its end.
std::string_view LineOfText(std::string_view text, int number);

}  // namespace weir
