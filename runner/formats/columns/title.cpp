#include "runner/formats/columns/title.h"

#include <algorithm>

namespace weir::formats {
namespace {

constexpr std::string_view kBreaks = "\t\r\n";
constexpr std::string_view kSpace = " \t\r\n";

}  // namespace

bool BreaksLine(std::string_view written) { return written.find_first_of(kBreaks) != std::string_view::npos; }

std::string TitleOf(std::string_view written) {
  std::string title;
  while (!written.empty()) {
    const std::size_t run = std::min(written.find_first_not_of(kSpace), written.size());
    title += BreaksLine(written.substr(0, run)) ? " " : written.substr(0, run);
    written.remove_prefix(run);
    const std::size_t word = std::min(written.find_first_of(kSpace), written.size());
    title += written.substr(0, word);
    written.remove_prefix(word);
  }
  return title;
}

std::vector<std::string> TitlesOf(const std::vector<std::string>& written) {
  std::vector<std::string> titles;
  for (const std::string& one : written) titles.push_back(TitleOf(one));
  return titles;
}

}  // namespace weir::formats
