#include "runner/storage/file_digest.h"

#include <algorithm>
#include <vector>

#include "runner/storage/digest.h"

namespace weir::storage {

Result<std::string> Sha256Of(ObjectStore& store, const std::string& path) {
  constexpr std::int64_t kPiece = 4 << 20;
  const auto reader = store.Open(path);
  if (!reader.ok()) return reader.error();
  const std::int64_t size = (*reader)->Size();
  std::vector<char> piece(static_cast<std::size_t>(std::min(size, kPiece)));
  Sha256 digest;
  for (std::int64_t at = 0; at < size;) {
    const std::int64_t n = std::min(size - at, kPiece);
    if (const Status read = (*reader)->ReadAt(at, piece.data(), n); !read.ok()) return read.error();
    digest.Update({piece.data(), static_cast<std::size_t>(n)});
    at += n;
  }
  return digest.Hex();
}

}  // namespace weir::storage
