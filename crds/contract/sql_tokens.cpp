#include "crds/contract/sql_tokens.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "crds/base/text.h"
#include "crds/contract/sql_keywords.h"

namespace weir::contract {
namespace {

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

template <std::size_t N>
bool IsOneOf(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Everything as written, without blanks and comments.
class Cut {
 public:
  explicit Cut(std::string_view text) : text_(text) {}

  Tokens Run() {
    while (at_ < text_.size()) Step();
    while (!tokens_.empty() && tokens_.back() == ";") tokens_.pop_back();
    return std::move(tokens_);
  }

 private:
  bool Begins(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  bool BeginsComment() const { return Begins("--") || Begins("/*"); }

  void Step() {
    const char c = text_[at_];
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at_;
    } else if (Begins("--")) {
      at_ = std::min(text_.find_first_of("\n\r", at_), text_.size());
    } else if (Begins("/*")) {
      Comment();
    } else if (c == '\'' || c == '"') {
      Quoted(c);
    } else if (IsWordStart(c)) {
      Take(&IsWordPart);
    } else if (IsDigit(c)) {
      Take([](char d) { return IsWordPart(d) || d == '.'; });
    } else if (IsOperator(c)) {
      Operator();
    } else if (c != '$' || !DollarQuoted()) {
      tokens_.emplace_back(1, c);
      ++at_;
    }
  }

  // They nest, as in PostgreSQL.
  void Comment() {
    int depth = 0;
    do {
      if (Begins("/*")) {
        ++depth, at_ += 2;
      } else if (Begins("*/")) {
        --depth, at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < text_.size());
  }

  void Quoted(char quote) {
    const bool escapes = quote == '\'' && !tokens_.empty() && Lower(tokens_.back()) == "e" && at_ > 0 && IsWordStart(text_[at_ - 1]);
    const std::size_t begin = at_++;
    for (; at_ < text_.size(); ++at_) {
      if (escapes && text_[at_] == '\\')
        ++at_;
      else if (text_[at_] == quote && text_.substr(at_ + 1).starts_with(quote))
        ++at_;
      else if (text_[at_] == quote)
        break;
    }
    at_ = std::min(at_ + 1, text_.size());
    tokens_.emplace_back(text_.substr(begin, at_ - begin));
  }

  static bool IsOperator(char c) { return std::string_view("~!@#%^&|`?+-*/<>=").find(c) != std::string_view::npos; }

  // The longest run, but one of plain characters only does not end in a sign: `a=-1` is `a = -1`.
  void Operator() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && IsOperator(text_[at_]) && !BeginsComment()) ++at_;
    std::string_view run = text_.substr(begin, at_ - begin);
    if (run.find_first_of("~!@#%^&|`?") == std::string_view::npos)
      while (run.size() > 1 && (run.back() == '+' || run.back() == '-')) run.remove_suffix(1);
    at_ = begin + run.size();
    tokens_.emplace_back(run);
  }

  // $$text$$ or $tag$text$tag$.
  bool DollarQuoted() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && IsWordPart(text_[end]) && text_[end] != '$') ++end;
    if (end >= text_.size() || text_[end] != '$') return false;
    const std::string_view tag = text_.substr(at_, end + 1 - at_);
    const std::size_t close = text_.find(tag, end + 1);
    if (close == std::string_view::npos) return false;
    tokens_.emplace_back(text_.substr(at_, close + tag.size() - at_));
    at_ = close + tag.size();
    return true;
  }

  template <typename Part>
  void Take(Part part) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && part(text_[at_])) ++at_;
    tokens_.emplace_back(text_.substr(begin, at_ - begin));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Tokens tokens_;
};

// The name between the quotes, in small letters, when it is one that could be written without them; else empty.
std::string SimpleName(const std::string& quoted) {
  if (quoted.size() < 3 || !IsWordStart(quoted[1]) || quoted.back() != '"') return "";
  const std::string inner = quoted.substr(1, quoted.size() - 2);
  return std::all_of(inner.begin(), inner.end(), &IsWordPart) ? Lower(inner) : "";
}

// Behind these, and with no bracket after it, an unreserved keyword is the name of a column.
bool ComesBeforeAName(const std::string& token) {
  constexpr std::array<std::string_view, 21> kBefore{"select", ",",  "(",  ".",   "=",  "<",    ">",    "<=",   ">=",  "!=",   "+",
                                                     "/",      "as", "by", "and", "or", "when", "then", "else", "not", "where"};
  return IsOneOf(kBefore, token);
}

class Fold {
 public:
  explicit Fold(Names names) : names_(names) {}

