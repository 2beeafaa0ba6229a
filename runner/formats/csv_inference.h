#pragma once

#include <string>
#include <vector>

#include "crds/api/dataset.h"
#include "runner/formats/encoding.h"

namespace weir::formats {

struct InferredColumn {
  std::string title;  // by which the file's header finds it, distinct; empty where there is no header
  std::string type;
};

// What a delimited file looks like: how it is to be declared, and for people what was decided and why.
struct InferredCsv {
  api::CsvFormat format;
  std::vector<InferredColumn> columns;
  std::vector<std::string> notes;
};

// Looks at the whole text once; its first megabyte decides delimiter, header and lines before the table. `name` is for
// people. Fault::Data, reason "FileUnreadable", for what is not delimited text, with what it is instead; faults of the
// source as they came.
Result<InferredCsv> InferCsv(OpenedText file, std::string_view name);

}  // namespace weir::formats
