#pragma once

#include <string>
#include <string_view>

#include "runner/formats/csv/csv_layout.h"

namespace weir::formats {

// The name of a file without what archives and the rotation of logs append to it: app.csv of app.csv.gz, app.csv.1, app.csv.2.gz and
// app.csv-20240131. Pure.
std::string_view NameOfContent(std::string_view name);

// What a file is by its first bytes when it is no text, for people: "a zip archive ...". Empty where that does not show. Pure.
std::string OtherBinary(std::string_view sample);

// What a file is by its first bytes when it is no delimited text, for people: "a zip archive ...". Empty where that does not
// show. Pure.
std::string OtherFormat(std::string_view sample);

// Why a text without control characters is no table, for people: prose, a log, source code, markup. Empty where it may be one.
// Values of one column are taken for data in a file with the ending of a table, and in a .txt or .lst where they are short. Pure.
std::string NoTableBecause(std::string_view sample, const CsvLayout& layout, std::string_view name);

// Whether most lines have five words or more: one column of them is a doubt that people should see.
bool HasWordyLines(std::string_view sample);

}  // namespace weir::formats
