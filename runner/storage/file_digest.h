#pragma once

#include <string>

#include "runner/storage/object_store.h"

namespace weir::storage {

// Tag that a file of a table has in its log: its SHA-256 as written, in lower-case hex digits.
inline constexpr const char* kTagFileSha256 = "fileSha256";

// The SHA-256 of all bytes of an object, in pieces of 4 MiB. Faults are those of the store.
Result<std::string> Sha256Of(ObjectStore& store, const std::string& path);

}  // namespace weir::storage
