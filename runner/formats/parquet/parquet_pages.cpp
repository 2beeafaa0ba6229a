#include "runner/formats/parquet/parquet_pages.h"

#include <algorithm>
#include <limits>

#include "runner/formats/encoding/gunzip.h"
#include "runner/formats/parquet/thrift_compact.h"

namespace weir::formats {
namespace {

using Type = ThriftReader::Type;

// parquet.thrift: numbers of fields, of a codec, of types and of kinds of pages.
constexpr int kRowGroupColumns = 1, kRowGroupRows = 3, kRowGroupSorting = 4;
constexpr int kChunkMetadata = 3, kChunkFirstIndex = 4, kChunkLastIndex = 7;
constexpr int kType = 1, kPath = 3, kCodec = 4, kValues = 5, kContent = 6, kBytes = 7, kKeyValues = 8, kData = 9, kDictionary = 11, kLastOfPlace = 11,
              kSizes = 16;
constexpr int kRepetitionHistogram = 2, kDefinitionHistogram = 3;
constexpr std::int64_t kGzip = 2, kInt96 = 3, kFixedBytes = 7;
constexpr std::int64_t kDataV1 = 0, kDataV2 = 3;
constexpr int kPageKind = 1, kPageContent = 2, kPageBytes = 3, kPageCrc = 4, kPageV1 = 5, kPageV2 = 8;
constexpr int kPageValues = 1, kDefinitionLevels = 5, kRepetitionLevels = 6, kIsCompressed = 7;

bool IsInteger(Type type) { return type == Type::I32 || type == Type::I64; }

std::int64_t Number(std::string_view value) { return ThriftReader(value).Integer(); }

// Calls `take(field, bytes of its value)` for each field of a structure.
void ForEachField(ThriftReader& reader, const auto& take) {
  ThriftReader::Field field;
  while (reader.ok() && (field = reader.NextField(field.id)).type != Type::Stop) take(field, reader.Skip(field.type));
}

std::optional<std::uint32_t> PathOf(std::string_view list) {
  ThriftReader reader(list);
  const ThriftReader::Items items = reader.BeginList();
  if (items.count == 0 || items.type != Type::Binary) return std::nullopt;
  std::uint32_t path = 0;
  for (std::uint64_t i = 0; reader.ok() && i < items.count; ++i) path = AddToPath(path, reader.Bytes());
  return path;
}

// SizeStatistics.
void ReadHistograms(std::string_view sizes, ParquetChunk::Repeated& repeated) {
  ThriftReader reader(sizes);
  ForEachField(reader, [&repeated](const ThriftReader::Field& field, std::string_view value) {
    if (field.type != Type::List) return;
    if (field.id == kRepetitionHistogram) repeated.repetitions = ThriftReader(value).BeginList().count;
    if (field.id == kDefinitionHistogram) repeated.definitions = ThriftReader(value).BeginList().count;
  });
}

// Reads row groups, and writes them again on the way.
class RowGroups {
 public:
  bool Read(std::string_view list) {
    ThriftReader reader(list);
    std::string groups;
    const auto items = ForEachStruct(reader, [&](std::uint64_t) { groups += Group(reader); });
    ThriftWriter writer;
    writer.Items(Type::Struct, items);
    writer.Append(groups);
    found.neutral = writer.Take();
    return known_ && reader.ok();
  }

  ParquetRowGroups found;

 private:
  // Calls `take(i)` to read each item of a list of structures, and returns their number. Behind a list of anything else nothing
  // can be read.
  std::uint64_t ForEachStruct(ThriftReader& reader, const auto& take) {
    const ThriftReader::Items items = reader.BeginList();
    known_ = known_ && (items.count == 0 || items.type == Type::Struct);
    std::uint64_t i = 0;
    while (known_ && reader.ok() && i < items.count) take(i++);
    return i;
  }

  std::string Group(ThriftReader& reader) {
    ThriftWriter writer;
    ThriftReader::Field field;
    const std::size_t before = found.chunks.size();
    std::int64_t rows = 0;
    while (known_ && reader.ok() && (field = reader.NextField(field.id)).type != Type::Stop) {
      if (field.id == kRowGroupColumns && field.type == Type::List) {
        std::string chunks;
        const auto items = ForEachStruct(reader, [&](std::uint64_t leaf) { chunks += Chunk(reader, leaf); });
        writer.BeginList(field.id, Type::Struct, items);
        writer.Append(chunks);
        continue;
      }
      const std::string_view value = reader.Skip(field.type);
      if (field.id == kRowGroupRows && field.type == Type::I64) rows = Number(value);
      if (field.id != kRowGroupSorting) writer.Raw(field.id, field.type, value);
    }
    if (rows < 0 || __builtin_add_overflow(found.rows, rows, &found.rows)) known_ = false;
    for (std::size_t i = before; i < found.chunks.size(); ++i) found.chunks[i].rows = rows;
    writer.End();
    return writer.Take();
  }

