// Parquet files that are damaged, or that say of their values what is not so.
#include <fstream>
#include <iterator>

#include "runner/engine/file_system.h"
#include "runner/formats/parquet/parquet_footer.h"
#include "tests/engine/engine_fixture.h"
#include "tests/folders.h"

namespace weir::engine {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string Fixture(const std::string& name) {
  std::ifstream in(test::SourceFolder() + "/tests/engine/parquet/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t FooterOf(const std::string& file) { return file.size() - 8 - formats::LittleEndian(file.substr(file.size() - 8, 4)); }

constexpr std::size_t kStep = 7;  // a file takes milliseconds; all bytes were tried once

class ParquetDamage : public EngineTest {
 protected:
  // The rows, or nothing where the file is refused as one that cannot be read.
  std::optional<std::vector<std::string>> Read(const std::string& bytes) {
    const auto rows = Decode(Put("f.parquet", bytes), api::ParquetFormat{}, columns_);
    if (rows.ok()) return RowsOf("decoded", columns_);
    EXPECT_EQ(rows.error().fault, Fault::Data) << rows.error().message;
    EXPECT_EQ(rows.error().reason, "FileUnreadable") << rows.error().message;
    EXPECT_THAT(rows.error().message, StartsWith("f.parquet ")) << "which file it is";
    return std::nullopt;
  }

  const std::vector<api::Column> columns_{Required("id", "BIGINT"), Optional("name", "VARCHAR"), Required("at", "TIMESTAMP"),
                                          Required("price", "DECIMAL(9,2)")};
};

// Its pages have a checksum each, one of their own or that of gzip, and every header is held against the footer.
TEST_F(ParquetDamage, OneFlippedBitBeforeTheFooterIsSeenOrChangesNothing) {
  for (const char* name : {"gzip.parquet", "pages.parquet"}) {
    const std::string file = Fixture(name);
    const auto good = Read(file);
    ASSERT_TRUE(good && good->size() == 24) << name;
    int refused = 0;
    for (std::size_t at = 4; at < FooterOf(file); at += kStep) {
      std::string bytes = file;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
      const auto rows = Read(bytes);
      refused += rows ? 0 : 1;
      ASSERT_TRUE(!rows || *rows == *good) << name << ", byte " << at;
    }
    EXPECT_GT(refused, static_cast<int>(FooterOf(file) / kStep) / 2) << name;
  }
}

// Whatever is damaged, the file is at fault: neither the program, the store nor the memory.
TEST_F(ParquetDamage, OfAnyByteIsAnErrorOfTheFile) {
  for (const char* name : {"gzip.parquet", "plain.parquet"}) {
    const std::string file = Fixture(name);
    for (std::size_t at = 0; at < file.size(); at += 59) {
      for (const int value : {0, 0xFF, file[at] ^ 0x10}) {
        std::string bytes = file;
        bytes[at] = static_cast<char>(value);
        Read(bytes);
      }
    }
  }
}

// Of a file of a table too: its size is the one that was committed, so what is in it is wrong.
TEST_F(ParquetDamage, ReadsBehindTheEndOfAFileNameIt) {
  ObjectFileSystem files;
  Put("a.parquet", "0123456789");
  for (const bool committed : {false, true}) {
    InputFile input{store_, "a.parquet"};
    if (committed) input.bytes = 10;
    const auto handle = files.OpenFile(files.AddInput(input), duckdb::FileFlags::FILE_FLAGS_READ, nullptr);
    std::string out(10, ' ');
    const std::pair<std::int64_t, duckdb::idx_t> reads[] = {{1, 10}, {10, 1}, {1, UINT64_MAX}, {10, std::uint64_t{1} << 63}};
    for (const auto& [bytes, at] : reads) {
      EXPECT_THROW(files.Read(*handle, out.data(), bytes, at), duckdb::IOException) << at;
      const auto error = files.TakeError();
      ASSERT_TRUE(error) << at;
      EXPECT_EQ(error->reason, "FileUnreadable");
      EXPECT_THAT(error->message, StartsWith(committed ? "a.parquet in " : "a.parquet is damaged: it points to bytes behind its end, at byte 10"));
    }
    files.Read(*handle, out.data(), 10, 0);
    EXPECT_FALSE(files.TakeError());
  }
}

// Nothing protects a footer but what it says twice.
TEST_F(ParquetDamage, OneFlippedBitInAFooterIsSeenOrChangesNothing) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("name", "VARCHAR"), Required("price", "DECIMAL(9,2)")};
  const std::string file = Fixture("footer.parquet");
  ASSERT_TRUE(Decode(Put("f.parquet", file), api::ParquetFormat{}, columns).ok());
  const auto good = RowsOf("decoded", columns);
  ASSERT_EQ(good.size(), 24U);
  constexpr std::size_t kBits = 11;  // reading a file takes milliseconds
  for (std::size_t bit = FooterOf(file) * 8; bit < file.size() * 8; bit += kBits) {
    std::string bytes = file;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    const auto rows = Decode(Put("f.parquet", bytes), api::ParquetFormat{}, columns);
    EXPECT_TRUE(rows.ok() ? RowsOf("decoded", columns) == good || !rejected_.empty() : rows.error().reason == "FileUnreadable")
        << "byte " << bit / 8 - FooterOf(file) << " of the footer, bit " << bit % 8 << (rows.ok() ? "" : ": " + rows.error().message);
  }
}

// Columns whose pages are those of another, and a list whose values may not be missing.
TEST_F(ParquetDamage, WhatAFooterSaysInTwoWaysMustAgree) {
  const std::string file = Fixture("footer.parquet");
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("tags", "VARCHAR")};
  const auto error = [&](const std::string& bytes) {
    const auto rows = Decode(Put("f.parquet", bytes), api::ParquetFormat{}, columns);
    return rows.ok() ? "" : rows.error().message;
  };
  const auto with = [&file](std::string_view from, std::string_view to, std::size_t behind) {
    std::string bytes = file;
    const std::size_t at = bytes.find(from, FooterOf(file));
    EXPECT_NE(at, std::string::npos) << from;
    return bytes.replace(at + behind, to.size(), to);
  };
  const std::string_view element(
      "\x25\x02\x18\x07"
      "element",
      11);  // repetition and name of the values of the list
  EXPECT_THAT(error(with(element, std::string_view("\0", 1), 1)), HasSubstr("which values may be missing of column tags: it is damaged"));
  EXPECT_EQ(error(with("tags\x15\x02\x15\x06", "\x14", 6)), "") << "a list is one by its logical type alone";
  EXPECT_THAT(RowsOf("decoded", columns)[2], HasSubstr(R"("tags":"[0,1]")"));
  EXPECT_THAT(error(with("\x18\x04tags", "j", 2)), HasSubstr("the name of column jags: it is damaged"));
  const std::string_view id("\x15\x04\x25\x02\x18\x02id", 8);
  EXPECT_THAT(error(with(id, std::string_view("\0", 1), 1)), HasSubstr("the type of column id: it is damaged"));
  EXPECT_THAT(error(with(std::string_view("\x15\x0E\x15\x08", 4), "\x06", 3)), HasSubstr("the values of price too few bytes"));
}

