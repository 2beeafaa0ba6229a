#pragma once

#include <string>
#include <string_view>

namespace weir {

// The text in single quotes, escaped so that a POSIX shell reads it as one word.
std::string ShellQuoted(std::string_view text);

// The text as one word of a shell: quoted only where it contains special characters. For commands that people copy.
std::string ShellWord(std::string_view text);

}  // namespace weir
