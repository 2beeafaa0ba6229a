#pragma once

#include <string>
#include <vector>

#include "runner/formats/csv_inference.h"
#include "runner/formats/encoding.h"

namespace weir::formats {

// What the keys of a JSON file look like as columns, and for people what was decided and why.
struct InferredJson {
  std::vector<InferredColumn> columns;  // every key, in the order of first appearance
  std::vector<std::string> notes;
};

// Reads the whole text by the decoder's own reader. A record that is no row is no reason to stop, unless all are.
// Fault::Data, reason "FileUnreadable", for what has no JSON object, or more than `most_columns` keys; faults of the source
// as they came.
Result<InferredJson> InferJson(OpenedText file, std::size_t most_columns);

}  // namespace weir::formats
