#pragma once

#include <string>
#include <string_view>

namespace weir {

// Advice for a line of YAML that a parser refused or reads differently than a person: the meaning of the first value that
// needs quotation marks, and the value quoted: "`*.csv` begins with `*`, which ...; quote it: '*.csv'". Empty when there is
// no such value. It sees one line only, so the result is a guess; call it only for text that is known to be wrong.
std::string AdviceOnQuoting(std::string_view line);

enum class Role { Value, Key };

// Advice for a plain scalar that kubectl, Argo CD, Flux and Helm (YAML 1.1 as implemented in Go) read differently from YAML
// 1.2, which this program uses: `on` and `y` are true, `010` is 8, `0x10` 16, `1_000` 1000, `.inf` is not JSON. Contains the
// value that they read and what to write instead. Keys are read the same way and then converted to strings. Empty when
// both agree.
std::string AdviceOnPlain(std::string_view value, Role role);

// The line with this number, from 1, without its end.
std::string_view LineOfText(std::string_view text, int number);

}  // namespace weir
