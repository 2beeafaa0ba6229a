#include "runner/storage/object_lines.h"

#include <algorithm>

namespace weir::storage {

Status ForEachLine(ObjectReader& object, const std::function<Result<Lines>(const std::string& line)>& take) {
  constexpr std::int64_t kBlock = 1 << 20;
  std::string block, line;
  for (std::int64_t offset = 0; offset < object.Size(); offset += kBlock) {
    block.resize(static_cast<std::size_t>(std::min(kBlock, object.Size() - offset)));
    if (Status read = object.ReadAt(offset, block.data(), static_cast<std::int64_t>(block.size())); !read) return read;
    for (std::size_t begin = 0; begin < block.size();) {
      const std::size_t end = std::min(block.find('\n', begin), block.size());
      line.append(block, begin, end - begin);
      begin = end + 1;
      if (end == block.size()) break;
      const auto taken = take(line);
      if (!taken) return taken.error();
      if (*taken == Lines::Enough) return Ok();
      line.clear();
    }
  }
  if (line.empty()) return Ok();
  const auto taken = take(line);
  return taken ? Ok() : Status(taken.error());
}

}  // namespace weir::storage
