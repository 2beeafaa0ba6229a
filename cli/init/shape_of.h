#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/init/inference.h"

namespace weir::cli {

// Equal for files that one Dataset can hold in any order of their rows: folder, format and titles. Words for missing values add
// up, so they make no difference. `encoding` replaces the file's own. Pure, as all functions here.
std::string ShapeOf(const InferredFile& file, const std::string& encoding);

// As a Dataset declares it; "UTF-8" where it need not. Empty for formats without encodings.
std::string EncodingOf(const InferredFile& file);

// How `other` differs from `first` in what a Dataset declares once for all of its files, for people.
std::string DifferenceOf(const InferredFile& first, const InferredFile& other);

// The keys of JSON files of one series, in which some are optional.
class SharedKeys {
 public:
  explicit SharedKeys(const InferredFile& first);
  // Adds the keys of a file that has half of those of the smaller side in common, all with types that one column can have. False
  // for any other file.
  bool Take(const InferredFile& file);

 private:
  std::string series_;                        // folder and name; empty where it is no JSON
  std::map<std::string, std::string> types_;  // by key; empty where no value is known
};

// Declares `whenAbsent: SetNull` for the keys that only some files of the group have, with a note that names them.
void DeclareOptionalKeys(const std::vector<const InferredFile*>& group, InferredFile& together);

}  // namespace weir::cli
