#pragma once

#include <string>
#include <vector>

#include "runner/formats/columns/column_facts.h"

namespace weir::formats {

// The files that facts are of, by the number in ValuePlace.
class FileNames {
 public:
  void Add(std::string_view name) { names_.emplace_back(name); }
  std::size_t Count() const { return names_.size(); }
  // "line 3", with the name of the file where there are several.
  std::string At(ValuePlace place) const;

 private:
  std::vector<std::string> names_;
};

// Why a column of mostly numbers, dates or truth values is declared as text, with an example, its line and what to do; also
// what a DOUBLE would not keep. Empty where there is nothing to say. `name` is the column's name in
// SQL (SqlNames); advice has it in quotes, so that it binds whatever the name is.
std::string TypeNote(const ColumnFacts& facts, const std::string& name, const FileNames& files);

}  // namespace weir::formats
