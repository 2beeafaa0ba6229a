#pragma once

#include <string>
#include <vector>

#include "runner/formats/parquet_pages.h"
#include "runner/storage/object_store.h"

namespace weir::engine {

// Compares the pages of these chunks of a Parquet file with the checksums (CRC-32) that its writer stored in their headers. Give
// the chunks of the columns whose values are used, in any order: pages of other columns are not read. The first page whose header
// can be read decides: if it has no checksum, the file has none, and nothing more is read. Later pages without one are passed
// over. No byte is read twice: of chunks that overlap, only the first is checked. `path` is for people. Fault::Data,
// "FileUnreadable", for a page that does not match; faults of the store as they came. What is damaged otherwise is left to who
// reads the values.
Status CheckPages(storage::ObjectReader& file, std::vector<formats::ParquetChunk> chunks, const std::string& path);

}  // namespace weir::engine
