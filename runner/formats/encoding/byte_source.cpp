#include "runner/formats/encoding/byte_source.h"

#include <algorithm>
#include <cstring>

namespace weir::formats {

Result<std::size_t> PrefixedSource::Read(char* out, std::size_t n) {
  if (at_ == prefix_.size()) return rest_ ? rest_->Read(out, n) : std::size_t{0};
  const std::size_t some = std::min(n, prefix_.size() - at_);
  std::memcpy(out, prefix_.data() + at_, some);
  at_ += some;
  return some;
}

Status CompleteLineEnd(ByteSource& source, std::string& text, bool& ended) {
  for (std::size_t tries = 0; !ended && text.ends_with('\r') && tries < kMostCrs; ++tries) {
    char next = 0;
    const auto got = source.Read(&next, 1);
    if (!got.ok()) return got.error();
    if (*got == 1) text += next;
    ended = *got == 0;
  }
  return Ok();
}

Result<std::string> ReadPrefix(ByteSource& source, std::size_t n) {
  std::string prefix(n, '\0');
  std::size_t have = 0;
  while (have < n) {
    const auto got = source.Read(prefix.data() + have, n - have);
    if (!got.ok()) return got.error();
    if (*got == 0) break;
    have += *got;
  }
  prefix.resize(have);
  return prefix;
}

}  // namespace weir::formats
