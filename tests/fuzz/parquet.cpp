// Parquet files: their footers, and the checksums of their pages. An input is a file, or the bytes of one structure in it.
#include <algorithm>
#include <cstring>

#include "runner/engine/parquet/page_checksums.h"
#include "runner/formats/parquet/parquet_footer.h"
#include "runner/formats/parquet/parquet_pages.h"
#include "tests/fuzz/invariant.h"

using namespace weir;
using namespace weir::formats;

namespace {

constexpr std::size_t kTrailer = 8;  // the footer's length, and "PAR1"

class Object final : public storage::ObjectReader {
 public:
  explicit Object(std::string_view bytes) : bytes_(bytes) {}
  std::int64_t Size() const override { return static_cast<std::int64_t>(bytes_.size()); }
  Status ReadAt(std::int64_t offset, char* out, std::int64_t n) override {
    fuzz::Require(offset >= 0 && n > 0 && offset <= Size() && n <= Size() - offset, "what is read is in the file");
    std::memcpy(out, bytes_.data() + offset, static_cast<std::size_t>(n));
    read += n;
    return Ok();
  }

  std::int64_t read = 0;

 private:
  const std::string_view bytes_;
};

std::string_view FooterOf(std::string_view file) {
  if (file.size() < kTrailer || !file.ends_with("PAR1")) return file;
  const std::uint64_t length = LittleEndian(file.substr(file.size() - kTrailer, 4));
  return length <= file.size() - kTrailer ? file.substr(file.size() - kTrailer - length, length) : file;
}

void CheckPage(std::string_view text) {
  const auto page = ReadParquetPage(text);
  if (!page) return;
  fuzz::Require(page->header > 0 && page->header <= text.size(), "a header is as long as its bytes");
  fuzz::Require(page->bytes >= 0 && page->content >= 0, "a page has its sizes");
  fuzz::Require(!ReadParquetPage(text.substr(0, page->header - 1)), "a header that is cut off is not read");
  const auto again = ReadParquetPage(text.substr(0, page->header));
  fuzz::Require(again && again->header == page->header && again->bytes == page->bytes && again->values == page->values && again->crc == page->crc,
                "what follows a header is no part of it");
}

void CheckChunks(std::string_view file, std::vector<ParquetChunk> chunks) {
  const auto check = [&file](const std::vector<ParquetChunk>& of) {
    Object object(file);
    Status checked = engine::CheckPages(object, of, "a.parquet");
    fuzz::Require(object.read <= object.Size(), "no byte is read twice");
    if (!checked.ok()) fuzz::RequireReadable(checked.error().message);
    return checked.ok();
  };
  const bool sound = check(chunks);
  fuzz::Require(sound || !chunks.empty(), "only a page can be damaged");
  for (ParquetChunk& chunk : chunks) chunk.from = std::max<std::int64_t>(chunk.from, 0) % 64;
  check(chunks);
}

void CheckGroups(std::string_view file, const ParquetRowGroups& groups) {
  fuzz::Require(groups.rows >= 0, "rows are counted");
  const auto again = ReadParquetRowGroups(groups.neutral);
  fuzz::Require(again && again->rows == groups.rows && again->chunks.size() == groups.chunks.size(), "the neutral list has the same chunks");
  fuzz::Require(again && again->neutral == groups.neutral, "and nothing else to leave out");
  CheckChunks(file, groups.chunks);
}

void CheckFooter(std::string_view file, std::string_view metadata) {
  const auto footer = ReadParquetFooter(metadata);
  if (!footer.ok()) {
    fuzz::RequireReadable(footer.error().message);
    return;
  }
  const auto neutral = ReadParquetFooter(footer->neutral);
  fuzz::Require(neutral.ok() && neutral->columns.size() == footer->columns.size(), "the neutral footer has the same columns");
  std::vector<ParquetChunk> chunks;
  for (std::size_t i = 0; i < footer->columns.size(); ++i) {
    const ParquetColumn& column = footer->columns[i];
    fuzz::Require(neutral->columns[i].leaves.size() == column.leaves.size(), "the neutral footer has the same leaves");
    fuzz::Require(neutral->columns[i].chunks.size() == column.chunks.size(), "the neutral footer has the same pages");
    chunks.insert(chunks.end(), column.chunks.begin(), column.chunks.end());
  }
  CheckChunks(file, std::move(chunks));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Text(data, size);
  const fuzz::PeakMemory memory;
  CheckPage(text);
  if (const auto groups = ReadParquetRowGroups(text)) CheckGroups(text, *groups);
  CheckChunks(text, {{.from = 0, .bytes = static_cast<std::int64_t>(size), .rows = 1},
                     {.from = 4, .bytes = static_cast<std::int64_t>(size) - 4, .leaf = 1, .rows = 1}});
  CheckFooter(text, FooterOf(text));
  fuzz::Require(memory.Bytes() <= (1 << 20) + 1000 * size, "memory is linear in the file");
  return 0;
}
