// Headers of pages and lists of row groups, as a Parquet file has them.
#include "runner/formats/parquet_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/formats/thrift_compact.h"

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

TEST(ParquetPages, HaveAHeaderWithTheirSize) {
  ThriftWriter writer;
  writer.Integer(3, 77);
  writer.Integer(4, -2);
  writer.End();
  const std::string header = writer.Take();
  const auto page = ReadParquetPage(header + "content");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->header, header.size());
  EXPECT_EQ(page->bytes, 77);
  EXPECT_EQ(page->crc, 0xFFFFFFFEU);
  for (std::size_t size = 0; size < header.size(); ++size) EXPECT_FALSE(ReadParquetPage(header.substr(0, size))) << size;
  EXPECT_FALSE(ReadParquetPage(std::string(100, '\0'))) << "no size";
}

}  // namespace
}  // namespace weir::formats
