#include "runner/formats/csv/csv_record.h"

#include <algorithm>
#include <set>

namespace weir::formats {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Goes through the values of a record that has a quote somewhere.
class QuotedRecord {
 public:
  // `line`: where the first line ends.
  QuotedRecord(std::string_view text, std::size_t line, char delimiter, LineEnds ends, More more)
      : text_(text), line_(line), delimiter_(delimiter), ends_(ends), more_(more) {}

  enum class End { Found, Missing, OpenQuote, TextAfterQuote };

  End Find() {
    while (true) {
      ++values;
      const bool quoted = at_ < text_.size() && text_[at_] == '"';
      const End end = quoted ? TakeQuoted() : TakePlain();
      if (end != End::Found || done_) return end;
      ++at_;  // the delimiter
      if (at_ == text_.size() && more_ == More::MayCome) return End::Missing;
    }
  }

  // The value that leaves the first line, else the last one.
  std::size_t Column() const { return leaves_.value_or(values - 1); }
  bool LeavesLine() const { return leaves_ || at_ > line_; }

  RecordSpan span;
  std::size_t values = 0;

 private:
  bool AtLineEnd() {
    const std::string_view rest = text_.substr(at_);
    if (rest.empty() || rest[0] == '\n' || (ends_ == LineEnds::Cr && rest[0] == '\r')) {
      const std::size_t next = rest.empty() ? 0 : rest.starts_with("\r\n") ? 2 : 1;
      span.bytes = at_;
      span.next = at_ + next;
      return true;
    }
    if (rest[0] != '\r') return false;
    const std::size_t feed = rest.find_first_not_of('\r');
    if (feed != kNone && rest[feed] != '\n') return false;
    span.bytes = at_;
    span.next = feed == kNone ? text_.size() : at_ + feed + 1;
    return true;
  }

  // Whether what stands at `at_` can only be judged with the bytes behind it.
  bool Undecided() const {
    if (more_ == More::IsAll) return false;
    return text_.find_first_not_of('\r', at_) == kNone;
  }

  End TakeQuoted() {
    span.quoted = true;
    std::size_t from = at_ + 1;
    while (true) {
      const std::size_t quote = text_.find('"', from);
      if (quote == kNone) return more_ == More::MayCome ? End::Missing : End::OpenQuote;
      if (quote + 1 < text_.size() && text_[quote + 1] == '"') {
        from = quote + 2;
        continue;
      }
      at_ = quote + 1;
      break;
    }
    if (at_ > line_ && !leaves_) leaves_ = values - 1;
    if (Undecided()) return End::Missing;
    if (at_ < text_.size() && text_[at_] == delimiter_) return End::Found;
    done_ = AtLineEnd();
    return done_ ? End::Found : End::TextAfterQuote;
  }

