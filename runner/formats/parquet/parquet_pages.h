#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::formats {

// The pages of one leaf of the schema in one row group: a run of bytes of the file.
struct ParquetChunk {
  std::int64_t from = 0;
  std::int64_t bytes = 0;
  std::size_t leaf = 0;      // its number in the row group, and so in the schema
  std::int64_t content = 0;  // bytes of its pages before they were compressed
  bool gzip = false;         // each page is compressed as a member of gzip
  std::int64_t rows = 0;     // of the row group
  std::int64_t values = 0;   // of all its pages, with those that are NULL
  // What the metadata of a chunk repeat of its leaf, each empty where they do not.
  struct Repeated {
    std::optional<std::int64_t> type;
    std::optional<std::uint32_t> path;             // AddToPath of the names from the outermost field to the leaf
    std::size_t definitions = 0, repetitions = 0;  // lengths of the histograms of levels
  } repeated;
};

// The path to a leaf as a checksum, since paths as texts can be far longer than the file: that of the path to its parent, 0 for a
// column, and its name.
std::uint32_t AddToPath(std::uint32_t path, std::string_view name);

struct ParquetRowGroups {
  std::vector<ParquetChunk> chunks;
  std::int64_t rows = 0;
  // The same list for the engine, which sees other names and INT96 as bytes. It is without what only describes the values, such as
  // statistics: the engine answers from them instead of reading the values, and a wrong one then makes a wrong value right.
  std::string neutral;
};

// Reads the list of row groups in the metadata of a Parquet file (its field 4, as Thrift's compact protocol has it); nullopt if
// the bytes are no such list.
std::optional<ParquetRowGroups> ReadParquetRowGroups(std::string_view list);

// The header of a page.
struct ParquetPage {
  std::size_t header = 0;            // bytes of this
  std::int64_t bytes = 0;            // of the page behind it, compressed as it is
  std::int64_t content = 0;          // of the same before it was compressed
  std::int64_t levels = 0;           // bytes at the start of the page that are not compressed
  bool compressed = true;            // the rest of it, where its chunk is
  std::int64_t values = 0;           // with those that are NULL; 0 for a dictionary
  std::optional<std::uint32_t> crc;  // CRC-32 of its bytes, where its writer gave one
};

// Reads the header at the start of `bytes`; nullopt if it is cut off, is no header or lacks a size of its page.
std::optional<ParquetPage> ReadParquetPage(std::string_view bytes);

}  // namespace weir::formats
