#include "runner/storage/object_store.h"

#include <unistd.h>

#include "runner/storage/paths.h"
#include "runner/storage/s3/s3_store.h"
#include "runner/storage/volume/volume_store.h"

namespace weir::storage {

Result<std::shared_ptr<ObjectStore>> OpenStore(const api::TaskStore& store) {
  if (store.IsS3()) return OpenS3(store);
  if (store.root.empty()) return Error{Fault::Invalid, "Invalid", "store " + store.name + " has neither a folder nor an endpoint"};
  return OpenVolume(store.name, store.root);
}

Status ProbeConditionalWrites(ObjectStore& store, const std::string& folder) {
  const auto now = SystemClock().Now().us;
  const std::string path = JoinPath(folder, "_probe-" + std::to_string(::getpid()) + "-" + std::to_string(now));
  if (Status first = store.PutIfAbsent(path, "1"); !first) return first;
  const Status second = store.PutIfAbsent(path, "2");
  const Result<std::string> kept = store.Get(path, 16);
  static_cast<void>(store.Remove(path));  // whoever may not remove may still write tables
  if (second.ok() || (kept.ok() && *kept != "1")) {
    return Error{Fault::Invalid, "ConditionalWritesMissing",
                 store.Describe() + " ignores If-None-Match and overwrites objects: tables would lose commits there; use a store with conditional writes"};
  }
  if (second.error().fault != Fault::Conflict) return second;
  return kept.ok() ? Ok() : Status(kept.error());
}

}  // namespace weir::storage
