#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "runner/formats/columns/column_notes.h"
#include "runner/formats/csv/csv_inference.h"
#include "runner/formats/encoding/encoding.h"
#include "runner/formats/json/json_lists.h"
#include "runner/formats/json/json_record.h"

namespace weir::formats {

// What the keys of a JSON file look like as columns, and for people what was decided and why.
struct InferredJson {
  std::vector<InferredColumn> columns;  // every key, in the order of first appearance
  std::vector<std::string> notes;
};

// The values of one key.
struct KeyFacts {
  std::string name;
  ColumnFacts facts;
  bool bare = false;   // some are numbers, true or false, not strings
  std::string member;  // FirstMember of the first object or list among them
  JsonLists lists;
};

// Judges files together. One thread.
class JsonInference {
 public:
  enum class Lists { Note, Ignore };  // of objects in values
  explicit JsonInference(std::size_t most_columns, Lists lists = Lists::Note) : most_columns_(most_columns), lists_(lists) {}

  // Reads the whole text by the decoder's own reader. A record that is no row is no reason to stop. Faults of the source as
  // they came.
  Status Add(OpenedText file, std::string_view name);
  // Once files were added. Fault::Data, reason "FileUnreadable", for what has no JSON object, or more than `most_columns` keys.
  Result<InferredJson> Declare() const;
  std::int64_t Objects() const { return objects_; }  // that were read

 private:
  void Observe(const std::vector<JsonRecordReader::Field>& fields, ValuePlace place);
  std::string Judge(const KeyFacts& key, const std::string& in_sql, std::vector<std::string>& notes) const;

  const std::size_t most_columns_;
  const Lists lists_;
  FileNames files_;
  std::vector<KeyFacts> keys_;
  std::unordered_map<std::string, std::size_t> places_;
  std::int64_t objects_ = 0;
  std::string fault_;    // of the first record that is no row
  std::string unnamed_;  // the note on keys that no column can have
};

}  // namespace weir::formats