  std::string Chunk(ThriftReader& reader, std::uint64_t leaf) {
    ThriftWriter writer;
    ForEachField(reader, [&](const ThriftReader::Field& field, std::string_view value) {
      if (field.id == kChunkMetadata && field.type == Type::Struct)
        writer.Raw(field.id, field.type, Column(value, leaf));
      else if (field.id < kChunkFirstIndex || field.id > kChunkLastIndex)
        writer.Raw(field.id, field.type, value);
    });
    writer.End();
    return writer.Take();
  }

  std::string Column(std::string_view metadata, std::uint64_t leaf) {
    ThriftReader reader(metadata);
    ThriftWriter writer;
    ParquetChunk chunk{.leaf = leaf};
    std::int64_t data = 0, dictionary = 0, codec = 0;
    ForEachField(reader, [&](const ThriftReader::Field& field, std::string_view value) {
      if (field.id == kSizes && field.type == Type::Struct) ReadHistograms(value, chunk.repeated);
      if (field.id > kLastOfPlace || field.id == kKeyValues) return;
      if (field.id == kPath && field.type == Type::List) {
        chunk.repeated.path = PathOf(value);
        writer.BeginList(kPath, Type::Binary, 0);  // the schema has other names, too
        return;
      }
      if (field.id == kType && field.type == Type::I32 && Number(value) == kInt96)
        writer.Integer(kType, kFixedBytes);
      else
        writer.Raw(field.id, field.type, value);
      if (!IsInteger(field.type)) return;
      switch (field.id) {
        case kType: chunk.repeated.type = Number(value); break;
        case kCodec: codec = Number(value); break;
        case kValues: chunk.values = Number(value); break;
        case kContent: chunk.content = Number(value); break;
        case kBytes: chunk.bytes = Number(value); break;
        case kData: data = Number(value); break;
        case kDictionary: dictionary = Number(value); break;
        default: break;
      }
    });
    chunk.from = dictionary > 0 ? std::min(dictionary, data) : data;
    chunk.gzip = codec == kGzip;
    found.chunks.push_back(chunk);
    writer.End();
    return writer.Take();
  }

  bool known_ = true;
};

// `levels` becomes -1 where their sizes are none.
void ReadDataPage(std::string_view header, bool v2, ParquetPage& page) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  std::int64_t definitions = 0, repetitions = 0;
  ThriftReader reader(header);
  ForEachField(reader, [&](const ThriftReader::Field& field, std::string_view value) {
    if (field.id == kPageValues && IsInteger(field.type)) page.values = Number(value);
    if (!v2) return;
    if (field.id == kDefinitionLevels && IsInteger(field.type)) definitions = Number(value);
    if (field.id == kRepetitionLevels && IsInteger(field.type)) repetitions = Number(value);
    if (field.id == kIsCompressed) page.compressed = field.type != Type::False;
  });
  const bool are_sizes = definitions >= 0 && definitions <= kMost && repetitions >= 0 && repetitions <= kMost;
  page.levels = are_sizes ? definitions + repetitions : -1;
}

}  // namespace

std::uint32_t AddToPath(std::uint32_t path, std::string_view name) { return Crc32(Crc32(path, name), std::string_view("\0", 1)); }

std::optional<ParquetRowGroups> ReadParquetRowGroups(std::string_view list) {
  RowGroups groups;
  if (!groups.Read(list)) return std::nullopt;
  return std::move(groups.found);
}

std::optional<ParquetPage> ReadParquetPage(std::string_view bytes) {
  ParquetPage page{.bytes = -1, .content = -1};
  std::int64_t kind = -1;
  ThriftReader reader(bytes);
  ForEachField(reader, [&page, &kind](const ThriftReader::Field& field, std::string_view value) {
    const bool of_kind = (field.id == kPageV1 && kind == kDataV1) || (field.id == kPageV2 && kind == kDataV2);
    if (of_kind && field.type == Type::Struct) ReadDataPage(value, kind == kDataV2, page);
    if (field.type != Type::I32) return;
    if (field.id == kPageKind) kind = Number(value);
    if (field.id == kPageContent) page.content = Number(value);
    if (field.id == kPageBytes) page.bytes = Number(value);
    if (field.id == kPageCrc) page.crc = static_cast<std::uint32_t>(Number(value));
  });
  if (!reader.ok() || page.bytes < 0 || page.content < 0 || page.levels < 0) return std::nullopt;
  page.header = reader.position();
  return page;
}

}  // namespace weir::formats
