#pragma once

#include <memory>
#include <string>

#include "runner/storage/object_store.h"
#include "runner/storage/volume/file_system_calls.h"

namespace weir::storage {

// A folder as an object store. A new object is written under a hidden name in its own folder, synced, renamed to its
// name only if that is free (or linked, where the file system cannot rename so), and the folder is synced: at any
// instant a reader, also after a power cut, sees the whole object or none. A killed writer leaves only a hidden file.
// `name` is for messages; `calls` is null for the real file system, else it must outlive the store.
// Fault::Transient, reason "StoreUnavailable", when `root` is not there: it is never created, because a mount that is
// missing must not turn into a folder that vanishes with the pod.
Result<std::shared_ptr<ObjectStore>> OpenVolume(const std::string& name, const std::string& root, FileSystemCalls* calls = nullptr);

}  // namespace weir::storage
