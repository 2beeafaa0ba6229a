#pragma once

#include <string>
#include <vector>

#include "runner/formats/parquet/parquet_pages.h"
#include "runner/storage/object_store.h"

namespace weir::engine {

// Compares the pages of these chunks of a Parquet file with what their writer said of them: the checksum (CRC-32) in the header of
// a page; where it has none and is compressed with gzip, the checksum and length at the end of that; its size, which must not be
// more than the footer has for the chunk; and the number of values of all pages of a chunk. A chunk with rows must lie in the file;
// one without rows is passed over. Give the chunks of the columns whose values are used, in any order: pages of other columns are
// not read. Of a page without a checksum only the header is read, but from stores whose requests are costly, pieces of 8 MiB with
// what is in them. No byte is read twice: of chunks that overlap, only the first is checked. `path` is for people. Fault::Data,
// "FileUnreadable", for what does not match; faults of the store as they came. Other damage shows when the values are read.
Status CheckPages(storage::ObjectReader& file, std::vector<formats::ParquetChunk> chunks, const std::string& path);

}  // namespace weir::engine
