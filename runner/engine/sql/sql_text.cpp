#include "runner/engine/sql/sql_text.h"

#include <algorithm>
#include <array>
#include <duckdb.hpp>
#include <duckdb/parser/parser.hpp>
#include <string_view>

namespace weir::engine {
namespace {

// Unicode's White_Space beyond ASCII, the spaces of no width and the byte order mark.
constexpr std::array<std::string_view, 27> kSpaces{
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE1\xA0\x8E", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84",
    "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D",
    "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE2\x81\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF", "\xE2\x80\x8E", "\xE2\x80\x8F"};

bool StartsName(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool GoesOnInName(char c) { return StartsName(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '$'; }

// The tokens of PostgreSQL's lexical structure, as far as they decide what is a literal and what is a comment
// (https://www.postgresql.org/docs/current/sql-syntax-lexical.html).
class Scanner {
 public:
  explicit Scanner(const std::string& sql) : text_(sql) {}

  std::string Run() {
    while (at_ < text_.size()) Step();
    return std::move(text_);
  }

 private:
  bool Looking(std::string_view at) const { return text_.compare(at_, at.size(), at) == 0; }

  void Step() {
    if (const std::size_t space = SpaceHere(); space > 0) return Blank(at_ + space);
    if (Looking("--")) return Blank(std::min(text_.find_first_of("\r\n", at_), text_.size()));
    if (Looking("/*")) return PassBlockComment();
    if (text_[at_] == '\'') return PassQuoted('\'');
    if (text_[at_] == '"') return PassQuoted('"');
    if (text_[at_] == '$') return PassDollarQuoted();
    if (StartsName(text_[at_])) return PassName();
    ++at_;
  }

  std::size_t SpaceHere() const {
    if (static_cast<unsigned char>(text_[at_]) < 0x80) return 0;
    for (const std::string_view space : kSpaces)
      if (Looking(space)) return space.size();
    return 0;
  }

  void Blank(std::size_t end) {
    for (; at_ < end; ++at_)
      if (text_[at_] != '\n' && text_[at_] != '\r') text_[at_] = ' ';
  }

  // Block comments nest. One that is not closed stays, up to the end: the parser says so.
  void PassBlockComment() {
    int depth = 0;
    for (std::size_t i = at_; i + 1 < text_.size(); ++i) {
      const std::string_view two(text_.data() + i, 2);
      if (two != "/*" && two != "*/") continue;
      depth += two == "/*" ? 1 : -1;
      if (depth == 0) return Blank(i + 2);
      ++i;
    }
    at_ = text_.size();
  }

  void PassQuoted(char quote) {
    const std::size_t end = text_.find(quote, at_ + 1);  // a doubled one ends here and begins anew
    at_ = end == std::string::npos ? text_.size() : end + 1;
  }

  // E'...': a backslash takes the next character with it; after a line end the literal may go on.
  void PassEscaped() {
    for (;;) {
      for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_)
        if (text_[at_] == '\\') ++at_;
      at_ = std::min(at_ + 1, text_.size());
      const std::size_t next = std::min(text_.find_first_not_of(" \t\r\n\f\v", at_), text_.size());
      const bool goes_on =
          next < text_.size() && text_[next] == '\'' && (next == at_ || text_.substr(at_, next - at_).find_first_of("\r\n") != std::string::npos);
      if (!goes_on) return;
      at_ = next;
    }
  }

  void PassDollarQuoted() {
    std::size_t end = at_ + 1;
    if (end < text_.size() && StartsName(text_[end]))
      while (end < text_.size() && GoesOnInName(text_[end]) && text_[end] != '$') ++end;
    if (end >= text_.size() || text_[end] != '$') return void(++at_);
    const std::string tag = text_.substr(at_, end + 1 - at_);
    const std::size_t close = text_.find(tag, end + 1);
    at_ = close == std::string::npos ? text_.size() : close + tag.size();
  }

  void PassName() {
    const std::size_t start = at_;
    while (at_ < text_.size() && GoesOnInName(text_[at_]) && SpaceHere() == 0) ++at_;
    const bool escapes = at_ == start + 1 && (text_[start] == 'e' || text_[start] == 'E');
    if (escapes && at_ < text_.size() && text_[at_] == '\'') PassEscaped();
  }

  std::string text_;
  std::size_t at_ = 0;
};

Error Refused(const std::string& sql, std::size_t at, const std::string& what) {
  const auto line = 1 + std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(std::min(at, sql.size())), '\n');
  return {Fault::Invalid, "SqlInvalid", what + " (line " + std::to_string(line) + " of the SQL)"};
}

std::size_t FirstDifference(const std::string& a, const std::string& b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())), b.begin()).first - a.begin());
}

}  // namespace

Result<std::string> ForParser(const std::string& sql) {
  if (const auto nul = sql.find('\0'); nul != std::string::npos) return Refused(sql, nul, "the SQL holds a NUL character: remove it");
  if (!duckdb::Value::StringIsValid(sql)) return Refused(sql, 0, "the SQL is not UTF-8: save it in this encoding");
  std::string text = Scanner(sql).Run();
  std::string changed;
  if (duckdb::Parser::StripUnicodeSpaces(text, changed))
    return Refused(sql, FirstDifference(text, changed),
                   "a text literal holds a non-ASCII space that the parser would replace: write it as an escape, such as E'\\u00A0', or chr(160)");
  return text;
}

}  // namespace weir::engine
