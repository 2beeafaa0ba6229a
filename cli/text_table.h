#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "operator/plan/text.h"

namespace weir::cli {

// A table of texts as kubectl prints it: columns three spaces apart, no lines, nothing behind the last column.
struct TextTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> right;  // columns that are figures; absent means left
};

void Print(std::ostream& out, const TextTable& table);

using plan::Grouped;

}  // namespace weir::cli
