#include "runner/formats/columns/sql_names.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "runner/formats/columns/latin_letters.h"

namespace weir::formats {
namespace {

constexpr std::size_t kLongest = 120;

std::string PlainName(const std::string& title) {
  std::string plain;
  bool separated = false;  // the last character stands for others
  for (const char c : PlainLatin(title)) {
    if (c == '_' && separated) {
      separated = false;
    } else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      separated = false;
    } else if (!plain.empty() && plain.back() != '_') {
      plain += '_';
      separated = true;
    }
  }
  while (plain.size() > 1 && plain.back() == '_' && title.back() != '_') plain.pop_back();
  if (plain.empty() || std::isdigit(static_cast<unsigned char>(plain.front())) != 0) plain.insert(0, "c_");
  return plain.substr(0, kLongest);
}

// A quote in the text is doubled.
std::string InQuotes(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

}  // namespace

std::vector<std::string> SqlNames(const std::vector<std::string>& titles) {
  std::set<std::string> taken;
  std::map<std::string, int> next;  // number for a plain name that is taken: thousands of titles may have one
  std::vector<std::string> names;
  for (const std::string& title : titles) {
    const std::string plain = PlainName(title);
    std::string name = plain;
    int& n = next.try_emplace(plain, 2).first->second;
    while (!taken.insert(name).second) name = plain + "_" + std::to_string(n++);
    names.push_back(name);
  }
  return names;
}

std::string SqlQuoted(std::string_view name) { return InQuotes(name, '"'); }

std::string SqlLiteral(std::string_view text) { return InQuotes(text, '\''); }

std::string SqlLiteralOnOneLine(std::string_view text) {
  std::string parts;
  const auto add = [&parts](const std::string& part) { parts += (parts.empty() ? "" : " || ") + part; };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t control = std::min(text.find_first_of("\r\n\t", at), text.size());
    if (control > at) add(SqlLiteral(text.substr(at, control - at)));
    if (control < text.size()) add("chr(" + std::to_string(static_cast<int>(text[control])) + ")");
    at = control + 1;
  }
  if (parts.empty()) return "''";
  return text.find_first_of("\r\n\t") == std::string_view::npos ? parts : "(" + parts + ")";
}

}  // namespace weir::formats
