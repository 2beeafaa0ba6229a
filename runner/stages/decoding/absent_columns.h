#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crds/api/protocol/stage_outcome.h"
#include "runner/engine/files.h"
#include "runner/storage/table/table_log.h"

namespace weir::stages {

// A file without a declared column is unreadable, unless the column says whenAbsent: SetNull, or nothing and the file is
// JSON, which does not say which keys there are. Then a person learns of it: the name may be misspelt, and the column would
// be NULL without a word.

// "; no record has the key "amuont" of column amount (did you mean amount?)"; "" where no JSON file lacks a key that nobody
// expects to be absent.
std::string AbsentColumnsText(const std::vector<engine::AbsentColumn>& absent);

// The same by the tags of a decoded file.
std::string AbsentColumnsText(const storage::DataFile& file);

// Kept with a decoded file in the log, since it is decoded once and its version is judged by every run.
void TagAbsentColumns(storage::DataFile& file, const std::vector<engine::AbsentColumn>& absent);

// Those of all files of a version.
class AbsentColumnsOfFiles {
 public:
  // `input`: what the file was decoded from.
  void Add(const storage::DataFile& file, const std::string& input);
  // One finding a column that nobody expects to be absent, about the dataset that the files were decoded into.
  std::vector<api::Finding> Told(const std::string& dataset) const;
  // "; column discount is NULL in 2 files that do not have it": of those with whenAbsent: SetNull; "" for none.
  std::string Expected() const;

 private:
  struct Files {
    std::int64_t count = 0;
    std::string first;
    std::string suggestion;
  };
  std::map<std::pair<std::string, std::string>, Files> columns_;  // by column and name in files
  std::map<std::string, std::int64_t> expected_;                  // files by column
  bool expectedMore_ = false;                                     // a file may lack more columns than its tag names
  std::int64_t files_ = 0;
};

}  // namespace weir::stages
