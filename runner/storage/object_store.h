#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crds/api/protocol/stage_task.h"
#include "crds/base/result.h"
#include "crds/base/time.h"

namespace weir::storage {

// Reason of Fault::Denied for one file in a folder that may be read; what is denied altogether has "AccessDenied".
inline constexpr const char* kFileDenied = "FileDenied";

// What a store tells of one object without opening it.
struct StoredObject {
  std::string path;  // inside the store, no leading slash
  std::int64_t bytes = 0;
  Time modified;
};

// Random reads of one immutable object. Calls may come from several threads at once.
class ObjectReader {
 public:
  virtual ~ObjectReader() = default;
  virtual std::int64_t Size() const = 0;
  // Fills `out[0, n)` from `offset`; fewer bytes than asked is an error.
  virtual Status ReadAt(std::int64_t offset, char* out, std::int64_t n) = 0;
  // Whether a small read costs little, as on a disk and unlike over a network: who reads need not fetch ahead then.
  virtual bool SmallReadsAreCheap() const { return false; }
};

// One new object, written from front to back by one thread, with bounded memory. Nothing is visible before Close
// answers Ok; destruction without Close leaves nothing behind that a reader could see.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual Status Write(std::string_view bytes) = 0;
  // Makes the object durable and visible, only if none of that name exists: otherwise Fault::Conflict, reason
  // "Exists". Fault::Transient with reason "OutcomeUnknown" when the reply was lost: read back and compare.
  virtual Status Close() = 0;
};

// Files of one store, a folder or a bucket. Paths are relative, '/'-separated, without "." or ".." parts (Fault::Invalid).
// Nothing is ever overwritten. Calls block and may come from several threads at once. Faults: Missing; Conflict; Denied;
// Transient (reason "StoreUnavailable"); Exhausted (reason "DiskFull").
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // For people: "volume lake at /data" or "bucket x at https://...".
  virtual std::string Describe() const = 0;
  // A full location: "file:///data/curated/x" or "s3://bucket/curated/x".
  virtual std::string Location(const std::string& path) const = 0;
  virtual Result<std::unique_ptr<ObjectReader>> Open(const std::string& path) = 0;
  virtual Result<std::string> Get(const std::string& path, std::int64_t max_bytes = 64 << 20) = 0;
  // A small object in one step, if none of that name exists; errors as ObjectWriter::Close.
  virtual Status PutIfAbsent(const std::string& path, std::string_view bytes) = 0;
  virtual Result<std::unique_ptr<ObjectWriter>> Create(const std::string& path) = 0;
  // Everything below `prefix` (a folder, with or without trailing slash), recursively, sorted by path; hidden temporary
  // files of our own left out. `start_after` (full path) skips what sorts at or before it.
  virtual Result<std::vector<StoredObject>> List(const std::string& prefix, const std::string& start_after = "") = 0;
  virtual Result<StoredObject> Stat(const std::string& path) = 0;
  // Only for transient zones and for garbage that no manifest names. Missing is Ok.
  virtual Status Remove(const std::string& path) = 0;
  // Makes durable what is already visible: its writer may have died between the two. Before anybody is told that
  // another process's object counts.
  virtual Status Settle(const std::string&) { return Ok(); }
};

// Opens what a task names: a volume (root) or S3 (endpoint, with credentials read from files).
Result<std::shared_ptr<ObjectStore>> OpenStore(const api::TaskStore& store);

// Whether the store keeps its word that nothing is overwritten: writes an object of one byte in `folder` twice and removes
// it. Fault::Invalid, reason "ConditionalWritesMissing", when the second write went through: two writers of one table could
// lose a commit there. For a table that begins, not for every commit.
Status ProbeConditionalWrites(ObjectStore& store, const std::string& folder);

}  // namespace weir::storage
