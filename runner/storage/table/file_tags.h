#pragma once

#include <cstdint>
#include <string>

#include "runner/storage/table/table.h"

namespace weir::storage {

// Tags of the files of a decoded table, and members of a commit's facts, that more than the stages read.

inline constexpr const char* kTagInput = "input";                // the file that it was made of, below its Dataset's folder
inline constexpr const char* kTagInputPath = "inputPath";        // of a file that is quarantined as a whole: the same in its store
inline constexpr const char* kTagQuarantine = "quarantine";      // where the rows of it are kept that were quarantined, in the outcome store
inline constexpr const char* kTagQuarantined = "quarantined";    // how many these are
inline constexpr const char* kTagLane = "lane";                  // the lane that it was committed on; absent: the whole table
inline constexpr const char* kTagQuarantinedWhole = "setAside";  // why the file as a whole is not used; it stands for no row

// Files that were quarantined as a whole before they became files of the table: a list of {"file", "source", "why"}, of which
// one of the first two may be empty. The last entry of a long list has kMoreFiles instead: how many it does not name.
inline constexpr const char* kFactQuarantinedWhole = "quarantinedWhole";
inline constexpr const char* kMoreFiles = "more";

// "" when the file has no such tag.
std::string Tag(const DataFile& file, const char* name);

// Whether the file stands for one that cannot be read, and has no rows.
bool IsQuarantinedWhole(const DataFile& file);

// Without those.
std::int64_t FilesWithData(const TableState& state);

}  // namespace weir::storage
