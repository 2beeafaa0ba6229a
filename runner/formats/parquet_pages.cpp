#include "runner/formats/parquet_pages.h"

#include <algorithm>

#include "runner/formats/thrift_compact.h"

namespace weir::formats {
namespace {

using Type = ThriftReader::Type;

// Calls `take(field)` for each field of a structure; it returns false if it has read nothing of it.
void ForEachField(ThriftReader& reader, const auto& take) {
  ThriftReader::Field field;
  while (reader.ok() && (field = reader.NextField(field.id)).type != Type::Stop)
    if (!take(field)) reader.Skip(field.type);
}

// ColumnMetaData of parquet.thrift.
ParquetChunk ReadColumn(ThriftReader& reader) {
  std::int64_t bytes = 0, data = 0, dictionary = 0;
  ForEachField(reader, [&](const ThriftReader::Field& field) {
    if (field.type != Type::I64 || (field.id != 7 && field.id != 9 && field.id != 11)) return false;
    (field.id == 7 ? bytes : field.id == 9 ? data : dictionary) = reader.Integer();
    return true;
  });
  return {dictionary > 0 ? std::min(dictionary, data) : data, bytes, 0};
}

// Calls `take(i)` to read each item of a list of structures; false for a list of anything else, behind which nothing can be read.
bool ForEachStruct(ThriftReader& reader, const auto& take) {
  const ThriftReader::Items items = reader.BeginList();
  if (items.count > 0 && items.type != Type::Struct) return false;
  for (std::uint64_t i = 0; reader.ok() && i < items.count; ++i) take(i);
  return true;
}

}  // namespace

std::vector<ParquetChunk> ParquetChunks(std::string_view row_groups) {
  std::vector<ParquetChunk> chunks;
  ThriftReader reader(row_groups);
  bool known = true;
  std::uint64_t leaf = 0;
  const auto column = [&](const ThriftReader::Field& field) {
    if (field.id != 3 || field.type != Type::Struct) return false;
    chunks.push_back(ReadColumn(reader));
    chunks.back().leaf = leaf;
    return true;
  };
  const auto read_column = [&](std::uint64_t i) {
    leaf = i;
    ForEachField(reader, column);
  };
  const auto columns = [&](const ThriftReader::Field& field) {
    if (field.id != 1 || field.type != Type::List) return false;
    known = ForEachStruct(reader, read_column) && known;
    return true;
  };
  known = ForEachStruct(reader, [&](std::uint64_t) { ForEachField(reader, columns); }) && known;
  return known && reader.ok() ? chunks : std::vector<ParquetChunk>{};
}

std::optional<ParquetPage> ReadParquetPage(std::string_view bytes) {
  ParquetPage page{.bytes = -1};
  ThriftReader reader(bytes);
  ForEachField(reader, [&](const ThriftReader::Field& field) {
    if (field.type != Type::I32 || (field.id != 3 && field.id != 4)) return false;
    const std::int64_t value = reader.Integer();
    if (field.id == 3)
      page.bytes = value;
    else
      page.crc = static_cast<std::uint32_t>(value);
    return true;
  });
  if (!reader.ok() || page.bytes < 0) return std::nullopt;
  page.header = reader.position();
  return page;
}

}  // namespace weir::formats
