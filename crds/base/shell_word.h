#pragma once

#include <string>
#include <string_view>

namespace weir {

// In single quotes, as a POSIX shell takes any text for one word.
std::string ShellQuoted(std::string_view text);

// The text as one word of a shell: as it is where no shell means anything by it, else quoted. For commands that people copy.
std::string ShellWord(std::string_view text);

}  // namespace weir
