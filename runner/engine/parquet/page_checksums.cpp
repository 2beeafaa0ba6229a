#include "runner/engine/parquet/page_checksums.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "runner/formats/encoding/gunzip.h"

namespace weir::engine {
namespace {

constexpr std::int64_t kSmallRead = 64 << 10;  // of a file of which headers are enough, and each of which costs no request
constexpr std::int64_t kRead = 8 << 20;        // one request of an S3 store
constexpr std::int64_t kLongestHeader = 16 << 20;
// The engine makes room for a page before it reads it. Some writers do not count all of a chunk, so smaller pages may be more than
// the footer says.
constexpr std::int64_t kLargestStrayPage = 64 << 20;

// A chunk of the file; bytes up to `reach` may be needed after it.
struct Span {
  std::int64_t at = 0;  // the next byte that is not yet checked
  std::int64_t end = 0;
  std::int64_t reach = 0;
  formats::ParquetChunk chunk = {};

  bool Ended() const { return at >= end; }
};

bool IsOutside(const formats::ParquetChunk& chunk, std::int64_t size) {
  return chunk.bytes <= 0 || chunk.from < 0 || chunk.from > size || chunk.bytes > size - chunk.from;
}

// The chunks by their place in the file, without those that overlap an earlier one, have no rows, or lie outside of it.
std::vector<Span> SpansOf(std::vector<formats::ParquetChunk> chunks, std::int64_t size) {
  std::sort(chunks.begin(), chunks.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  std::vector<Span> spans;
  std::int64_t passed = 0;
  for (const formats::ParquetChunk& chunk : chunks) {
    if (chunk.rows == 0 || IsOutside(chunk, size) || chunk.from < passed) continue;
    passed = chunk.from + chunk.bytes;
    spans.push_back({chunk.from, passed, passed, chunk});
  }
  for (std::size_t i = spans.size(); i-- > 1;)
    if (spans[i - 1].end == spans[i].at) spans[i - 1].reach = spans[i].reach;
  return spans;
}

// What was read last of a file that is read from front to back.
class Window {
 public:
  explicit Window(storage::ObjectReader& file) : file_(file), piece_(file.SmallReadsAreCheap() ? kSmallRead : kRead) {}

  // What comes next in the span: at least `n` bytes, or all that is left of it.
  Result<std::string_view> Next(const Span& span, std::int64_t n) {
    n = std::min(n, span.end - span.at);
    if (span.at < from_ || span.at > End()) {
      from_ = span.at;
      bytes_.clear();
    }
    if (End() - span.at < n)
      if (Status read = Fill(span, n); !read.ok()) return read.error();
    return std::string_view(bytes_).substr(static_cast<std::size_t>(span.at - from_), static_cast<std::size_t>(span.end - span.at));
  }
  void ReadLargePieces() { piece_ = kRead; }

 private:
  std::int64_t End() const { return from_ + static_cast<std::int64_t>(bytes_.size()); }

  Status Fill(const Span& span, std::int64_t n) {
    bytes_.erase(0, static_cast<std::size_t>(span.at - from_));
    from_ = span.at;
    const std::size_t kept = bytes_.size();
    bytes_.resize(static_cast<std::size_t>(std::min(std::max(n, piece_), span.reach - span.at)));
    return file_.ReadAt(from_ + static_cast<std::int64_t>(kept), bytes_.data() + kept, static_cast<std::int64_t>(bytes_.size() - kept));
  }

  storage::ObjectReader& file_;
  std::int64_t piece_;
  std::int64_t from_ = 0;
  std::string bytes_;
};

// Calls `take(piece)` for the next `bytes`, or for all that is left, and passes them.
Status Pass(Window& window, Span& span, std::int64_t bytes, const auto& take) {
  while (bytes > 0 && !span.Ended()) {
    const auto next = window.Next(span, 1);
    if (!next.ok()) return next.error();
    const std::string_view piece = next->substr(0, static_cast<std::size_t>(bytes));
    take(piece);
    span.at += static_cast<std::int64_t>(piece.size());
    bytes -= static_cast<std::int64_t>(piece.size());
  }
  return Ok();
}

// Most headers are short, and statistics make some of them long.
Result<std::optional<formats::ParquetPage>> PageAt(Window& window, const Span& span) {
  for (const std::int64_t most : {std::int64_t{1} << 10, kSmallRead, kLongestHeader}) {
    const auto next = window.Next(span, most);
    if (!next.ok()) return next.error();
    if (auto page = formats::ReadParquetPage(*next)) return page;
    if (static_cast<std::int64_t>(next->size()) == span.end - span.at) break;
  }
  return std::optional<formats::ParquetPage>();
}

// What is wrong with a page, for people; empty for nothing.
using Damage = Result<std::string>;

Damage CompareChecksum(Window& window, Span& span, const formats::ParquetPage& page) {
  std::uint32_t crc = 0;
  Status passed = Pass(window, span, page.bytes, [&crc](std::string_view piece) { crc = formats::Crc32(crc, piece); });
  if (!passed.ok()) return passed.error();
  return std::string(crc == *page.crc ? "" : "does not have the checksum that was written with it");
}

Damage VerifyGzip(formats::GzipMember& member, Window& window, Span& span, const formats::ParquetPage& page) {
  const std::int64_t levels = std::clamp<std::int64_t>(page.levels, 0, page.bytes);
  const std::int64_t content = page.content - levels;
  if (Status passed = Pass(window, span, levels, [](std::string_view) {}); !passed.ok()) return passed.error();
  if (content == 0 && page.bytes == levels) return std::string();
  member.Begin();
  Status passed = Pass(window, span, page.bytes - levels, [&member](std::string_view piece) { member.Take(piece); });
  if (!passed.ok()) return passed.error();
  return std::string(member.IsWhole(content) ? "" : "is not one gzip member with its checksum and length");
}

class Chunks {
 public:
  Chunks(storage::ObjectReader& file, const std::string& path) : window_(file), path_(path) {}

  // Bytes after the last value that are no header of a page are padding.
  Status Check(Span span) {
    std::int64_t values = 0;
    while (!span.Ended()) {
      const std::int64_t at = span.at;
      const auto page = PageAt(window_, span);
      if (!page.ok()) return page.error();
      if (!*page && values == span.chunk.values) return Ok();
      if (!*page) return Damaged("its page at byte " + std::to_string(at) + " has no header that can be read");
      const Damage damage = CheckPage(span, **page);
      if (!damage.ok()) return damage.error();
      if (!damage->empty()) return Damaged("its page at byte " + std::to_string(at) + " " + *damage);
      if (__builtin_add_overflow(values, (*page)->values, &values)) values = -1;
    }
    if (values == span.chunk.values) return Ok();
    return Damaged("its pages from byte " + std::to_string(span.chunk.from) + " on have " + std::to_string(values) + " values instead of " +
                   std::to_string(span.chunk.values));
  }

  Error Damaged(const std::string& what) const {
    return {Fault::Data, "FileUnreadable", path_ + " is damaged: " + what + ". Deliver the file again, or exclude it"};
  }

 private:
  // Passes the page.
  Damage CheckPage(Span& span, const formats::ParquetPage& page) {
    if (page.content > std::max(span.chunk.content, kLargestStrayPage)) return std::string("claims to be larger than all pages of its column");
    span.at += static_cast<std::int64_t>(page.header);
    const bool gzip = span.chunk.gzip && page.compressed;
    if (page.crc || gzip) window_.ReadLargePieces();
    if (page.crc) return CompareChecksum(window_, span, page);
    if (gzip) return VerifyGzip(member_, window_, span, page);
    span.at += std::min(page.bytes, span.end - span.at);
    return std::string();
  }

  Window window_;
  formats::GzipMember member_;
  const std::string& path_;
};

}  // namespace

Status CheckPages(storage::ObjectReader& file, std::vector<formats::ParquetChunk> chunks, const std::string& path) {
  Chunks checked(file, path);
  for (const formats::ParquetChunk& chunk : chunks)
    if (chunk.rows > 0 && IsOutside(chunk, file.Size())) return checked.Damaged("its footer gives a column bytes outside of the file");
  for (const Span& span : SpansOf(std::move(chunks), file.Size()))
    if (Status sound = checked.Check(span); !sound.ok()) return sound;
  return Ok();
}

}  // namespace weir::engine
