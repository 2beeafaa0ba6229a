#pragma once

#include <string>

#include "runner/storage/object_store.h"
#include "runner/storage/table/file_digest.h"

namespace weir::stages {

using CopiedFile = storage::StreamedFile;
using storage::HashFile;

// Streams an object into `out`, hashing on the way; the caller closes it after it looked at the hash.
Result<CopiedFile> CopyInto(storage::ObjectStore& from, const std::string& path, storage::ObjectWriter& out);

// Makes a written object visible under `path`. One that stands there already is taken for it when its content is the same
// (an earlier attempt wrote it); otherwise Fault::Conflict, reason "Exists".
Status CloseOrSame(storage::ObjectStore& store, const std::string& path, storage::ObjectWriter& out, const std::string& sha256);

}  // namespace weir::stages
