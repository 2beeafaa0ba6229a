// Pages of Parquet files and the checksums of their writer.
#include "runner/engine/page_checksums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "runner/formats/gunzip.h"
#include "runner/formats/thrift_compact.h"

namespace weir::engine {
namespace {

using formats::ParquetChunk;
using testing::HasSubstr;

struct PageOptions {
  bool checksum = true;
  std::size_t statistics = 0;  // bytes of them in the header
};

std::string Page(const std::string& content, const PageOptions& options = {}) {
  formats::ThriftWriter header;
  header.Integer(1, 0);
  header.Integer(2, static_cast<std::int64_t>(content.size()));
  header.Integer(3, static_cast<std::int64_t>(content.size()));
  if (options.checksum) header.Integer(4, static_cast<std::int32_t>(formats::Crc32(0, content)));
  if (options.statistics > 0) header.Bytes(9, std::string(options.statistics, 'x'));
  header.End();
  return header.Take() + content;
}

// An object in memory that counts what is read of it.
class Object final : public storage::ObjectReader {
 public:
  explicit Object(std::string bytes) : bytes_(std::move(bytes)) {}
  std::int64_t Size() const override { return static_cast<std::int64_t>(bytes_.size()); }
  Status ReadAt(std::int64_t offset, char* out, std::int64_t n) override {
    EXPECT_TRUE(offset >= 0 && n >= 0 && offset + n <= Size()) << offset << " " << n;
    std::memcpy(out, bytes_.data() + offset, static_cast<std::size_t>(n));
    read += n;
    ++reads;
    return Ok();
  }

  std::int64_t read = 0;
  int reads = 0;

 private:
  const std::string bytes_;
};

class PageChecksums : public testing::Test {
 protected:
  // Adds pages as one chunk.
  void Chunk(const std::string& pages) {
    chunks_.push_back({static_cast<std::int64_t>(bytes_.size()), static_cast<std::int64_t>(pages.size()), 0});
    bytes_ += pages;
  }
  Status Check() {
    Object object(bytes_);
    Status checked = CheckPages(object, chunks_, "a.parquet");
    read_ = object.read;
    reads_ = object.reads;
    return checked;
  }
  bool IsDamaged() {
    const Status checked = Check();
    if (checked.ok()) return false;
    EXPECT_EQ(checked.error().reason, "FileUnreadable");
    EXPECT_THAT(checked.error().message, HasSubstr("a.parquet is damaged: its page at byte "));
    return true;
  }
  std::int64_t Size() const { return static_cast<std::int64_t>(bytes_.size()); }

