#pragma once

#include <string>
#include <vector>

#include "runner/formats/csv/csv_header.h"

namespace weir::formats {

// How the first part of a delimited text is laid out.
struct CsvLayout {
  CsvDialect dialect;
  std::size_t columns = 1;
  double agreeing = 1;  // share of the records that have this many values
  HeaderFound header = HeaderFound::Yes;
  std::int64_t line = 1;             // of the header, or of the first row
  std::vector<std::string> written;  // values of that line
  std::vector<std::string> titles;   // the same as declarations name them (TitleOf)
  bool declared = false;             // the file's first line, such as sep=;, declares the delimiter
};

// Judges a sample of whole lines: the delimiter by which most records have the same number of values (or that a first line
// such as sep=; declares), comments and other lines before the table, and whether the first line names columns or is data.
// A first line with empty values names columns where it is over values.
CsvLayout JudgeLayout(const std::string& sample);

}  // namespace weir::formats
