#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace weir::formats {

// The pages of one leaf of the schema in one row group: a run of bytes of the file.
struct ParquetChunk {
  std::int64_t from = 0;
  std::int64_t bytes = 0;
  std::size_t leaf = 0;  // its number in the row group, and so in the schema
};

// Of the list of row groups in the metadata of a Parquet file (its field 4, as Thrift's compact protocol has it), in their
// order. Empty where it cannot be read: who reads the values tells.
std::vector<ParquetChunk> ParquetChunks(std::string_view row_groups);

// The header of a page.
struct ParquetPage {
  std::size_t header = 0;            // bytes of this
  std::int64_t bytes = 0;            // of the page behind it, compressed as it is
  std::optional<std::uint32_t> crc;  // CRC-32 of them, where its writer gave one
};

// Reads the header at the start of `bytes`; nullopt if it is cut off, is no header or lacks the size of its page.
std::optional<ParquetPage> ReadParquetPage(std::string_view bytes);

}  // namespace weir::formats
