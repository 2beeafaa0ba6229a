// Headers of pages and lists of row groups, as a Parquet file has them.
#include "runner/formats/parquet/parquet_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/formats/parquet/parquet_footer.h"
#include "runner/formats/parquet/thrift_compact.h"
#include "tests/counted_memory.h"

namespace weir::formats {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// The list of a number of items, without the header of its field.
std::string List(std::uint64_t count, ThriftReader::Type type, const std::string& items) {
  ThriftWriter writer;
  writer.BeginList(1, type, count);
  return writer.Take().substr(1) + items;
}

// A number of type i64 as a field; all of them are small.
std::string Field(int delta, std::int64_t value) { return {static_cast<char>(delta << 4 | ThriftReader::I64), static_cast<char>(value * 2)}; }

// ColumnChunk with its ColumnMetaData: total_compressed_size, data_page_offset, dictionary_page_offset
std::string Column(std::int64_t bytes, std::int64_t data, std::int64_t dictionary) {
  std::string column{static_cast<char>(3 << 4 | ThriftReader::Struct)};
  column += Field(7, bytes) + Field(2, data);
  if (dictionary > 0) column += Field(2, dictionary);
  return column + std::string(2, '\0');
}

std::string Group(const std::string& columns) {
  std::string group{static_cast<char>(1 << 4 | ThriftReader::List)};
  return group + columns + std::string(1, '\0');
}

std::vector<ParquetChunk> ParquetChunks(const std::string& list) {
  const auto groups = ReadParquetRowGroups(list);
  return groups ? groups->chunks : std::vector<ParquetChunk>{};
}

TEST(ParquetPages, OfAColumnBeginWithItsDictionary) {
  const auto chunks = ParquetChunks(List(1, ThriftReader::Struct, Group(List(2, ThriftReader::Struct, Column(10, 20, 4) + Column(30, 40, 0)))));
  ASSERT_THAT(chunks, SizeIs(2));
  EXPECT_EQ(chunks[0].from, 4);
  EXPECT_EQ(chunks[0].bytes, 10);
  EXPECT_EQ(chunks[0].leaf, 0U);
  EXPECT_EQ(chunks[1].from, 40);
  EXPECT_EQ(chunks[1].leaf, 1U);
}

TEST(ParquetPages, AreNoneWhereColumnsOrGroupsAreNoStructures) {
  // Read as structures, the numbers would be columns.
  const std::string numbers = List(2, ThriftReader::I64, Column(10, 20, 4) + Column(30, 40, 0));
  EXPECT_THAT(ParquetChunks(List(1, ThriftReader::Struct, Group(numbers))), IsEmpty());
  EXPECT_THAT(ParquetChunks(numbers), IsEmpty());
  const std::string good = Group(List(1, ThriftReader::Struct, Column(10, 20, 4)));
  const std::string bad = Group(List(2, ThriftReader::Byte, List(1, ThriftReader::Struct, Column(7, 7, 7))));
  EXPECT_THAT(ParquetChunks(List(3, ThriftReader::Struct, good + bad + good)), IsEmpty()) << "what follows a wrong list is nowhere";
  EXPECT_THAT(ParquetChunks(List(1, ThriftReader::Struct, good)), SizeIs(1));
}

TEST(ParquetPages, OfAGroupHaveItsRows) {
  const std::string column = Column(10, 20, 4);
  std::string group{static_cast<char>(1 << 4 | ThriftReader::List)};
  group += List(1, ThriftReader::Struct, column) + Field(2, 7) + std::string(1, '\0');
  const auto groups = ReadParquetRowGroups(List(2, ThriftReader::Struct, group + group));
  ASSERT_TRUE(groups);
  EXPECT_EQ(groups->rows, 14);
  EXPECT_EQ(groups->chunks[1].rows, 7);
  EXPECT_EQ(groups->neutral, List(2, ThriftReader::Struct, group + group)) << "nothing is left out";
}

TEST(ParquetPages, AreWithoutWhatDescribesValues) {
  ThriftWriter metadata;
  metadata.Integer(4, 2);  // codec
  metadata.Integer(9, 4);  // data_page_offset
  const std::string kept = [metadata]() mutable { return metadata.Take(); }();
  metadata.Bytes(12, "statistics");
  metadata.Bytes(14, "bloom filter");
  metadata.End();
  ThriftWriter chunk;
  chunk.Integer(2, 4);
  chunk.Raw(3, ThriftReader::Struct, metadata.Take());
  chunk.Integer(4, 99);  // offset_index_offset
  chunk.End();
  std::string group{static_cast<char>(1 << 4 | ThriftReader::List)};
  group += List(1, ThriftReader::Struct, chunk.Take()) + std::string(1, '\0');
  const auto groups = ReadParquetRowGroups(List(1, ThriftReader::Struct, group));
  ASSERT_TRUE(groups);
  EXPECT_TRUE(groups->chunks.at(0).gzip);
  EXPECT_EQ(groups->neutral.find("statistics"), std::string::npos);
  EXPECT_EQ(groups->neutral.find("bloom"), std::string::npos);
  EXPECT_NE(groups->neutral.find(kept), std::string::npos);
}

// One long name above many leaves, each of which is below it.
TEST(ParquetPages, OfDeepSchemasTakeMemoryByTheirFooter) {
  constexpr int kLeaves = 2'000;
  const auto element = [](const std::string& name, int children) {
    ThriftWriter writer;
    if (children == 0) writer.Integer(1, 2);
    writer.Integer(3, 0);
    writer.Bytes(4, name);
    if (children > 0) writer.Integer(5, children);
    writer.End();
    return writer.Take();
  };
  ThriftWriter footer;
  footer.BeginList(2, ThriftReader::Struct, kLeaves + 2);
  footer.Append(element("root", 1) + element(std::string(100'000, 'a'), kLeaves));
  for (int i = 0; i < kLeaves; ++i) footer.Append(element("x", 0));
  footer.BeginList(4, ThriftReader::Struct, 0);
  footer.End();
  const std::string metadata = footer.Take();
  const PeakMemory memory;
  const auto read = ReadParquetFooter(metadata);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->columns.at(0).leaves.size(), std::size_t{kLeaves});
  EXPECT_LT(memory.Bytes(), 20U << 20) << "and not the long name for each of them";
}

TEST(ParquetPages, HaveAHeaderWithTheirSizesAndValues) {
  ThriftWriter data;
  data.Integer(1, 5);
  data.Integer(5, 3);
  data.Integer(6, 4);
  data.End();
  const std::string of_data = data.Take();
  for (const int kind : {0, 3, 1}) {
    ThriftWriter writer;
    writer.Integer(1, kind);
    writer.Integer(2, 99);
    writer.Integer(3, 77);
    writer.Integer(4, -2);
    writer.Raw(kind == 3 ? 8 : 5, ThriftReader::Struct, of_data);
    writer.End();
    const std::string header = writer.Take();
    const auto page = ReadParquetPage(header + "content");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->header, header.size());
    EXPECT_EQ(page->content, 99);
    EXPECT_EQ(page->bytes, 77);
    EXPECT_EQ(page->crc, 0xFFFFFFFEU);
    EXPECT_EQ(page->values, kind == 1 ? 0 : 5) << "a page of an index has none";
    EXPECT_EQ(page->levels, kind == 3 ? 7 : 0);
    for (std::size_t size = 0; size < header.size(); ++size) EXPECT_FALSE(ReadParquetPage(header.substr(0, size))) << size;
  }
  EXPECT_FALSE(ReadParquetPage(std::string(100, '\0'))) << "no size";
}

}  // namespace
}  // namespace weir::formats
