#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/base/result.h"

namespace weir::cli {

// The files that `weir init` is to look at.
struct GivenFile {
  std::string path;
  bool listed = false;  // found in a folder: what is no data is left out with a note
};

struct GivenFiles {
  std::vector<GivenFile> files;  // in the order of the arguments, those of a folder by name
  std::vector<std::string> notes;
};

// Files as they are, and for each folder the files in it: not those of its folders, hidden ones, manifests and empty files;
// what is left out is noted, hidden files apart. Fault::Missing or Denied, reason "FileUnreadable", for what is not there, may
// not be read, or a folder without files.
Result<GivenFiles> FindDataFiles(const std::vector<std::string>& arguments);

// One path in a source for these file names (no folders), such as sales-*.csv: what differs is left out, together with the
// rest of a date or number that it is part of. It matches all of `names` and none of `others`; nothing where no such path
// exists, or the names have nothing in common. Pure.
std::optional<std::string> WildcardFor(const std::vector<std::string>& names, const std::vector<std::string>& others);

}  // namespace weir::cli
