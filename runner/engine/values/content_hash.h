#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::engine {

// A sum modulo 2^128 of hashes: neither their order nor how they are spread over parts matters, and the sum of a union of
// disjoint parts is the sum of theirs.
struct HashSum {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  void Add(std::uint64_t hash) {
    low += hash;
    if (low < hash) ++high;
  }
  void Add(const HashSum& part);
  std::string Hex() const;                                      // 32 digits, lower case
  static std::optional<HashSum> FromHex(std::string_view hex);  // 32 digits; absent for any other text
};

// The words of the rule by which a content hash of rows is made (docs/reference/content-hash.md). Another rule gets another
// word, so that hashes of two rules never count as equal or are added up.
inline constexpr std::string_view kContentRule = "v3:";

std::string ContentHashText(const HashSum& rows);

}  // namespace weir::engine
