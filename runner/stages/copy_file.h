#pragma once

#include <string>

#include "runner/storage/object_store.h"

namespace weir::stages {

struct CopiedFile {
  std::int64_t bytes = 0;
  std::string sha256;
};

// SHA-256 of an object, in bounded memory.
Result<CopiedFile> HashFile(storage::ObjectStore& store, const std::string& path);

// Streams an object into `out`, hashing on the way; the caller closes it after it looked at the hash.
Result<CopiedFile> CopyInto(storage::ObjectStore& from, const std::string& path, storage::ObjectWriter& out);

// Makes a written object visible under `path`. One that stands there already is taken for it when its content is the same
// (an earlier attempt wrote it); otherwise Fault::Conflict, reason "Exists".
Status CloseOrSame(storage::ObjectStore& store, const std::string& path, storage::ObjectWriter& out, const std::string& sha256);

}  // namespace weir::stages
