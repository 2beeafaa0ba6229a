#include "runner/storage/table/file_digest.h"

#include <algorithm>
#include <vector>

#include "runner/storage/digest.h"

namespace weir::storage {

Result<StreamedFile> StreamFile(ObjectStore& store, const std::string& path, const std::function<Status(std::string_view)>& sink) {
  constexpr std::int64_t kPiece = 4 << 20;
  const auto reader = store.Open(path);
  if (!reader.ok()) return reader.error();
  const std::int64_t size = (*reader)->Size();
  std::vector<char> piece(static_cast<std::size_t>(std::min(size, kPiece)));
  Sha256 digest;
  for (std::int64_t at = 0; at < size;) {
    const std::int64_t n = std::min(size - at, kPiece);
    if (Status read = (*reader)->ReadAt(at, piece.data(), n); !read.ok()) return read.error();
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(n));
    digest.Update(bytes);
    if (Status done = sink(bytes); !done.ok()) return done.error();
    at += n;
  }
  return StreamedFile{size, digest.Hex()};
}

Result<StreamedFile> HashFile(ObjectStore& store, const std::string& path) {
  return StreamFile(store, path, [](std::string_view) { return Ok(); });
}

Error ContentMismatch(const char* done, const std::string& what, const std::string& now, const std::string& then) {
  return {Fault::Data, "FileUnreadable", what + " is not what was " + done + ": SHA-256 " + now + " instead of " + then};
}

Error WithRemedy(Error error, const std::string& object) {
  if (error.reason == "FileUnreadable") error.message += ". Run the pipeline that writes " + object + " again: it rebuilds the file";
  return error;
}

}  // namespace weir::storage
