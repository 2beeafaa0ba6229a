#include "cli/text_table.h"

#include <algorithm>

#include "cli/terminal.h"

namespace weir::cli {
namespace {

constexpr std::size_t kGap = 3;

std::vector<std::size_t> Widths(const TextTable& table) {
  std::vector<std::size_t> widths(table.header.size());
  for (std::size_t i = 0; i < widths.size(); ++i) {
    widths[i] = Width(table.header[i]);
    for (const auto& row : table.rows)
      if (i < row.size()) widths[i] = std::max(widths[i], Width(row[i]));
  }
  return widths;
}

void PrintRow(std::ostream& out, const std::vector<std::string>& row, const std::vector<std::size_t>& widths, const std::vector<bool>& right) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string fill(widths[i] - std::min(widths[i], Width(row[i])), ' ');
    line += i < right.size() && right[i] ? fill + row[i] : row[i] + fill;
    if (i + 1 < row.size()) line += std::string(kGap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << "\n";
}

}  // namespace

void Print(std::ostream& out, const TextTable& table) {
  const std::vector<std::size_t> widths = Widths(table);
  PrintRow(out, table.header, widths, table.right);
  for (const auto& row : table.rows) PrintRow(out, row, widths, table.right);
}

}  // namespace weir::cli
