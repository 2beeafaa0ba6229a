#include "runner/stages/files/copy_file.h"

namespace weir::stages {

Result<CopiedFile> CopyInto(storage::ObjectStore& from, const std::string& path, storage::ObjectWriter& out) {
  return storage::StreamFile(from, path, [&](std::string_view bytes) { return out.Write(bytes); });
}

Status CloseOrSame(storage::ObjectStore& store, const std::string& path, storage::ObjectWriter& out, const std::string& sha256) {
  const Status closed = out.Close();
  if (closed.ok() || (closed.error().reason != "Exists" && closed.error().reason != "OutcomeUnknown")) return closed;
  const auto there = HashFile(store, path);
  if (!there.ok()) return there.error().fault == Fault::Missing ? closed : Status(there.error());
  if (there->sha256 == sha256) return store.Settle(path);
  return Error{Fault::Conflict, "Exists", store.Describe() + " holds " + path + " already, with other content"};
}

}  // namespace weir::stages