TEST_F(ParquetDamage, ATypeThatTheFooterGivesInTwoWaysIsOneType) {
  const std::string file = Fixture("types.parquet");
  const auto sniffed = engine_->Sniff(Put("types.parquet", file));
  ASSERT_TRUE(sniffed.ok()) << sniffed.error().message;
  ASSERT_EQ(sniffed->columns.size(), 13U);
  for (const char* name : {"int8", "int16", "uint8", "uint16", "uint32", "uint64", "ms", "us", "price"}) {
    const std::size_t at = file.find("column " + std::string(name), FooterOf(file));
    std::string bytes = file;
    char& converted = bytes[bytes.find('\x25', at) + 1];  // field 6 behind field 4
    converted = static_cast<char>(converted ^ 2);
    const auto other = engine_->Sniff(Put("types.parquet", bytes));
    ASSERT_FALSE(other.ok()) << name;
    EXPECT_EQ(other.error().reason, "FileUnreadable");
    EXPECT_THAT(other.error().message, HasSubstr(std::string("its footer gives column ") + name + " two types, which differ: it is damaged"));
  }
  std::string scale = file;
  scale[scale.find("\x25\x0A\x15\x04", FooterOf(file)) + 3] = 6;
  EXPECT_FALSE(engine_->Sniff(Put("types.parquet", scale)).ok());
}

TEST_F(ParquetDamage, StatisticsOfTheWriterDecideNothing) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Required("at", "TIMESTAMP"), Required("n", "INTEGER"), Required("name", "VARCHAR")};
  const auto rows = Decode(Put("statistics.parquet", Fixture("statistics.parquet")), api::ParquetFormat{}, columns);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(RowsOf("decoded", columns).size(), 2U);
  ASSERT_EQ(rejected_.size(), 1U);
  const std::vector<std::pair<std::string, std::string>> each{{"at", "TIMESTAMP"}, {"n", "INTEGER"}, {"name", "VARCHAR"}};
  for (const auto& [column, type] : each) {
    const auto one = Decode(Put("statistics.parquet", Fixture("statistics.parquet")), api::ParquetFormat{}, {Required(column, type)});
    ASSERT_TRUE(one.ok()) << one.error().message;
    ASSERT_EQ(rejected_.size(), 1U) << column;
    EXPECT_EQ(rejected_[0].line, 2) << column;
  }
}

}  // namespace
}  // namespace weir::engine
