#include "cli/screen/text_table.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace weir::cli {
namespace {

constexpr std::size_t kGap = 3, kNarrowGap = 1;
constexpr std::size_t kLeastText = 12;  // columns that are left of a text that is cut

using Row = std::vector<std::string>;
using Sizes = std::vector<std::size_t>;

bool IsRight(const TextTable& table, std::size_t column) { return column < table.right.size() && table.right[column]; }

TextTable Shown(const TextTable& table) {
  TextTable shown = table;
  for (std::string& title : shown.header) title = OneLine(title);
  for (Row& row : shown.rows)
    for (std::string& cell : row) cell = OneLine(cell);
  return shown;
}

Sizes WidthsOf(const TextTable& table) {
  Sizes widths(table.header.size());
  for (std::size_t i = 0; i < widths.size(); ++i) {
    widths[i] = Width(table.header[i]);
    for (const Row& row : table.rows)
      if (i < row.size()) widths[i] = std::max(widths[i], Width(row[i]));
  }
  return widths;
}

std::size_t Total(const Sizes& widths, std::size_t gap) {
  return std::accumulate(widths.begin(), widths.end(), gap * (widths.empty() ? 0 : widths.size() - 1));
}

// Takes from the widest text, one column at a time. False where the texts are as short as they may be.
bool Shrink(const TextTable& table, std::size_t width, Sizes& widths) {
  while (Total(widths, kNarrowGap) > width) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (!IsRight(table, i) && widths[i] > std::max(kLeastText, Width(table.header[i])) && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
    if (widest == widths.size()) return false;
    --widths[widest];
  }
  return true;
}

// What tells names apart is at their ends as a rule: the number of a run, the version of a view.
std::string Fitted(const std::string& text, std::size_t width, bool by_end) {
  if (Width(text) <= width) return text;
  if (!by_end) return Clip(text, width - 3) + "...";
  const std::string left_out = Clip(text, Width(text) - (width - 3));
  return "..." + text.substr(left_out.size());
}

void PrintRow(std::ostream& out, const TextTable& table, const Row& row, const Sizes& widths, std::size_t gap) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string cell = Fitted(row[i], widths[i], i < table.byEnd.size() && table.byEnd[i]);
    const std::string fill(widths[i] - Width(cell), ' ');
    line += IsRight(table, i) ? fill + cell : cell + fill;
    if (i + 1 < row.size()) line += std::string(gap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << "\n";
}

void PrintCells(std::ostream& out, const TextTable& table) {
  std::size_t title = 0;
  for (const std::string& one : table.header) title = std::max(title, Width(one));
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    if (r > 0) out << "\n";
    for (std::size_t i = 0; i < table.rows[r].size(); ++i)
      if (!table.rows[r][i].empty()) out << table.header[i] << std::string(title - Width(table.header[i]) + 2, ' ') << table.rows[r][i] << "\n";
  }
}

}  // namespace

void Print(const Terminal& terminal, const TextTable& table) {
  const TextTable shown = Shown(table);
  Sizes widths = WidthsOf(shown);
  std::size_t gap = kGap;
  const auto width = static_cast<std::size_t>(std::max(terminal.width, 1));
  if (terminal.outKind == Terminal::Kind::Tty && Total(widths, kGap) > width) {
    gap = kNarrowGap;
    if (!Shrink(shown, width, widths)) return PrintCells(terminal.out, shown);
  }
  PrintRow(terminal.out, shown, shown.header, widths, gap);
  for (const Row& row : shown.rows) PrintRow(terminal.out, shown, row, widths, gap);
}

std::string AsUrl(const std::string& location) {
  constexpr std::string_view kPlain = "-._~/:@!$&'()*+,;=", kHex = "0123456789ABCDEF";
  if (!location.starts_with("file://")) return location;
  std::string url;
  for (const char c : location) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && (std::isalnum(byte) != 0 || kPlain.find(c) != std::string_view::npos))
      url += c;
    else
      url.append(1, '%').append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
  }
  return url;
}

std::string SharedFolder(const std::vector<std::string>& paths) {
  if (paths.size() < 2) return "";
  std::string common = paths.front();
  for (const std::string& path : paths) {
    const auto [end, other] = std::mismatch(common.begin(), common.end(), path.begin(), path.end());
    common.erase(end, common.end());
  }
  return common.substr(0, common.rfind('/') + 1);
}

}  // namespace weir::cli
