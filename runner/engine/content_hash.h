#pragma once

#include <cstdint>
#include <string>

namespace weir::engine {

// The content of a set of rows: the sum over its rows of DuckDB's 64-bit hash of the row's values in the order of the
// columns (SQL's `hash(a, b, ...)`), modulo 2^128. So neither the order of rows nor their spread over files matters, and
// the hash of a union of disjoint sets is the sum of theirs.
struct ContentHash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  void Add(std::uint64_t row) {
    low += row;
    if (low < row) ++high;
  }
  void Add(const ContentHash& rows);
  std::string Text() const;  // 32 hex digits
};

}  // namespace weir::engine
