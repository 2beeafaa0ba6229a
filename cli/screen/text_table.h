#pragma once

#include <string>
#include <vector>

#include "cli/screen/terminal.h"
#include "crds/base/count.h"

namespace weir::cli {

// A table of texts as kubectl prints it: columns three spaces apart, no lines, nothing behind the last column. Texts may
// come from anywhere: each is printed on one line, without control characters.
struct TextTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> right;    // columns that are right-aligned, such as numbers; absent means left
  std::vector<bool> byEnd{};  // columns of which the end stays where they are cut, such as names; absent means the beginning
};

// To a pipe as wide as it is. To a terminal in its width: with smaller gaps, then with long texts cut, and where that does
// not suffice one line for each cell ("ROWS  7") and an empty line between rows.
void Print(const Terminal& terminal, const TextTable& table);

// The longest folder that all of these paths are in, with its slash; empty where there is none, or only one path.
std::string SharedFolder(const std::vector<std::string>& paths);

// A location for people: of file:// what no URL may hold is percent-encoded, so that it can be given to other programs.
std::string AsUrl(const std::string& location);

}  // namespace weir::cli