  std::string bytes_ = "PAR1";
  std::vector<ParquetChunk> chunks_;
  std::int64_t read_ = 0;
  int reads_ = 0;
};

std::string Damaged(std::string page) {
  page.back() = static_cast<char>(page.back() ^ 1);
  return page;
}

TEST_F(PageChecksums, OfSoundPagesMatch) {
  Chunk(Page("one") + Page("two") + Page(""));
  Chunk(Page(std::string(100'000, 'z')));
  EXPECT_FALSE(IsDamaged());
  EXPECT_EQ(read_, Size() - 4);
}

TEST_F(PageChecksums, OfALaterPageOrChunkAreCompared) {
  Chunk(Page("one") + Damaged(Page("two")));
  EXPECT_TRUE(IsDamaged());
  chunks_.clear();
  Chunk(Page("one"));
  Chunk(Damaged(Page("two")));
  EXPECT_TRUE(IsDamaged());
}

TEST_F(PageChecksums, AreComparedBehindAChunkWithAHeaderThatCannotBeRead) {
  Chunk(Page("one") + std::string(20, '\xFF') + Page("three"));
  Chunk(Damaged(Page("four")));
  EXPECT_TRUE(IsDamaged());
}

TEST_F(PageChecksums, AreComparedThoughTheVeryFirstHeaderCannotBeRead) {
  Chunk(std::string(20, '\xFF') + Page("two"));
  Chunk(Damaged(Page("three")));
  EXPECT_TRUE(IsDamaged());
}

TEST_F(PageChecksums, AreComparedBehindAPageThatHasNone) {
  Chunk(Page("one") + Page("two", {.checksum = false}) + Damaged(Page("three")));
  EXPECT_TRUE(IsDamaged());
}

TEST_F(PageChecksums, AreNotLookedForInAFileWhoseFirstPageHasNone) {
  Chunk(Page(std::string(500'000, 'a'), {.checksum = false}));
  Chunk(Page(std::string(500'000, 'b'), {.checksum = false}));
  EXPECT_FALSE(IsDamaged());
  EXPECT_EQ(reads_, 1);
  EXPECT_LE(read_, 64 << 10);
}

TEST_F(PageChecksums, OfOtherColumnsAreNotRead) {
  Chunk(Page(std::string(50'000, 'a')));
  bytes_ += Damaged(Page(std::string(3'000'000, 'b')));
  Chunk(Page(std::string(50'000, 'c')));
  EXPECT_FALSE(IsDamaged());
  EXPECT_LT(read_, 101'000);
}

TEST_F(PageChecksums, OfPagesWithLongHeadersAreReadOnce) {
  std::string pages;
  for (int i = 0; i < 2000; ++i) pages += Page(std::string(10'000, static_cast<char>('a' + i % 26)), {.statistics = 1200});
  Chunk(pages);
  EXPECT_FALSE(IsDamaged());
  EXPECT_EQ(read_, Size() - 4);
  EXPECT_LE(reads_, 5) << "8 MiB at once";
}

TEST_F(PageChecksums, OfAHeaderOf300KilobytesAreCompared) {
  Chunk(Damaged(Page("one", {.statistics = 300'000})));
  EXPECT_TRUE(IsDamaged());
}

TEST_F(PageChecksums, OfChunksSideBySideAreReadTogether) {
  for (int i = 0; i < 300; ++i) Chunk(Page(std::string(1'000, 'a')));
  std::reverse(chunks_.begin(), chunks_.end());
  EXPECT_FALSE(IsDamaged());
  EXPECT_EQ(read_, Size() - 4);
  EXPECT_LE(reads_, 3);
}

TEST_F(PageChecksums, OfChunksThatOverlapAreReadOnce) {
  Chunk(Page(std::string(100'000, 'a')));
  const ParquetChunk all = chunks_[0];
  for (int i = 0; i < 100'000; ++i) chunks_.push_back({all.from, all.bytes - i % 7, 0});
  EXPECT_FALSE(IsDamaged());
  EXPECT_LE(read_, Size());
}

TEST_F(PageChecksums, OfChunksOutsideOfTheFileAreNotRead) {
  const std::int64_t far = INT64_MAX;
  Chunk(Page("one"));
  chunks_.insert(chunks_.begin(), {{-1, 10, 0}, {4, far, 0}, {far, far, 0}, {far, 1, 0}, {4, -1, 0}, {4, 0, 0}});
  EXPECT_FALSE(IsDamaged());
  bytes_.back() = 'x';
  EXPECT_TRUE(IsDamaged()) << "the others are";
}

TEST_F(PageChecksums, OfAPageLongerThanItsChunkDoNotMatch) {
  Chunk(Page("a page") + Page("which is cut"));
  bytes_.resize(bytes_.size() - 4);
  chunks_[0].bytes -= 4;
  EXPECT_TRUE(IsDamaged());
}

// A disk that cannot be read.
class WornOut final : public storage::ObjectReader {
 public:
  std::int64_t Size() const override { return 1 << 20; }
  Status ReadAt(std::int64_t, char*, std::int64_t) override { return Error{Fault::Transient, "StoreUnavailable", "Input/output error"}; }
};

TEST(PageChecksumsOfAStore, ThatFailsAreItsError) {
  WornOut file;
  const Status checked = CheckPages(file, {{4, 1000, 0}}, "a.parquet");
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().fault, Fault::Transient);
}

}  // namespace
}  // namespace weir::engine
