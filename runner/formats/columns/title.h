#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::formats {

// The title of a column as a declaration names it: each run of white space with a line break or tab in it is one blank, so that
// "Amount\n(EUR)" is the sourceName "Amount (EUR)". Other text is as it is. Titles of CSV, keys of JSON and names of Parquet columns
// are matched in this form and no other. Pure.
std::string TitleOf(std::string_view written);
std::vector<std::string> TitlesOf(const std::vector<std::string>& written);

// Whether TitleOf changes the text.
bool BreaksLine(std::string_view written);

}  // namespace weir::formats
