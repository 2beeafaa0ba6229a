#pragma once

#include <string>
#include <vector>

#include "crds/api/dataset.h"
#include "runner/formats/columns/column_notes.h"
#include "runner/formats/csv/csv_blocks.h"
#include "runner/formats/csv/csv_layout.h"
#include "runner/formats/encoding/encoding.h"

namespace weir::formats {

struct InferredColumn {
  std::string title;  // by which the file's header finds it, distinct; empty where there is no header
  std::string type;
  std::string name;        // in SQL (SqlNames)
  bool has_values = true;  // else its type is a guess
};

// What a delimited file looks like: how it is to be declared, and for people what was decided and why.
struct InferredCsv {
  api::CsvFormat format;
  std::vector<InferredColumn> columns;
  std::vector<std::string> notes;
};

// What the records of all files are beside their values.
struct SeenRecords {
  std::int64_t rows = 0;     // all but headers that are there again
  std::int64_t headers = 0;  // those
  ValuePlace first_header;
  bool wordy = false;  // of one column: most are texts of several words
};

// The line of the header, from 1, of the text at the start of a delimited file; 0 where it has none. Pure.
std::int64_t HeaderLineOf(const std::string& sample);

// Judges files of one shape together. One thread.
class CsvInference {
 public:
  // Looks at the whole text once; its first megabyte decides delimiter, header and lines before the table. `name` is for
  // people. Fault::Data, reason "FileUnreadable", for what is not delimited text, with what it is instead; Fault::Invalid,
  // reason "OtherShape", for a file with other columns or another layout than the first; faults of the source as they came.
  Status Add(OpenedText file, std::string_view name);
  // Once a file was added.
  InferredCsv Declare() const;

 private:
  Status Read(ByteSource& text);
  void Observe(const CsvBlockRecords::Record& record);

  CsvLayout layout_;  // of the first file
  api::Encoding encoding_ = api::Encoding::Utf8;
  FileNames files_;
  CsvValues values_;
  std::vector<ColumnFacts> facts_;
  SeenRecords seen_;
};

}  // namespace weir::formats
