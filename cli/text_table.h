#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace weir::cli {

// A table of texts as kubectl prints it: columns three spaces apart, no lines, nothing behind the last column.
struct TextTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> right;  // columns that are figures; absent means left
};

void Print(std::ostream& out, const TextTable& table);

// 3000000 -> "3,000,000"
std::string Grouped(std::int64_t number);

}  // namespace weir::cli
