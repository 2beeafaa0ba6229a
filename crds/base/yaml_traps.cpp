#include "crds/base/yaml_traps.h"

#include <algorithm>
#include <optional>

#include "crds/base/text.h"

namespace weir {
namespace {

constexpr std::size_t kLongestShown = 60;  // bytes of a value

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// In single quotation marks, in which only the mark itself has another meaning.
std::string InQuotes(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

std::string Advice(std::string_view value, const std::string& why) {
  if (value.size() > kLongestShown) return why + "; quote the value, with ' around it";
  return why + "; quote it: " + Printable(InQuotes(value));
}

std::string BeginsWith(std::string_view value, const char* meaning) {
  return std::string("a value that begins with `").append(1, value.front()).append("` ").append(meaning);
}

// Header of a block scalar: | or > with an indentation, a chomping mark and a comment.
bool IsBlockHeader(std::string_view value) {
  const std::size_t end = value.find_first_not_of("0123456789+-", 1);
  if (end == std::string_view::npos) return true;
  const std::string_view rest = Trimmed(value.substr(end));
  return rest.empty() || (rest.front() == '#' && value[end] == ' ');
}

// Bytes up to the mark that closes the one at the beginning; npos without it.
std::size_t EndOfQuotes(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i) {
    if (value.front() == '"' && value[i] == '\\') {
      ++i;
    } else if (value[i] == value.front()) {
      const bool doubled = value.front() == '\'' && i + 1 < value.size() && value[i + 1] == '\'';
      if (!doubled) return i + 1;
      ++i;
    }
  }
  return std::string_view::npos;
}

std::string AdviceOnQuotes(std::string_view value) {
  const std::size_t end = EndOfQuotes(value);
  if (end == std::string_view::npos) return "";
  const std::string_view rest = Trimmed(value.substr(end));
  const bool closed = value.size() > 2 && value.back() == value.front();
  if (!rest.empty() && rest.front() != '#')
    return Advice(closed ? value.substr(1, value.size() - 2) : value, "text follows the closing quotation mark of the value");
  const std::string_view inner = value.substr(1, end - 2);
  for (std::size_t i = inner.find('\\'); value.front() == '"' && i != std::string_view::npos && i + 1 < inner.size(); i = inner.find('\\', i + 2))
    if (std::string_view("0abt\tnvfre \"/\\N_LPxuU").find(inner[i + 1]) == std::string_view::npos)
      return Advice(inner, "a `\\` between double quotation marks begins an escape in YAML, and `\\" + Printable(inner.substr(i + 1, 1)) + "` is not one");
  return "";
}

enum class Style { Block, Flow };

// What is wrong with one value; `value` is all of it that the line has.
std::string AdviceOnValue(std::string_view value, Style style) {
  if (value.empty()) return "";
  switch (value.front()) {
    case '*': return Advice(value, BeginsWith(value, "refers to an anchor in YAML"));
    case '&': return Advice(value, BeginsWith(value, "makes an anchor in YAML, which is no part of the value"));
    case '!': return Advice(value, BeginsWith(value, "makes a tag in YAML, which is no part of the value"));
    case '%':
    case '@':
    case '`':
    case ',':
    case ']':
    case '}': return Advice(value, BeginsWith(value, "has to be quoted in YAML"));
    case '-':
    case '?':
      if (value.size() > 1 && value[1] != ' ') break;
      return Advice(value, BeginsWith(value, "and a blank is an item or a key in YAML"));
    case '|':
    case '>':
      if (style == Style::Block && IsBlockHeader(value)) return "";
      return Advice(value, BeginsWith(value, "is a text of several lines in YAML"));
    case '"':
    case '\'': return AdviceOnQuotes(value);
    default: break;
  }
  if (style == Style::Block && (value.front() == '{' || value.front() == '[')) {
    const std::size_t close = value.rfind(value.front() == '{' ? '}' : ']');
    const bool follows = close != std::string_view::npos && !Trimmed(value.substr(close + 1)).empty();
    if (follows) return Advice(value, BeginsWith(value, "is a mapping or a list in YAML"));
    return "";
  }
  if (value.find(": ") != std::string_view::npos || value.ends_with(':')) return Advice(value, "the value holds `: `, which ends a key in YAML");
  return "";
}

// Walks over one line, value by value.
class Line {
 public:
  explicit Line(std::string_view line) : rest_(Trimmed(line)) {}

  std::string Run() {
    while (rest_.starts_with("- ")) rest_ = Trimmed(rest_.substr(2));
    if (rest_.starts_with('#')) return "";
    if (!rest_.starts_with('{') && !rest_.starts_with('[')) SkipKey();
    if (const std::string advice = AdviceOnValue(WithoutComment(rest_), Style::Block); !advice.empty()) return advice;
    return rest_.starts_with('{') || rest_.starts_with('[') ? Flow() : "";
  }

 private:
  static std::string_view WithoutComment(std::string_view value) {
    const std::size_t comment = value.find(" #");
    return Trimmed(value.substr(0, comment));
  }

  void SkipKey() {
    std::size_t from = 0;
    if (rest_.starts_with('"') || rest_.starts_with('\'')) from = std::min(EndOfQuotes(rest_), rest_.size());
    const std::size_t colon = rest_.find(": ", from);
    if (colon != std::string_view::npos) rest_ = Trimmed(rest_.substr(colon + 2));
  }

  // The items and members inside of brackets, up to the first that is wrong.
  std::string Flow() {
    std::size_t at = 0;
    while (at < rest_.size()) {
      const char c = rest_[at];
      if (c == '{' || c == '[' || c == ',' || c == ' ' || c == '}' || c == ']') {
        ++at;
        continue;
      }
      const std::string_view item = Item(at);
      if (const std::string advice = AdviceOnItem(item); !advice.empty()) return advice;
      at += std::max<std::size_t>(item.size(), 1);
    }
    return "";
  }

  std::string_view Item(std::size_t at) const {
    std::size_t end = at;
    while (end < rest_.size() && std::string_view(",{}[]").find(rest_[end]) == std::string_view::npos) {
      const bool quotes = (rest_[end] == '"' || rest_[end] == '\'') && (end == at || rest_[end - 1] == ' ');
      end = quotes ? std::min(EndOfQuotes(rest_.substr(end)), rest_.size() - end) + end : end + 1;
    }
    return rest_.substr(at, end - at);
  }

  static std::string AdviceOnItem(std::string_view item) {
    const std::size_t colon = item.find(": ");
    const std::string_view value = colon == std::string_view::npos ? item : item.substr(colon + 2);
    return AdviceOnValue(Trimmed(value), Style::Flow);
  }

  std::string_view rest_;
};

}  // namespace

std::string AdviceOnQuoting(std::string_view line) {
  const std::string_view trimmed = Trimmed(line);
  if (line.starts_with('%') && !line.starts_with("%YAML") && !line.starts_with("%TAG"))
    return "a line that begins with `%` is for the parser in YAML, and is no part of the document; quote the key";
  return trimmed.starts_with("---") ? "" : Line(line).Run();
}

std::string_view LineOfText(std::string_view text, int number) {
  for (int line = 1; line < number && !text.empty(); ++line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find('\n'));
}

}  // namespace weir
