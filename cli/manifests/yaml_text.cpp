#include "cli/manifests/yaml_text.h"

#include <algorithm>
#include <cstdio>
#include <regex>

#include "crds/base/text.h"

namespace weir::cli {
namespace {

constexpr std::size_t kFlowWidth = 140;

// Plain where no YAML 1.1 or 1.2 reader could take it for anything else; double-quoted JSON otherwise.
std::string Quote(const std::string& text) {
  static const std::regex kPlain("[A-Za-z_/][-A-Za-z0-9_./]*( [A-Za-z0-9_./(][-A-Za-z0-9_./()]*)*"), kDuration("[0-9]+[smhdw]"),
      kWords("(?:y|yes|n|no|on|off|true|false|null)", std::regex::icase);
  if (std::regex_match(text, kDuration)) return text;
  if (std::regex_match(text, kPlain) && !std::regex_match(text, kWords)) return text;
  return WithEscapes(Dump(text));
}

std::string Scalar(const Json& value) { return value.is_string() ? Quote(value.get<std::string>()) : Dump(value); }

class Writer {
 public:
  explicit Writer(const std::vector<std::string>& first) : first_(first) {}

  void Block(const Json& value, std::size_t indent) {
    if (value.is_object()) return Mapping(value, indent);
    for (const Json& item : value) {
      if (const std::string flow = Flow(item); !item.is_structured() || indent + flow.size() <= kFlowWidth) {
        text_ += std::string(indent, ' ') + "- " + flow + "\n";
        continue;
      }
      const std::size_t dash = text_.size() + indent;
      Block(item, indent + 2);
      text_[dash] = '-';
    }
  }
  std::string Take() { return std::move(text_); }

 private:
  std::vector<std::string> Keys(const Json& object) const {
    std::vector<std::string> keys;
    for (const std::string& key : first_)
      if (object.contains(key)) keys.push_back(key);
    for (const auto& [key, value] : object.items())
      if (std::find(first_.begin(), first_.end(), key) == first_.end()) keys.push_back(key);
    return keys;
  }

  void Mapping(const Json& object, std::size_t indent) {
    for (const std::string& key : Keys(object)) {
      const Json& value = object.at(key);
      text_ += std::string(indent, ' ') + Quote(key) + ":";
      if (value.is_string() && value.get_ref<const std::string&>().find('\n') != std::string::npos && Literal(value.get<std::string>(), indent + 2)) continue;
      if (!value.is_structured() || value.empty()) {
        text_ += " " + Flow(value) + "\n";
        continue;
      }
      text_ += "\n";
      Block(value, value.is_array() ? indent : indent + 2);
    }
  }

  // A text of several lines as `|-` or `|`, when that keeps every byte.
  bool Literal(const std::string& text, std::size_t indent) {
    const bool ends = text.back() == '\n';
    if (text.front() == ' ' || text.front() == '\n' || text.find_first_of("\t\r") != std::string::npos || text.find(" \n") != std::string::npos) return false;
    if (Printable(text) != text) return false;
    if (ends && text.size() > 1 && text[text.size() - 2] == '\n') return false;
    text_ += ends ? " |\n" : " |-\n";
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      text_ += end == start ? "\n" : std::string(indent, ' ') + text.substr(start, end - start) + "\n";
      start = end + 1;
    }
    return true;
  }

  std::string Flow(const Json& value) const {
    if (!value.is_structured()) return Scalar(value);
    std::string text;
    if (value.is_array())
      for (const Json& item : value) text += (text.empty() ? "" : ", ") + Flow(item);
    else
      for (const std::string& key : Keys(value)) text += (text.empty() ? "" : ", ") + Quote(key) + ": " + Flow(value.at(key));
    return value.is_array() ? "[" + text + "]" : "{" + text + "}";
  }

  const std::vector<std::string>& first_;
  std::string text_;
};

}  // namespace

const std::vector<std::string>& MemberOrder() {
  static const std::vector<std::string> kOrder{"apiVersion", "kind",        "metadata", "name",      "namespace", "type",   "status", "spec",  "zone",
                                               "database",   "description", "purpose",  "grain",     "owner",     "format", "schema", "query", "columns",
                                               "keys",       "eventTime",   "checks",   "freshness", "needs",     "from",   "into",   "sql",   "stages"};
  return kOrder;
}

std::string YamlText(const Json& value, const std::vector<std::string>& first) {
  Writer writer(first);
  if (!value.is_structured() || value.empty()) return Dump(value) + "\n";
  writer.Block(value, 0);
  return writer.Take();
}

std::string JsonText(const Json& value) { return WithEscapes(DumpPretty(value)); }

std::string WithEscapes(const std::string& json) {
  if (std::all_of(json.begin(), json.end(), [](unsigned char c) { return c < 0x7F; })) return json;
  std::string text;
  for (std::size_t at = 0; at < json.size();) {
    const CodePoint c = ReadCodePoint(std::string_view(json).substr(at, 4));
    const std::string one = json.substr(at, std::max<std::size_t>(c.length, 1));
    at += one.size();
    if (c.value == '\n' || c.length == 0 || c.value > 0xFFFF || Printable(one) == one) {
      text += one;
      continue;
    }
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c.value));
    text += escape;
  }
  return text;
}

}  // namespace weir::cli
