#pragma once

#include <set>
#include <string>
#include <vector>

#include "crds/api/dataset.h"
#include "crds/base/result.h"
#include "runner/engine/files.h"

namespace weir::engine {

// The name by which a column is found in files.
inline const std::string& NameInFile(const api::Column& column) { return column.sourceName.empty() ? column.name : column.sourceName; }

// A name in a file as a message shows it: on one line, cut where it is long, and in quotation marks where it is empty or
// begins or ends with a blank.
std::string ShownName(const std::string& name);

// Several, up to the first 400 or so characters of them.
std::string ListOfNames(const std::vector<std::string>& names);

// What a column that does not say so means by a file without it. JSON does not list its keys, so a key that no record has may
// be one that is optional.
enum class AbsentMeans { Unreadable, Null };

// How the declared columns and those of one file differ.
struct ColumnDifference {
  std::vector<AbsentColumn> absent;
  std::vector<UndeclaredColumn> undeclared;
};

// Holds the declared columns against the names that one file has; one rule over all formats. Fault::Data, reason
// "FileUnreadable", when the file lacks a column that may not be absent, or lacks all of them though whenAbsent: SetNull is
// declared for one: the message has the columns, the nearest names of the file, and what to declare. Of more than 1,000 names
// none is called near, and of undeclared ones the first 200 are told: a file may have millions. `path` is for people.
Result<ColumnDifference> CompareColumns(const std::string& path, const std::vector<api::Column>& declared, const std::vector<std::string>& in_file,
                                        AbsentMeans means);

}  // namespace weir::engine
