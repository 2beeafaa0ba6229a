#include <algorithm>
#include <array>
#include <cctype>

#include "crds/base/text.h"
#include "crds/schema/crdgen.h"

namespace weir::schema {
namespace {

bool IsWord(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '/'; });
}

// Plain only where no reader of YAML 1.1 or 1.2 can take it for anything but text.
bool NeedsQuotes(std::string_view text) {
  constexpr std::array<std::string_view, 9> kWords{"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text.front())) == 0)
    return !(text.size() > 1 && text.front() == '.' && IsWord(text) && std::isalpha(static_cast<unsigned char>(text[1])) != 0);
  const std::string lower = Lower(text);
  if (std::find(kWords.begin(), kWords.end(), lower) != kWords.end()) return true;
  return text.back() == ' ' || text.back() == ':' || text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos;
}

std::string Scalar(const Ordered& value) {
  if (!value.is_string()) return value.dump();
  std::string text = value.get<std::string>();
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::iscntrl(c) != 0; })) return value.dump();  // JSON's escapes are YAML's
  if (!NeedsQuotes(text)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

void Emit(const Ordered& value, const std::string& indent, std::string& out);

// After `key:`: a scalar or an empty container on the same line, anything else below. Lists stand at the key's indent.
void EmitMember(const Ordered& value, const std::string& indent, std::string& out) {
  if (!value.is_structured() || value.empty()) {
    out += " " + Scalar(value) + "\n";
    return;
  }
  out += "\n";
  Emit(value, value.is_array() ? indent : indent + "  ", out);
}

void EmitObject(const Ordered& object, const std::string& indent, std::string& out) {
  for (const auto& [key, value] : object.items()) {
    out += indent + Scalar(key) + ":";
    EmitMember(value, indent, out);
  }
}

void EmitList(const Ordered& list, const std::string& indent, std::string& out) {
  for (const Ordered& item : list) {
    if (!item.is_structured() || item.empty()) {
      out += indent + "- " + Scalar(item) + "\n";
      continue;
    }
    std::string block;
    Emit(item, indent + "  ", block);
    block.replace(indent.size(), 2, "- ");
    out += block;
  }
}

void Emit(const Ordered& value, const std::string& indent, std::string& out) {
  if (value.is_object())
    EmitObject(value, indent, out);
  else
    EmitList(value, indent, out);
}

}  // namespace

std::string ToYaml(const Ordered& value) {
  if (!value.is_structured() || value.empty()) return Scalar(value) + "\n";
  std::string out;
  Emit(value, "", out);
  return out;
}

}  // namespace weir::schema
