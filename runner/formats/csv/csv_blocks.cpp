#include "runner/formats/csv/csv_blocks.h"

#include <algorithm>

namespace weir::formats {
namespace {

constexpr std::size_t kRead = 1 << 20;

bool IsComment(std::string_view text, const CsvDialect& dialect) { return !dialect.comment.empty() && text.starts_with(dialect.comment); }

// Of a text without quotes: where its last line ends.
std::size_t LastLineEnd(std::string_view text, LineEnds ends, More more) {
  std::size_t end = text.rfind('\n');
  end = end == std::string_view::npos ? 0 : end + 1;
  if (ends == LineEnds::Lf) return end;
  std::size_t back = text.rfind('\r');
  if (back != std::string_view::npos && back + 1 == text.size() && more == More::MayCome) back = back == 0 ? back : text.rfind('\r', back - 1);
  if (back == std::string_view::npos || back + 1 == text.size()) return end;
  return std::max(end, back + 1);
}

}  // namespace

std::int64_t CountLines(std::string_view text, LineEnds ends) {
  auto lines = std::count(text.begin(), text.end(), '\n');
  if (ends == LineEnds::Lf) return lines;
  for (std::size_t at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1))
    if (at + 1 == text.size() || text[at + 1] != '\n') ++lines;
  return lines;
}

Status CsvBlocks::Fill(std::size_t bytes) {
  while (!ended_ && text_.size() < bytes) {
    const std::size_t have = text_.size();
    text_.resize(have + std::max(kRead, bytes > have ? bytes - have : 0));
    const auto got = source_.Read(text_.data() + have, text_.size() - have);
    text_.resize(have + (got.ok() ? *got : 0));
    if (!got.ok()) return got.error();
    ended_ = *got == 0;
  }
  return CompleteLineEnd(source_, text_, ended_);
}

void CsvBlocks::Consume(std::size_t bytes) {
  line_ += CountLines(std::string_view(text_).substr(0, bytes), ends_);
  text_.erase(0, bytes);
}

// By the first line of the file, or the first line end outside of quotes.
Status CsvBlocks::FindLineEnds() {
  if (Status filled = Fill(block_bytes_); !filled.ok()) return filled;
  bool quoted = false;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '"') quoted = !quoted;
    if (quoted || (text_[i] != '\r' && text_[i] != '\n')) continue;
    const std::size_t after = text_.find_first_not_of('\r', i);
    if (text_[i] == '\r' && (after == std::string::npos || text_[after] != '\n')) ends_ = LineEnds::Cr;
    return Ok();
  }
  // No end outside of quotes, which do not close then.
  if (text_.find('\n') == std::string::npos && text_.find('\r') != std::string::npos) ends_ = LineEnds::Cr;
  return Ok();
}

Status CsvBlocks::SkipLines() {
  for (std::int64_t skipped = 0; skipped < dialect_.skipLines;) {
    if (Status filled = Fill(block_bytes_); !filled.ok()) return filled;
    if (text_.empty()) return Ok();
    std::size_t at = 0;
    for (; skipped < dialect_.skipLines; ++skipped) {
      const auto line = FirstLine(std::string_view(text_).substr(at), ends_, Rest());
      if (!line || at == text_.size()) break;
      at += line->next;
    }
    Consume(at == 0 ? text_.size() : at);  // of a line that is longer than a block its end is what counts
  }
  return Ok();
}

// Past comments and empty lines; false at the end of the file.
Result<bool> CsvBlocks::SkipToRecord() {
  while (true) {
    if (Status filled = Fill(block_bytes_); !filled.ok()) return filled.error();
    if (text_.empty()) return false;
    std::size_t at = 0;
    while (at < text_.size()) {
      const std::string_view rest = std::string_view(text_).substr(at);
      const auto line = FirstLine(rest, ends_, Rest());
      const bool comment = IsComment(rest, dialect_);
      if (!comment && (!line || line->bytes > 0)) {
        Consume(at);
        return true;
      }
      if (!line) break;
      at += line->next;
    }
    Consume(at == 0 ? text_.size() : at);
  }
}

