#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "runner/stages/files/copy_file.h"
#include "runner/stages/files/file_zone.h"
#include "runner/stages/tables/place.h"

namespace weir::stages {

// One file on its way into a zone of files.
struct FileToStore {
  std::string source;                                             // that it is known by
  std::function<std::string(const std::string& suffix)> pathFor;  // its path in the zone; with a suffix another one
  std::function<Result<CopiedFile>(storage::ObjectWriter&)> fill;
  // After every byte was read and before the file is visible: whether it is to be kept.
  std::function<Result<bool>(const CopiedFile&)> accept;
};

struct StoredFile {
  std::string path;
  CopiedFile copied;
};

// Stores the file under the first of two names that no other file has: the plain one, and one that is marked with its
// identity. `taken` are the paths that the log names, removed ones too. What lies there unnamed, left by an attempt that
// was stopped, is taken for the file when its content is the same. Nothing when `accept` says no.
Result<std::optional<StoredFile>> StoreFile(const PlacedTable& zone, const std::set<std::string>& taken, const FileToStore& file);

std::set<std::string> PathsOf(const storage::TableState& state);

}  // namespace weir::stages
