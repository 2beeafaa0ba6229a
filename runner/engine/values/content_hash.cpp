#include "runner/engine/values/content_hash.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "runner/engine/engine.h"

namespace weir::engine {
namespace {

constexpr std::size_t kDigits = 16;

std::optional<std::uint64_t> Half(std::string_view hex) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (error != std::errc() || end != hex.data() + hex.size()) return std::nullopt;
  return value;
}

}  // namespace

void HashSum::Add(const HashSum& part) {
  high += part.high;
  Add(part.low);
}

std::string HashSum::Hex() const {
  std::array<char, 2 * kDigits + 1> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(high), static_cast<unsigned long long>(low));
  return text.data();
}

std::optional<HashSum> HashSum::FromHex(std::string_view hex) {
  if (hex.size() != 2 * kDigits || hex.front() == '-' || hex[kDigits] == '-') return std::nullopt;
  const auto high = Half(hex.substr(0, kDigits)), low = Half(hex.substr(kDigits));
  if (!high || !low) return std::nullopt;
  return HashSum{*high, *low};
}

std::string ContentHashText(const HashSum& rows) { return std::string(kContentRule).append(rows.Hex()); }

bool IsContentHash(const std::string& text) { return text.starts_with(kContentRule) && HashSum::FromHex(std::string_view(text).substr(kContentRule.size())); }

std::string AddContentHash(const std::string& a, const std::string& b) {
  if (!IsContentHash(a) || !IsContentHash(b)) return "";
  HashSum sum = *HashSum::FromHex(std::string_view(a).substr(kContentRule.size()));
  sum.Add(*HashSum::FromHex(std::string_view(b).substr(kContentRule.size())));
  return ContentHashText(sum);
}

std::string EmptyContentHash() { return ContentHashText({}); }

std::string AddDigest(const std::string& sum, const std::string& sha256) {
  HashSum total = HashSum::FromHex(sum).value_or(HashSum());
  total.Add(HashSum::FromHex(std::string_view(sha256).substr(0, 2 * kDigits)).value_or(HashSum()));
  return total.Hex();
}

}  // namespace weir::engine