Result<bool> CsvBlocks::Begin(bool header, RecordSpan& span, std::string& record) {
  if (Status found = FindLineEnds(); !found.ok()) return found.error();
  if (Status skipped = SkipLines(); !skipped.ok()) return skipped.error();
  const auto there = SkipToRecord();
  if (!there.ok() || !*there) return there;
  auto scanned = ScanRecord(text_, dialect_.delimiter, ends_, 0, Rest());
  while (!scanned && !ended_ && text_.size() <= kLongestRecord) {
    if (Status filled = Fill(text_.size() * 2); !filled.ok()) return filled.error();
    scanned = ScanRecord(text_, dialect_.delimiter, ends_, 0, Rest());
  }
  if (!scanned) scanned = RecordSpan{text_.size(), text_.size(), RecordProblem::TooLong, false};
  span = *scanned;
  record = text_.substr(0, span.bytes);
  if (header) Consume(span.next);
  return true;
}

// How many bytes at the start of what was read are whole records.
std::size_t CsvBlocks::WholeRecords() const {
  if (ended_) return text_.size();
  if (text_.find('"') == std::string::npos) return LastLineEnd(text_, ends_, Rest());
  std::string_view rest = text_;
  while (!rest.empty()) {
    std::optional<RecordSpan> span;
    if (IsComment(rest, dialect_)) {
      if (const auto line = FirstLine(rest, ends_, Rest())) span = RecordSpan{line->bytes, line->next};
    } else if (dialect_.comment.size() <= rest.size()) {
      span = ScanRecord(rest, dialect_.delimiter, ends_, columns_, Rest());
    }
    if (!span) break;
    rest.remove_prefix(span->next);
  }
  return text_.size() - rest.size();
}

// Keeps what shows that the record is too long, and drops the rest of its line.
Status CsvBlocks::CutLongRecord() {
  std::string kept = text_.substr(0, kLongestRecord + 1);
  std::replace(kept.begin(), kept.end(), '"', '\'');  // no quote of it opens anything
  std::size_t end = text_.find_first_of(ends_ == LineEnds::Cr ? "\r\n" : "\n", kept.size());
  while (end == std::string::npos && !ended_) {
    text_.clear();
    if (Status filled = Fill(kRead); !filled.ok()) return filled;
    end = text_.find_first_of(ends_ == LineEnds::Cr ? "\r\n" : "\n");
  }
  text_.erase(0, end == std::string::npos ? text_.size() : end);
  text_ = kept + (text_.empty() ? "\n" : text_);
  return Ok();
}

Result<bool> CsvBlocks::Next(CsvBlock& block) {
  std::size_t whole = 0;
  for (std::size_t want = block_bytes_; whole == 0; want *= 2) {
    if (Status filled = Fill(want); !filled.ok()) return filled.error();
    if (text_.empty()) return false;
    whole = WholeRecords();
    if (whole > 0 || text_.size() <= kLongestRecord + 2) continue;
    if (Status cut = CutLongRecord(); !cut.ok()) return cut.error();
  }
  block.number = next_block_++;
  block.line = line_;
  block.more = Rest();
  std::string tail = text_.substr(whole);
  text_.resize(whole);
  block.text = std::exchange(text_, std::move(tail));
  line_ += CountLines(block.text, ends_);
  return true;
}

bool CsvBlockRecords::Next(Record& record) {
  while (!rest_.empty()) {
    if (IsComment(rest_, dialect_)) {
      rest_.remove_prefix(FirstLine(rest_, ends_, More::IsAll)->next);
      ++line_;
      continue;
    }
    const auto span = ScanRecord(rest_, dialect_.delimiter, ends_, columns_, More::IsAll);
    record = {rest_.substr(0, span->bytes), line_, span->problem, span->quoted, span->column};
    line_ += span->quoted ? CountLines(rest_.substr(0, span->next), ends_) : 1;
    rest_.remove_prefix(span->next);
    if (!record.text.empty() || columns_ == 1) return true;
  }
  return false;
}

}  // namespace weir::formats
