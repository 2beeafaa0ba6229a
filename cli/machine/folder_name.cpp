#include "cli/machine/folder_name.h"

#include <algorithm>
#include <string_view>

#include "crds/base/text.h"

namespace weir::cli {
namespace {

// The bytes that no terminal can show as they are.
std::string Escaped(const std::string& path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string shown;
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t length = ReadCodePoint(rest).length;
    if (length > 0) {
      shown.append(rest.substr(0, length));
    } else {
      const auto byte = static_cast<unsigned char>(rest[0]);
      shown.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    }
    rest.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return shown;
}

}  // namespace

Status CheckFolderName(const std::string& path, const std::string& means) {
  if (FirstByteNotUtf8(path) == std::string::npos) return Ok();
  return Error{Fault::Invalid, "Usage",
               "the folder " + Escaped(path) + " of " + means + " has a name that is not UTF-8: rename it (convmv, or mv), or name another folder"};
}

}  // namespace weir::cli