  Tokens Run(const Tokens& raw) {
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const std::string& next = i + 1 < raw.size() ? raw[i + 1] : kNone_;
      const std::string& second = i + 2 < raw.size() ? raw[i + 2] : kNone_;
      tokens_.push_back(IsFieldName(next, second) ? raw[i] : Folded(raw[i], next));
      Track(raw[i]);
    }
    return std::move(tokens_);
  }

 private:
  // {name: value}, struct_pack(name := value), struct_pack(name => value), STRUCT(name type): what is written is in the result.
  bool IsFieldName(const std::string& next, const std::string& second) const {
    if (tokens_.empty()) return false;
    if (next == "=>" || (next == "=" && second == ">")) return true;
    if (!open_.empty() && open_.back() == kStructType && (tokens_.back() == "(" || tokens_.back() == ",")) return true;
    if (next != ":") return false;
    return second == "=" || (!open_.empty() && open_.back() == '{' && (tokens_.back() == "{" || tokens_.back() == ","));
  }

  // Of a name that is neither a keyword nor a function.
  std::string Name(std::string_view written) const { return names_ == Names::AsWritten ? std::string(written) : Lower(written); }

  std::string Folded(const std::string& token, const std::string& next) const {
    if (IsDigit(token[0])) return Lower(token);
    if (IsWordStart(token[0])) return next == "(" || KeywordOf(Lower(token)) != Keyword::None ? Lower(token) : Name(token);
    if (token == "<>") return "!=";
    if (token[0] != '"') return token;
    const std::string name = SimpleName(token);
    if (name.empty()) return token;
    const Keyword keyword = KeywordOf(name);
    const bool is_column = next != "(" && name != "unbounded" && !tokens_.empty() && ComesBeforeAName(tokens_.back());  // AND unbounded FOLLOWING
    const bool needless = keyword == Keyword::None || (keyword == Keyword::Unreserved && is_column);
    const std::string kept = keyword == Keyword::None ? Name(std::string_view(token).substr(1, token.size() - 2)) : name;
    return needless ? kept : "\"" + kept + "\"";
  }

  void Track(const std::string& token) {
    const bool of_type = token == "(" && tokens_.size() > 1 && tokens_[tokens_.size() - 2] == "struct";
    if (OpensBracket(token)) open_.push_back(of_type ? kStructType : token[0]);
    if (ClosesBracket(token) && !open_.empty()) open_.pop_back();
  }

  static constexpr char kStructType = 'S';  // the bracket of STRUCT(name type)

  const std::string kNone_;
  const Names names_;
  std::string open_;  // brackets
  Tokens tokens_;
};

bool MakesValuesOfNames(const std::string& token) {
  constexpr std::array<std::string_view, 8> kWords{"unpivot", "pivot", "pivot_wider", "pivot_longer", "typeof", "pg_typeof", "alias", "columns"};
  return IsOneOf(kWords, token) || token.find("json") != std::string::npos || token.starts_with("struct_");
}

// The tables, subqueries and aliases of a text.
class Relations {
 public:
  explicit Relations(const Tokens& tokens) : tokens_(tokens), ends_query_(tokens.size()) {
    FindSubqueries();
    for (std::size_t i = 0; i < tokens.size(); ++i)
      if (IsName(i) && (IsNamedHere(i) || At(i + 1) == ".")) names_.insert(tokens[i]);
  }

  // One of them stands where a value does: it is the whole row.
  bool HasRowAsValue() const {
    for (std::size_t i = 0; i < tokens_.size(); ++i)
      if (names_.contains(tokens_[i]) && !IsNamedHere(i) && At(i + 1) != "." && At(i + 1) != "(" && (i == 0 || tokens_[i - 1] != ".")) return true;
    return false;
  }

 private:
  std::string_view At(std::size_t i) const { return i < tokens_.size() ? std::string_view(tokens_[i]) : std::string_view(); }
  bool IsName(std::size_t i) const { return (IsWordStart(At(i).front()) && KeywordOf(std::string(At(i))) == Keyword::None) || At(i).front() == '"'; }
  // Behind FROM or JOIN, as the alias of what stands there, or by WITH.
  bool IsNamedHere(std::size_t i) const {
    if (i == 0 || !IsName(i)) return false;
    if (At(i + 1) == "as" && (At(i + 2) == "(" || At(i + 2) == "materialized" || At(i + 2) == "not")) return true;
    const std::size_t before = At(i - 1) == "as" && i > 1 ? i - 2 : i - 1;
    if (At(i - 1) == "from" || At(i - 1) == "join" || ends_query_[before]) return true;
    return before > 0 && IsName(before) && (At(before - 1) == "from" || At(before - 1) == "join");
  }

  void FindSubqueries() {
    std::vector<bool> open;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (OpensBracket(tokens_[i])) open.push_back(At(i + 1) == "select" || At(i + 1) == "from" || At(i + 1) == "with");
      if (!ClosesBracket(tokens_[i]) || open.empty()) continue;
      ends_query_[i] = open.back();
      open.pop_back();
    }
  }

  const Tokens& tokens_;
  std::vector<bool> ends_query_;  // the bracket that closes a subquery
  std::set<std::string, std::less<>> names_;
};

}  // namespace

bool IsWordStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) >= 0x80U; }
bool IsWordPart(char c) { return IsWordStart(c) || IsDigit(c) || c == '$'; }

bool OpensBracket(const std::string& token) { return token == "(" || token == "[" || token == "{"; }
bool ClosesBracket(const std::string& token) { return token == ")" || token == "]" || token == "}"; }

Tokens TokensOf(std::string_view sql, Names names) { return Fold(names).Run(Cut(sql).Run()); }

bool NamesMayBeValues(const Tokens& tokens) { return std::any_of(tokens.begin(), tokens.end(), &MakesValuesOfNames) || Relations(tokens).HasRowAsValue(); }

}  // namespace weir::contract
