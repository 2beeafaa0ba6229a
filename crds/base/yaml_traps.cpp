#include "crds/base/yaml_traps.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
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

bool IsAnyOf(std::string_view value, std::initializer_list<std::string_view> words) { return std::find(words.begin(), words.end(), value) != words.end(); }

// Digits of a base, at least one and no others.
bool AreDigits(std::string_view text, unsigned base) {
  const auto digit = [base](char c) {
    const unsigned value = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a') + 10
                           : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A') + 10
                                                  : 99;
    return value < base;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), digit);
}

std::string_view WithoutSign(std::string_view number) { return number.substr(number.starts_with('-') || number.starts_with('+') ? 1 : 0); }

std::string_view TakeDigits(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

// A decimal number with a point or an exponent, or neither.
bool IsDecimal(std::string_view number) {
  std::string_view rest = WithoutSign(number);
  const bool whole = !TakeDigits(rest).empty();
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    if (TakeDigits(rest).empty() && !whole) return false;
  } else if (!whole) {
    return false;
  }
  if (rest.empty()) return true;
  if (rest.front() != 'e' && rest.front() != 'E') return false;
  rest = WithoutSign(rest.substr(1));
  return !TakeDigits(rest).empty() && rest.empty();
}

// 2, 8 or 16 for a whole number that Go reads in that base, 0 for others. Of a number without its sign.
unsigned BaseOf(std::string_view number) {
  if (number.size() < 2 || number.front() != '0') return 0;
  const std::string_view digits = number.substr(2);
  switch (number[1]) {
    case 'x':
    case 'X': return AreDigits(digits, 16) ? 16 : 0;
    case 'b':
    case 'B': return AreDigits(digits, 2) ? 2 : 0;
    case 'o':
    case 'O': return AreDigits(digits, 8) ? 8 : 0;
    default: return AreDigits(number, 8) ? 8 : 0;
  }
}

// "8" for "010". Empty beyond 64 bits.
std::string InDecimal(std::string_view number, unsigned base) {
  const std::string_view bare = WithoutSign(number);
  std::uint64_t value = 0;
  const std::string_view digits = bare.substr(bare[1] >= '0' && bare[1] <= '9' ? 1 : 2);
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, static_cast<int>(base));
  if (problem != std::errc() || end != digits.data() + digits.size()) return "";
  return (number.starts_with('-') && value > 0 ? "-" : "") + std::to_string(value);
}

// What Go makes of a scalar that begins as a number does: the number as a person writes it, "?" for one that has no short
// form. Empty where it is text, or the number that it looks like.
std::string NumberElsewhere(std::string_view value) {
  constexpr std::size_t kLongestNumber = 40;  // that this program takes for one
  if (value.empty() || std::string_view("+-0123456789").find(value.front()) == std::string_view::npos) return "";
  std::string plain(value);
  plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
  const std::string_view bare = WithoutSign(plain);
  if (const unsigned base = BaseOf(bare); base != 0) {
    const std::size_t significant = bare.find_first_not_of('0');
    const bool same = plain.size() == value.size() && AreDigits(bare, 8) && (significant == std::string_view::npos || bare.size() - significant == 1);
    const std::string shown = InDecimal(plain, base);
    if (same) return "";
    if (!shown.empty()) return shown;
    if (!IsDecimal(plain)) return "?";
  }
  if (!IsDecimal(plain) || !std::isfinite(std::strtod(plain.c_str(), nullptr))) return "";
  if (plain.size() == value.size() && value.size() <= kLongestNumber) return "";
  return plain.size() <= kLongestNumber ? plain : "?";
}

bool IsTruth11(std::string_view value) { return IsAnyOf(value, {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}); }
bool IsUntruth11(std::string_view value) { return IsAnyOf(value, {"n", "N", "no", "No", "NO", "off", "Off", "OFF"}); }
bool IsNoNumber(std::string_view value) {
  return IsAnyOf(value, {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"});
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

std::string AdviceOnPlain(std::string_view value, Role role) {
  const std::string readers = " to kubectl and other readers of YAML 1.1, and text here", shown = "`" + Printable(value.substr(0, kLongestShown)) + "` is ";
  if (IsTruth11(value) || IsUntruth11(value)) {
    const std::string truth = IsTruth11(value) ? "true" : "false";
    return Advice(value, shown + truth + readers + (role == Role::Value ? "; write " + truth + " where it is meant" : ""));
  }
  if (IsNoNumber(value)) return Advice(value, shown + "a number that JSON does not have" + readers);
  const std::string number = NumberElsewhere(value);
  if (number.empty()) return "";
  const bool text = role == Role::Key || !IsDecimal(value) || value.size() > kLongestShown;
  const std::string what = number == "?" ? "a number" : "the number " + number;
  if (text) return Advice(value, shown + what + readers + (number == "?" || role == Role::Key ? "" : "; write " + number + " where it is meant"));
  const std::string here = std::to_string(std::strtoll(std::string(value).c_str(), nullptr, 10));
  return Advice(value, shown + what + " to kubectl and other readers of YAML 1.1, which count in eights after a leading 0, and " + here + " here; write " +
                           here + " or " + number);
}

std::string_view LineOfText(std::string_view text, int number) {
  for (int line = 1; line < number && !text.empty(); ++line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find('\n'));
}

}  // namespace weir
