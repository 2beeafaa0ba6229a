#include "runner/stages/copy_file.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "runner/storage/digest.h"

namespace weir::stages {
namespace {

constexpr std::int64_t kPiece = 4 << 20;

Result<CopiedFile> Stream(storage::ObjectStore& store, const std::string& path, const std::function<Status(std::string_view)>& sink) {
  const auto reader = store.Open(path);
  if (!reader.ok()) return reader.error();
  const std::int64_t size = (*reader)->Size();
  std::vector<char> piece(static_cast<std::size_t>(std::min(size, kPiece)));
  storage::Sha256 digest;
  for (std::int64_t at = 0; at < size;) {
    const std::int64_t n = std::min(size - at, kPiece);
    if (Status read = (*reader)->ReadAt(at, piece.data(), n); !read.ok()) return read.error();
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(n));
    digest.Update(bytes);
    if (Status done = sink(bytes); !done.ok()) return done.error();
    at += n;
  }
  return CopiedFile{size, digest.Hex()};
}

}  // namespace

Result<CopiedFile> HashFile(storage::ObjectStore& store, const std::string& path) {
  return Stream(store, path, [](std::string_view) { return Ok(); });
}

Result<CopiedFile> CopyInto(storage::ObjectStore& from, const std::string& path, storage::ObjectWriter& out) {
  return Stream(from, path, [&](std::string_view bytes) { return out.Write(bytes); });
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
