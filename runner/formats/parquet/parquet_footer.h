#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crds/base/result.h"
#include "runner/formats/parquet/parquet_pages.h"

namespace weir::formats {

// A number of a Parquet file outside of its metadata: least byte first, at most 8 of them.
std::uint64_t LittleEndian(std::string_view bytes);

// How the values of one leaf of a Parquet schema are to be understood, once the neutral footer has hidden it from the engine.
struct ParquetLeaf {
  enum class Kind {
    Plain,        // as the engine reads it
    Text,         // bytes that should be UTF-8; read as BLOB
    Nanoseconds,  // since 1970, read as BIGINT
    Int96,        // nanoseconds of a day and a Julian day, read as 12 bytes
    WideDecimal,  // big-endian two's complement of more than 38 digits, read as BLOB
  };
  Kind kind = Kind::Plain;
  int scale = 0;  // of a WideDecimal
};

// A column of the file: the leaves of its tree from left to right, one where it is not nested, and its fields of structs.
struct ParquetColumn {
  std::string name;
  std::vector<ParquetLeaf> leaves;
  std::map<std::string, std::string> fields;  // name in the neutral footer -> name in the file
  std::vector<ParquetChunk> chunks;           // its pages, of all row groups
};

// Names of the two fields of an entry of a map in the neutral footer; no other struct has them.
inline constexpr const char* kMapKey = " key";
inline constexpr const char* kMapValue = " value";

struct ParquetFooter {
  std::vector<ParquetColumn> columns;
  std::string neutral;  // the same metadata for the engine, with all of the below
};

// Reads the metadata of a Parquet file (Thrift's compact protocol, without the length and "PAR1" behind it) and rewrites its
// schema so that nothing in it can meet or upset the engine: columns are named c0, c1, ..., fields of structs " 0", " 1", ...;
// maps are lists of structs of kMapKey and kMapValue, since the engine refuses a file in which a key is twice or null;
// texts are bytes, so that one value that is not UTF-8 is a value and not an error of the file; nanoseconds and INT96 are
// numbers and bytes, so that nothing of them is cut. Key-value metadata, statistics and what else only describes values are left
// out. A pure function of bytes of any kind; Fault::Data, "FileUnreadable", where they are no such metadata, or say one thing in two
// ways that differ: rows, types, names, levels, places of pages.
Result<ParquetFooter> ReadParquetFooter(std::string_view metadata);

}  // namespace weir::formats
