#include "runner/engine/page_checksums.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "runner/formats/gunzip.h"

namespace weir::engine {
namespace {

constexpr std::int64_t kPiece = 1 << 20;  // read at once; no header of a page is longer

// A run of bytes of the file, read from front to back.
class Run {
 public:
  Run(storage::ObjectReader& file, std::int64_t from, std::int64_t end) : file_(file), from_(from), end_(end) {}

  std::int64_t At() const { return from_; }
  bool Ended() const { return from_ >= end_; }

  // What comes next: at least `n` bytes, at most a piece, or all that is left.
  Result<std::string_view> Next(std::int64_t n) {
    n = std::min({n, kPiece, end_ - from_});
    if (static_cast<std::int64_t>(buffer_.size() - used_) < n) {
      buffer_.resize(static_cast<std::size_t>(std::min(kPiece, end_ - from_)));
      used_ = 0;
      if (Status read = file_.ReadAt(from_, buffer_.data(), static_cast<std::int64_t>(buffer_.size())); !read.ok()) return read.error();
    }
    return std::string_view(buffer_).substr(used_);
  }
  void Pass(std::size_t n) {
    used_ += n;
    from_ += static_cast<std::int64_t>(n);
  }

 private:
  storage::ObjectReader& file_;
  std::int64_t from_;
  const std::int64_t end_;
  std::string buffer_;
  std::size_t used_ = 0;
};

Result<std::uint32_t> CrcOf(Run& run, std::int64_t bytes) {
  std::uint32_t crc = 0;
  while (bytes > 0 && !run.Ended()) {
    const auto next = run.Next(1);
    if (!next.ok()) return next.error();
    const std::string_view piece = next->substr(0, static_cast<std::size_t>(bytes));
    crc = formats::Crc32(crc, piece);
    run.Pass(piece.size());
    bytes -= static_cast<std::int64_t>(piece.size());
  }
  return crc;
}

// Most headers are short, and statistics make some of them long.
Result<std::optional<formats::ParquetPage>> PageAt(Run& run) {
  for (const std::int64_t most : {std::int64_t{1} << 10, kPiece}) {
    const auto next = run.Next(most);
    if (!next.ok()) return next.error();
    if (auto page = formats::ReadParquetPage(*next)) return page;
  }
  return std::optional<formats::ParquetPage>();
}

enum class Verdict { Sound, Unchecked };

Result<Verdict> CheckChunk(Run& run, const std::string& path) {
  while (!run.Ended()) {
    const std::int64_t at = run.At();
    const auto found = PageAt(run);
    if (!found.ok()) return found.error();
    const std::optional<formats::ParquetPage>& page = *found;
    if (!page || !page->crc) return Verdict::Unchecked;
    run.Pass(page->header);
    const auto crc = CrcOf(run, page->bytes);
    if (!crc.ok()) return crc.error();
    if (*crc != *page->crc)
      return Error{Fault::Data, "FileUnreadable",
                   path + " is damaged: its page at byte " + std::to_string(at) +
                       " does not have the checksum that was written with it. Deliver the file again, or exclude it"};
  }
  return Verdict::Sound;
}

}  // namespace

Status CheckPages(storage::ObjectReader& file, const std::vector<formats::ParquetChunk>& chunks, const std::string& path) {
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const auto& [from, bytes] = chunks[i];
    if (from < 0 || bytes < 0 || from > file.Size() || bytes > file.Size() - from) return Ok();
    Run run(file, from, from + bytes);
    const auto verdict = CheckChunk(run, path);
    if (!verdict.ok()) return verdict.error();
    if (i == 0 && *verdict == Verdict::Unchecked) return Ok();
  }
  return Ok();
}

}  // namespace weir::engine
