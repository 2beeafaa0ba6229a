// Pages of Parquet files and the checksums of their writer.
#include "runner/engine/parquet/page_checksums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "runner/formats/encoding/gunzip.h"
#include "runner/formats/parquet/thrift_compact.h"
#include "tests/gzip.h"

namespace weir::engine {
namespace {

using formats::ParquetChunk;
using testing::HasSubstr;

struct PageOptions {
  bool checksum = true;
  std::size_t statistics = 0;  // bytes of them in the header
  int values = 1;
  std::int64_t content = -1;  // bytes before it was compressed, where they are not those of the page
  int levels = -1;            // bytes of a page of the second version
};

std::string Page(const std::string& content, const PageOptions& options = {}) {
  formats::ThriftWriter header;
  header.Integer(1, options.levels < 0 ? 0 : 3);
  header.Integer(2, options.content < 0 ? static_cast<std::int64_t>(content.size()) : options.content);
  header.Integer(3, static_cast<std::int64_t>(content.size()));
  if (options.checksum) header.Integer(4, static_cast<std::int32_t>(formats::Crc32(0, content)));
  formats::ThriftWriter data;
  data.Integer(1, options.values);
  if (options.levels >= 0) data.Integer(5, options.levels);
  data.End();
  header.Raw(options.levels < 0 ? 5 : 8, formats::ThriftReader::Struct, data.Take());
  if (options.statistics > 0) header.Bytes(9, std::string(options.statistics, 'x'));
  header.End();
  return header.Take() + content;
}

// An object in memory that counts what is read of it.
class Object final : public storage::ObjectReader {
 public:
  explicit Object(std::string bytes) : bytes_(std::move(bytes)) {}
  std::int64_t Size() const override { return static_cast<std::int64_t>(bytes_.size()); }
  bool SmallReadsAreCheap() const override { return true; }
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
  void Chunk(const std::string& pages, std::int64_t values = 1) {
    chunks_.push_back({.from = static_cast<std::int64_t>(bytes_.size()), .bytes = static_cast<std::int64_t>(pages.size()), .rows = 1, .values = values});
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
  Chunk(Page("one") + Page("two") + Page(""), 3);
  Chunk(Page(std::string(100'000, 'z')));
  EXPECT_FALSE(IsDamaged());
  EXPECT_EQ(read_, Size() - 4);
}

TEST_F(PageChecksums, OfALaterPageOrChunkAreCompared) {
  Chunk(Page("one") + Damaged(Page("two")), 2);
  EXPECT_TRUE(IsDamaged());
  chunks_.clear();
  Chunk(Page("one"));
  Chunk(Damaged(Page("two")));
  EXPECT_TRUE(IsDamaged());
}

TEST_F(PageChecksums, AreComparedBehindAChunkWithOtherBytesAtItsEnd) {
  Chunk(Page("one") + std::string(20, '\xFF'));
  Chunk(Damaged(Page("four")));
  EXPECT_TRUE(IsDamaged());
}

TEST_F(PageChecksums, AreComparedThoughTheFirstChunkHasNone) {
  Chunk(std::string(20, '\xFF') + Page("two"), 0);
  Chunk(Damaged(Page("three")));
  EXPECT_TRUE(IsDamaged());
}

TEST_F(PageChecksums, AreComparedBehindAPageThatHasNone) {
  Chunk(Page("one") + Page("two", {.checksum = false}) + Damaged(Page("three")), 3);
  EXPECT_TRUE(IsDamaged());
}

TEST_F(PageChecksums, OfPagesWithoutOneOnlyTheHeadersAreRead) {
  Chunk(Page(std::string(5'000'000, 'a'), {.checksum = false}) + Page(std::string(5'000'000, 'b'), {.checksum = false}), 2);
  EXPECT_FALSE(IsDamaged());
  EXPECT_EQ(reads_, 2);
  EXPECT_LE(read_, 128 << 10);
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
  Chunk(pages, 2000);
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
  for (int i = 0; i < 100'000; ++i) chunks_.push_back({.from = all.from, .bytes = all.bytes - i % 7, .rows = 1, .values = 1});
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

TEST_F(PageChecksums, OfChunksWithoutRowsHideNoOther) {
  Chunk(Damaged(Page("one")));
  chunks_.insert(chunks_.begin(), {.from = 4, .bytes = 1, .rows = 0});
  EXPECT_TRUE(IsDamaged());
}

TEST_F(PageChecksums, OfRowsOutsideOfTheFileAreDamage) {
  const std::int64_t far = INT64_MAX;
  const std::pair<std::int64_t, std::int64_t> places[] = {{-1, 10}, {INT64_MIN, far}, {4, far}, {far, far}, {far, 1}, {4, -1}, {4, 0}};
  for (const auto& [from, bytes] : places) {
    chunks_ = {{.from = from, .bytes = bytes, .rows = 1}};
    EXPECT_THAT(Check().error().message, HasSubstr("a.parquet is damaged: its footer gives a column bytes outside of the file")) << from << " " << bytes;
  }
}

TEST_F(PageChecksums, OfAPageLongerThanItsChunkDoNotMatch) {
  Chunk(Page("a page") + Page("which is cut"), 2);
  bytes_.resize(bytes_.size() - 4);
  chunks_[0].bytes -= 4;
  EXPECT_TRUE(IsDamaged());
}

// Of pages without a checksum in their headers.
class GzipPages : public PageChecksums {
 protected:
  static std::string Gzipped(const std::string& text, const std::string& levels = "") {
    PageOptions options{.checksum = false, .content = static_cast<std::int64_t>(levels.size() + text.size())};
    if (!levels.empty()) options.levels = static_cast<int>(levels.size());
    return Page(levels + test::Gzip(text), options);
  }
  void Chunk(const std::string& pages, std::int64_t values = 1) {
    PageChecksums::Chunk(pages, values);
    chunks_.back().gzip = true;
  }
};

TEST_F(GzipPages, AreVerifiedToTheirEnds) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919);
  Chunk(Gzipped(text) + Gzipped("two") + Gzipped("three", "levels") + Page("", {.checksum = false}), 4);
  const std::string sound = bytes_;
  EXPECT_FALSE(IsDamaged());
  EXPECT_EQ(read_, Size() - 4) << "once";
  // Behind the ten bytes of its header, which say nothing of the text.
  for (std::size_t at = sound.find("\x1F\x8B") + 10; at < 50'000; at += at < 200 ? 1 : 997) {
    bytes_ = sound;
    bytes_[at] = static_cast<char>(bytes_[at] ^ 1);
    EXPECT_TRUE(IsDamaged()) << at;
  }
}

TEST_F(GzipPages, OfAnotherLengthThanTheirHeadersSayAreDamaged) {
  std::string page = Gzipped("some text");
  const std::string gzip = page.substr(page.find("\x1F\x8B"));
  for (const std::int64_t content : {0, 8, 10}) {
    chunks_.clear();
    Chunk(Page(gzip, {.checksum = false, .content = content}));
    EXPECT_TRUE(IsDamaged()) << content;
  }
  chunks_.clear();
  Chunk(Page(gzip + gzip, {.checksum = false, .content = 9}));
  EXPECT_TRUE(IsDamaged()) << "the engine reads one member of a page";
  chunks_.clear();
  Chunk(Page(gzip.substr(0, gzip.size() - 1), {.checksum = false, .content = 9}));
  EXPECT_TRUE(IsDamaged());
}

TEST_F(PageChecksums, AreNotAllThatAPageMustMatch) {
  Chunk(Page("one") + Page("two"), 3);
  EXPECT_THAT(Check().error().message, HasSubstr("a.parquet is damaged: its pages from byte 4 on have 2 values instead of 3"));
  chunks_.clear();
  Chunk(std::string(20, '\xFF') + Page("two"));
  EXPECT_THAT(Check().error().message, HasSubstr("has no header that can be read"));
  chunks_.clear();
  Chunk(Page("one", {.content = INT32_MAX}));
  EXPECT_THAT(Check().error().message, HasSubstr("claims to be larger than all pages of its column")) << "the engine would make room for it";
}

// A disk that cannot be read.
class WornOut final : public storage::ObjectReader {
 public:
  std::int64_t Size() const override { return 1 << 20; }
  Status ReadAt(std::int64_t, char*, std::int64_t) override { return Error{Fault::Transient, "StoreUnavailable", "Input/output error"}; }
};

TEST(PageChecksumsOfAStore, ThatFailsAreItsError) {
  WornOut file;
  const Status checked = CheckPages(file, {{.from = 4, .bytes = 1000, .rows = 1}}, "a.parquet");
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().fault, Fault::Transient);
}

}  // namespace
}  // namespace weir::engine
