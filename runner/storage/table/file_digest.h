#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "runner/storage/object_store.h"

namespace weir::storage {

// Tag that a file of a table has in its log: its SHA-256 as written, in lower-case hex digits.
inline constexpr const char* kTagFileSha256 = "fileSha256";

struct StreamedFile {
  std::int64_t bytes = 0;
  std::string sha256;
};

// All bytes of an object, front to back in pieces of at most 4 MiB, to `sink`, whose fault ends it. Faults are those of the
// store and of the sink.
Result<StreamedFile> StreamFile(ObjectStore& store, const std::string& path, const std::function<Status(std::string_view)>& sink);
// SHA-256 of an object, in bounded memory.
Result<StreamedFile> HashFile(ObjectStore& store, const std::string& path);

// "... is not what was written: SHA-256 ... instead of ...": Fault::Data, reason "FileUnreadable".
Error ContentMismatch(const char* done, const std::string& what, const std::string& now, const std::string& then);

// With what helps where a file is unreadable: the pipeline that writes `object` ("Dataset orders") makes it again.
Error WithRemedy(Error error, const std::string& object);

}  // namespace weir::storage
