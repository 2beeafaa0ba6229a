#include "runner/storage/table/file_tags.h"

#include <algorithm>

namespace weir::storage {

std::string Tag(const DataFile& file, const char* name) {
  const auto found = file.tags.find(name);
  return found == file.tags.end() ? "" : found->second;
}

bool IsQuarantinedWhole(const DataFile& file) { return file.tags.contains(kTagQuarantinedWhole); }

std::int64_t FilesWithData(const TableState& state) {
  return std::count_if(state.files.begin(), state.files.end(), [](const auto& file) { return !IsQuarantinedWhole(file.second); });
}

}  // namespace weir::storage
