#include "runner/engine/page_checksums.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "runner/formats/gunzip.h"

namespace weir::engine {
namespace {

constexpr std::int64_t kFirstRead = 64 << 10;  // most files have no checksums, and one page shows it
constexpr std::int64_t kRead = 8 << 20;        // one request of an S3 store
constexpr std::int64_t kLongestHeader = 1 << 20;

// A chunk of the file; bytes up to `reach` are needed after it.
struct Span {
  std::int64_t at = 0;  // the next byte that is not yet checked
  std::int64_t end = 0;
  std::int64_t reach = 0;

  bool Ended() const { return at >= end; }
};

// The chunks inside the file by their place in it, without those that overlap an earlier one.
std::vector<Span> SpansOf(std::vector<formats::ParquetChunk> chunks, std::int64_t size) {
  std::sort(chunks.begin(), chunks.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  std::vector<Span> spans;
  std::int64_t passed = 0;
  for (const formats::ParquetChunk& chunk : chunks) {
    if (chunk.bytes <= 0 || chunk.from < passed || chunk.from > size || chunk.bytes > size - chunk.from) continue;
    passed = chunk.from + chunk.bytes;
    spans.push_back({chunk.from, passed, passed});
  }
  for (std::size_t i = spans.size(); i-- > 1;)
    if (spans[i - 1].end == spans[i].at) spans[i - 1].reach = spans[i].reach;
  return spans;
}

// What was read last of a file that is read from front to back.
class Window {
 public:
  explicit Window(storage::ObjectReader& file) : file_(file) {}

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
  std::int64_t piece_ = kFirstRead;
  std::int64_t from_ = 0;
  std::string bytes_;
};

// Of the next `bytes`, or of all that is left. Passes them.
Result<std::uint32_t> CrcOf(Window& window, Span& span, std::int64_t bytes) {
  std::uint32_t crc = 0;
  while (bytes > 0 && !span.Ended()) {
    const auto next = window.Next(span, 1);
    if (!next.ok()) return next.error();
    const std::string_view piece = next->substr(0, static_cast<std::size_t>(bytes));
    crc = formats::Crc32(crc, piece);
    span.at += static_cast<std::int64_t>(piece.size());
    bytes -= static_cast<std::int64_t>(piece.size());
  }
  return crc;
}

// Most headers are short, and statistics make some of them long.
Result<std::optional<formats::ParquetPage>> PageAt(Window& window, const Span& span) {
  for (const std::int64_t most : {std::int64_t{1} << 10, kFirstRead, kLongestHeader}) {
    const auto next = window.Next(span, most);
    if (!next.ok()) return next.error();
    if (auto page = formats::ReadParquetPage(*next)) return page;
    if (static_cast<std::int64_t>(next->size()) == span.end - span.at) break;
  }
  return std::optional<formats::ParquetPage>();
}

enum class Checksums { Unknown, Absent, Present };

// Checks one chunk, up to a header that cannot be read.
Status CheckChunk(Window& window, Span span, const std::string& path, Checksums& checksums) {
  while (!span.Ended()) {
    const std::int64_t at = span.at;
    const auto found = PageAt(window, span);
    if (!found.ok()) return found.error();
    const std::optional<formats::ParquetPage>& page = *found;
    if (!page) return Ok();
    if (checksums == Checksums::Unknown) checksums = page->crc ? Checksums::Present : Checksums::Absent;
    if (checksums == Checksums::Absent) return Ok();
    window.ReadLargePieces();
    span.at += static_cast<std::int64_t>(page->header);
    if (!page->crc) {
      span.at += std::min(page->bytes, span.end - span.at);
      continue;
    }
    const auto crc = CrcOf(window, span, page->bytes);
    if (!crc.ok()) return crc.error();
    if (*crc != *page->crc)
      return Error{Fault::Data, "FileUnreadable",
                   path + " is damaged: its page at byte " + std::to_string(at) +
                       " does not have the checksum that was written with it. Deliver the file again, or exclude it"};
  }
  return Ok();
}

}  // namespace

Status CheckPages(storage::ObjectReader& file, std::vector<formats::ParquetChunk> chunks, const std::string& path) {
  Window window(file);
  Checksums checksums = Checksums::Unknown;
  for (const Span& span : SpansOf(std::move(chunks), file.Size())) {
    if (Status sound = CheckChunk(window, span, path, checksums); !sound.ok()) return sound;
    if (checksums == Checksums::Absent) return Ok();
  }
  return Ok();
}

}  // namespace weir::engine
