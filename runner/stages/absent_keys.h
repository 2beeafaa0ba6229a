#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crds/api/stage_outcome.h"
#include "runner/engine/files.h"
#include "runner/storage/table_log.h"

namespace weir::stages {

// JSON does not say which keys there are, so a key that no record of a file has makes no file unreadable. A person learns of
// it: the name may be misspelt, and the column would be NULL without a word.

// "; no record has the key "amuont" of column amount (did you mean amount?)"; "" where no column lacks its key.
std::string AbsentKeysText(const std::vector<engine::AbsentKey>& absent);

// Kept with a decoded file in the log, since it is decoded once and its version is judged by every run.
void TagAbsentKeys(storage::DataFile& file, const std::vector<engine::AbsentKey>& absent);

// Those of all files of a version.
class AbsentKeysOfFiles {
 public:
  // `input`: what the file was decoded from.
  void Add(const storage::DataFile& file, const std::string& input);
  // One finding a column, about the dataset that the files were decoded into.
  std::vector<api::Finding> Told(const std::string& dataset) const;

 private:
  struct Files {
    std::int64_t count = 0;
    std::string first;
    std::string suggestion;
  };
  std::map<std::pair<std::string, std::string>, Files> columns_;  // by column and key
  std::int64_t files_ = 0;
};

}  // namespace weir::stages
