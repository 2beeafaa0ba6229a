#pragma once

#include <memory>

#include "crds/api/protocol/stage_task.h"
#include "runner/storage/object_store.h"

namespace weir::storage {

struct S3Options {
  // Every part but the last has this size; S3 takes 10,000 parts of 5 MiB to 5 GiB. One writer holds one part in memory.
  std::int64_t partBytes = 64 << 20;
};

// A bucket as an object store. New objects are written with `If-None-Match: *`, small ones in one request, larger ones in
// parts that the server checks by their SHA-256; an upload that does not end is aborted. A put whose reply was lost is
// read back by a token in the object's metadata, so that OutcomeUnknown is left only when the store cannot be asked.
// Fault::Invalid for an endpoint or credentials that cannot be used; nothing is sent yet.
Result<std::shared_ptr<ObjectStore>> OpenS3(const api::TaskStore& store, const S3Options& options = {});

}  // namespace weir::storage
