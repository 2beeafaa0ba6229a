#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crds/base/result.h"

namespace weir::storage {

// Our own unfinished files on a volume start with this; no object may be named so, and List leaves them out.
inline constexpr std::string_view kTemporaryPrefix = ".weir-tmp-";

// Whether `path` may name an object: relative, '/'-separated, at most 1,024 bytes of UTF-8 without control characters,
// no part empty, ".", "..", longer than 255 bytes or like one of our temporaries. Fault::Invalid, reason "UnsafePath".
Status CheckPath(std::string_view path);
// Whether an object of this path may be read, also one that somebody else named: relative, no part empty, ".", "..", or
// like one of our temporaries, no NUL, at most 4,096 bytes of any kind. Fault::Invalid, reason "UnsafePath".
Status CheckReadable(std::string_view path);
// As CheckPath for a folder, which may also be "" (everything) or end in one slash.
Status CheckFolder(std::string_view folder);

// Both without regard to "" on either side: JoinPath("", "a") == "a".
std::string JoinPath(std::string_view folder, std::string_view name);
// "a/b/c" -> "a/b"; "c" -> "".
std::string FolderOf(std::string_view path);
std::string FileNameOf(std::string_view path);
std::vector<std::string> SplitPath(std::string_view path);

// Bytes outside A-Z a-z 0-9 - . _ ~ and `keep` as %XX (RFC 3986), and back. A broken escape stays as it is.
std::string PercentEncode(std::string_view text, std::string_view keep = "");
std::string PercentDecode(std::string_view text);

}  // namespace weir::storage
