#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "crds/base/result.h"

namespace weir::formats {

// Bytes of one file, read once from front to back by one thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills at most `n` bytes; 0 only at the end.
  virtual Result<std::size_t> Read(char* out, std::size_t n) = 0;
};

// Bytes that are in memory, then those of `rest` (which may be absent).
class PrefixedSource final : public ByteSource {
 public:
  explicit PrefixedSource(std::string prefix, std::unique_ptr<ByteSource> rest = nullptr) : prefix_(std::move(prefix)), rest_(std::move(rest)) {}
  Result<std::size_t> Read(char* out, std::size_t n) override;

 private:
  std::string prefix_;
  std::size_t at_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

// Reads on where `text` ends with a CR, which may be half a line end, by as few bytes as tell; a run of more than kMostCrs is
// taken as it is, for it has no end that one could wait for. `ended` as Read says. Errors are the source's.
inline constexpr std::size_t kMostCrs = 4096;
Status CompleteLineEnd(ByteSource& source, std::string& text, bool& ended);

// Up to `n` bytes from the front of a source; fewer only where it ends.
Result<std::string> ReadPrefix(ByteSource& source, std::size_t n);

}  // namespace weir::formats
