#include "runner/formats/json/json_resync.h"

namespace weir::formats {
namespace {

constexpr std::size_t kMostBlanks = 64 << 10;  // at the start of a line

}  // namespace

JsonResync::JsonResync(const Start& start, const JsonExtent& extent)
    : start_(start), fault_(extent.bytes), depth_(extent.depth), in_string_(extent.in_string) {}

JsonResync::Answer JsonResync::Feed(std::string_view piece, More more) {
  Answer answer = start_.in_array ? FeedElement(piece) : FeedLines(piece, more);
  if (answer.next == Next::Unknown && more == More::IsAll) answer = {piece.size(), Next::Record};
  return answer;
}

// Whether a line that starts with this character is part of the object that the lines before it began.
bool JsonResync::Continues(char c, std::size_t indent) {
  const bool deeper = indent > start_.indent;
  if (bare_ && lines_ == 1) flat_ = !deeper;
  if (flat_) return c != '{' || last_ != '}';
  if (last_line_) return false;
  if (c == '}' || c == ']') {
    last_line_ = !deeper;
    return true;
  }
  return deeper || c == '"' || c == ',';
}

void JsonResync::EndLine() {
  if (lines_++ == 0) {
    bare_ = characters_ == 1 && last_ == '{';
    last_line_ = last_ == '}';
  }
  at_line_start_ = true;
  blanks_ = 0;
  characters_ = 0;
}

JsonResync::Answer JsonResync::FeedLines(std::string_view piece, More more) {
  std::size_t at = 0;
  while (at < piece.size()) {
    if (at_line_start_) {
      std::size_t first = at;
      while (first < piece.size() && (piece[first] == ' ' || piece[first] == '\t')) ++first;
      if (first == piece.size() && more == More::MayCome && first - at < kMostBlanks) return {at, Next::Unknown};
      const bool blank = first == piece.size() || piece[first] == '\r' || piece[first] == '\n';
      if (!blank && !Continues(piece[first], first - at)) return {at, Next::Record};
      at_line_start_ = false;
    }
    for (; at < piece.size() && !IsLineEnd(piece[at]); ++at) {
      if (IsJsonSpace(piece[at])) continue;
      last_ = piece[at];
      ++characters_;
    }
    if (at == piece.size()) break;
    ++at;
    EndLine();
  }
  return {at, Next::Unknown};
}

// By the brackets behind the fault.
bool JsonResync::EndsElement(char c) {
  if (in_string_) {
    if (escaped_ || c == '\\')
      escaped_ = !escaped_;
    else if (c == '"' || c == '\n')
      in_string_ = false;
    return false;
  }
  if (depth_ == 0 && (c == ',' || c == ']')) return true;
  if (c == '"') in_string_ = true;
  if (c == '{' || c == '[') ++depth_;
  if ((c == '}' || c == ']') && depth_ > 0) --depth_;
  return false;
}

JsonResync::Answer JsonResync::FeedElement(std::string_view piece) {
  for (std::size_t at = 0; at < piece.size(); ++at, ++taken_) {
    const char c = piece[at];
    const bool like_it = start_.first && blanks_ == start_.indent && (start_.indent > 0 || !bare_);
    if (at_line_start_ && c == '{' && like_it) return {at, Next::Record};
    if (taken_ >= fault_ && EndsElement(c)) return {at, Next::AfterElement};
    if (IsLineEnd(c)) {
      EndLine();
    } else if (at_line_start_ && (c == ' ' || c == '\t')) {
      ++blanks_;
    } else if (!IsJsonSpace(c)) {
      at_line_start_ = false;
      last_ = c;
      ++characters_;
    }
  }
  return {piece.size(), Next::Unknown};
}

}  // namespace weir::formats
