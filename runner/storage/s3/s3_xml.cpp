#include "runner/storage/s3/s3_xml.h"

#include <array>
#include <cstdlib>
#include <utility>

namespace weir::storage {
namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> kEntities{{{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};

// Nothing for a surrogate or a number beyond Unicode: no UTF-8 has them.
void AppendUtf8(std::string& out, unsigned long code) {
  if (code >= 0xD800 && code <= 0xDFFF) return;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 63))};
  } else if (code < 0x10000) {
    out += {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 63)), static_cast<char>(0x80 | (code & 63))};
  } else if (code < 0x110000) {
    out += {static_cast<char>(0xF0 | (code >> 18)), static_cast<char>(0x80 | ((code >> 12) & 63)), static_cast<char>(0x80 | ((code >> 6) & 63)),
            static_cast<char>(0x80 | (code & 63))};
  }
}

void AppendEntity(std::string& out, std::string_view entity) {
  if (entity.starts_with('#')) {
    const bool hex = entity.size() > 1 && (entity[1] == 'x' || entity[1] == 'X');
    AppendUtf8(out, std::strtoul(std::string(entity.substr(hex ? 2 : 1)).c_str(), nullptr, hex ? 16 : 10));
    return;
  }
  for (const auto& [name, c] : kEntities) {
    if (entity == name) out += c;
  }
}

std::string Resolve(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto amp = text.find('&');
    out += text.substr(0, amp);
    if (amp == std::string_view::npos) break;
    const auto end = text.find(';', amp);
    if (end == std::string_view::npos) break;
    AppendEntity(out, text.substr(amp + 1, end - amp - 1));
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace

std::vector<std::string_view> XmlElements(std::string_view xml, std::string_view name) {
  std::vector<std::string_view> found;
  const std::string open = "<" + std::string(name);
  const std::string close = "</" + std::string(name) + ">";
  for (std::size_t at = xml.find(open); at != std::string_view::npos; at = xml.find(open, at)) {
    const std::size_t after = at + open.size();
    if (after >= xml.size()) break;
    if (xml[after] != '>' && xml[after] != ' ') {
      at = after;
      continue;
    }
    const std::size_t start = xml.find('>', after);
    const std::size_t end = start == std::string_view::npos ? start : xml.find(close, start);
    if (end == std::string_view::npos) break;
    found.push_back(xml.substr(start + 1, end - start - 1));
    at = end + close.size();
  }
  return found;
}

std::string XmlText(std::string_view xml, std::string_view name) {
  const auto found = XmlElements(xml, name);
  return found.empty() ? std::string() : Resolve(found.front());
}

std::string XmlEscape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    bool escaped = false;
    for (const auto& [name, plain] : kEntities) {
      if (c != plain) continue;
      out += "&" + std::string(name) + ";";
      escaped = true;
    }
    if (!escaped) out += c;
  }
  return out;
}

}  // namespace weir::storage
