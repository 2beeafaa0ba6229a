#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/base/result.h"

namespace weir::cli {

// The input files of `weir init`.
struct GivenFile {
  std::string path;
  bool listed = false;  // found in a folder: what is no data is left out with a note
};

struct GivenFiles {
  std::vector<GivenFile> files;  // in the order of the arguments, those of a folder by name
  std::vector<std::string> notes;
};

// Files as they are, and for each folder the files in it: not those of its folders, hidden ones, manifests and empty files;
// what is left out is noted, of the hidden files those that are named as data are. Fault::Missing or Denied, reason "FileUnreadable", for what is not there,
// may not be read, or a folder without files.
Result<GivenFiles> FindDataFiles(const std::vector<std::string>& arguments);

// One path in a source for these file names (no folders), such as sales-*.csv: what differs is left out, together with the
// rest of a date or number that it is part of. It matches all of `names` and none of `others`; nothing where no such path
// exists, the names have nothing in common, or rotation renames or compresses one of them (app.log.1, which becomes app.log.2; those of
// CurrentOf): a path that takes both names would land its content twice. Pure.
std::optional<std::string> WildcardFor(const std::vector<std::string>& names, const std::vector<std::string>& others);

// Whether these are a file and what rotation made of it, such as app.log, app.log.1 and app.log.2.gz, or app.log-20240131, or
// app.csv and app-20240131.csv or app.csv.gz. Pure.
bool AreRotated(const std::vector<std::string>& names);

// Of the names those that rotation changes next: app.csv where app-20240131.csv, app.csv.1 or app.csv.gz is there too. Pure.
std::vector<std::string> CurrentOf(const std::vector<std::string>& names);

// Whether the last part of a path in a source takes a file of this name.
bool TakesName(const std::string& pattern, const std::string& name);

// The name with each number as '#': equal for files of one series, such as sales-2024-01.csv and sales-2024-12.csv. Pure.
std::string SeriesOf(const std::string& name);

// Of one name with a year in it, such as sales-2024-01-15.csv, a path for those that follow it: sales-*.csv. It matches none of
// `others`; nothing where the name has no year or no such path exists. Pure.
std::optional<std::string> WildcardForSuccessors(const std::string& name, const std::vector<std::string>& others);

}  // namespace weir::cli