  End TakePlain() {
    while (true) {
      while (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
      if (Undecided()) return End::Missing;
      if (at_ < text_.size() && text_[at_] == delimiter_) return End::Found;
      done_ = AtLineEnd();
      if (done_) return End::Found;
      ++at_;  // a CR that is part of the value
    }
  }

  std::string_view text_;
  std::size_t line_;
  std::optional<std::size_t> leaves_;
  char delimiter_;
  LineEnds ends_;
  More more_;
  std::size_t at_ = 0;
  bool done_ = false;
};

}  // namespace

std::optional<LineSpan> FirstLine(std::string_view text, LineEnds ends, More more) {
  std::size_t end = ends == LineEnds::Lf ? std::min(text.find('\n'), text.size()) : 0;
  while (end < text.size() && text[end] != '\n' && text[end] != '\r') ++end;
  const bool last = end == text.size();
  if (more == More::MayCome && (last || (text[end] == '\r' && end + 1 == text.size()))) return std::nullopt;  // perhaps "\r\n"
  const std::size_t next = last ? end : end + (text.substr(end).starts_with("\r\n") ? 2 : 1);
  if (ends == LineEnds::Lf)
    while (end > 0 && text[end - 1] == '\r') --end;  // broken conversions leave "\r\r\n"
  return LineSpan{end, next};
}

std::optional<RecordSpan> ScanRecord(std::string_view text, char delimiter, LineEnds ends, std::size_t columns, More more) {
  const auto line = FirstLine(text, ends, more);
  const std::string_view first = line ? text.substr(0, line->bytes) : text;
  if (first.find('"') == kNone) {
    if (!line) return std::nullopt;
    return RecordSpan{line->bytes, line->next, line->bytes > kLongestRecord ? RecordProblem::TooLong : RecordProblem::None, false};
  }
  const bool enough = text.size() > kLongestRecord;
  QuotedRecord record(text.substr(0, kLongestRecord), first.size(), delimiter, ends, enough ? More::IsAll : more);
  using End = QuotedRecord::End;
  const End end = record.Find();
  if (end == End::Missing) return std::nullopt;
  const bool miscounted = end == End::Found && record.LeavesLine() && columns > 0 && record.values != columns;
  if (end == End::Found && !miscounted) return record.span;
  if (!line) return std::nullopt;
  const bool one_line = end == End::TextAfterQuote && !record.LeavesLine();
  return RecordSpan{line->bytes, line->next, one_line ? RecordProblem::TextAfterQuote : RecordProblem::OpenQuote, true, record.Column()};
}

CsvValue CsvValues::TakeQuoted(std::string_view record, std::size_t& at) {
  const std::size_t start = ++at;
  std::string* rewritten = nullptr;
  while (true) {
    const std::size_t quote = std::min(record.find('"', at), record.size());
    if (rewritten != nullptr) rewritten->append(record.substr(at, quote - at));
    at = quote;
    if (at + 1 >= record.size() || record[at + 1] != '"') break;
    if (rewritten == nullptr) rewritten = &rewritten_.emplace_back(record.substr(start, at - start));
    *rewritten += '"';
    at += 2;
  }
  const CsvValue value{rewritten != nullptr ? std::string_view(*rewritten) : record.substr(start, at - start), true, rewritten != nullptr};
  if (at < record.size()) ++at;  // the closing quote
  return value;
}

const std::vector<CsvValue>& CsvValues::Split(std::string_view record, char delimiter) {
  values_.clear();
  rewritten_.clear();
  std::size_t at = 0;
  while (true) {
    if (at < record.size() && record[at] == '"') {
      values_.push_back(TakeQuoted(record, at));
    } else {
      const std::size_t end = std::min(record.find(delimiter, at), record.size());
      values_.push_back({record.substr(at, end - at)});
      at = end;
    }
    if (at >= record.size()) return values_;
    ++at;  // the delimiter
  }
}

std::vector<std::string_view> CsvValues::CutAtReturns(std::string_view record, char delimiter, std::size_t columns) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= record.size();) {
    const std::size_t end = std::min(record.find('\r', at), record.size());
    const std::string_view part = record.substr(at, end - at);
    if (static_cast<std::size_t>(std::count(part.begin(), part.end(), delimiter)) + 1 != columns) return {};
    parts.push_back(part);
    at = end + 1;
  }
  return parts;
}

std::vector<std::string> DistinctNames(const std::vector<std::string>& header) {
  std::set<std::string> taken(header.begin(), header.end());
  std::set<std::string> given;
  std::vector<std::string> names;
  for (const std::string& title : header) {
    std::string name = title.empty() ? "column_" + std::to_string(names.size() + 1) : title;
    const bool first = !title.empty() && given.insert(title).second;
    for (int n = 2; !first && !taken.insert(name).second; ++n)
      name = (title.empty() ? "column_" + std::to_string(names.size() + 1) : title) + "_" + std::to_string(n);
    names.push_back(name);
  }
  return names;
}

}  // namespace weir::formats
