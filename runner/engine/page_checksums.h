#pragma once

#include <string>
#include <vector>

#include "runner/formats/parquet_pages.h"
#include "runner/storage/object_store.h"

namespace weir::engine {

// Holds the pages of a Parquet file against the checksums that its writer gave them: one pass over the file. A file whose first
// page has none is not read further. `path` is for people. Fault::Data, "FileUnreadable", for a page that is not what was
// written; faults of the store as they came. What is damaged otherwise is left to who reads the values.
Status CheckPages(storage::ObjectReader& file, const std::vector<formats::ParquetChunk>& chunks, const std::string& path);

}  // namespace weir::engine
