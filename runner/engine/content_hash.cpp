#include "runner/engine/content_hash.h"

#include <cstdio>
#include <cstdlib>

#include "runner/engine/engine.h"

namespace weir::engine {
namespace {

ContentHash FromText(const std::string& text) {
  if (text.size() != 32 || text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return {};
  return {std::strtoull(text.substr(0, 16).c_str(), nullptr, 16), std::strtoull(text.substr(16).c_str(), nullptr, 16)};
}

}  // namespace

void ContentHash::Add(const ContentHash& rows) {
  high += rows.high;
  Add(rows.low);
}

std::string ContentHash::Text() const {
  char buffer[33];
  std::snprintf(buffer, sizeof buffer, "%016llx%016llx", static_cast<unsigned long long>(high), static_cast<unsigned long long>(low));
  return buffer;
}

std::string AddContentHash(const std::string& a, const std::string& b) {
  ContentHash sum = FromText(a);
  sum.Add(FromText(b));
  return sum.Text();
}

std::string EmptyContentHash() { return ContentHash().Text(); }

}  // namespace weir::engine
