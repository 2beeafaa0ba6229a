#include "crds/base/shell_word.h"

#include <algorithm>
#include <cctype>

namespace weir {

std::string ShellQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text)
    if (c == '\'')
      quoted.append("'\\''");
    else
      quoted.push_back(c);
  quoted.push_back('\'');
  return quoted;
}

std::string ShellWord(std::string_view text) {
  const bool plain = !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 0x80 || std::string_view("/._-+:,@%=").find(static_cast<char>(c)) != std::string_view::npos;
  });
  return plain ? std::string(text) : ShellQuoted(text);
}

}  // namespace weir
