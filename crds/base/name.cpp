#include "crds/base/name.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace weir {

std::string TableName(std::string_view object_name) {
  std::string name(object_name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string ObjectName(std::string_view table_name) {
  std::string name(table_name);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string Dashed(const std::vector<std::string>& parts) {
  std::string name;
  for (const std::string& part : parts) name += (name.empty() ? "" : "-") + part;
  return name;
}

std::string HashedName(const std::vector<std::string>& parts, std::size_t limit) {
  std::string exact;  // '-' occurs inside parts, so the hash is taken over an unambiguous form
  for (const std::string& part : parts) exact += part + '\0';
  const std::string hash = StableHashText(exact).substr(0, 10);
  std::string head = Dashed(parts).substr(0, limit - hash.size() - 1);
  while (!head.empty() && head.back() == '-') head.pop_back();
  return head + '-' + hash;
}

std::string DerivedName(const std::vector<std::string>& parts, std::size_t limit) {
  const bool ambiguous = std::any_of(parts.begin() + 1, parts.end(), [](const std::string& part) { return part.find('-') != std::string::npos; });
  std::string name = Dashed(parts);
  return ambiguous || name.size() > limit ? HashedName(parts, limit) : name;
}

std::uint64_t StableHash(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

std::string StableHashText(std::string_view text) {
  char buffer[17];
  std::snprintf(buffer, sizeof buffer, "%016llx", static_cast<unsigned long long>(StableHash(text)));
  return buffer;
}

bool IsDnsLabel(std::string_view text) {
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-'; });
}

}  // namespace weir
