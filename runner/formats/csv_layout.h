#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/formats/csv_blocks.h"

namespace weir::formats {

// A record of the sample, with texts of its own.
struct SampleRecord {
  std::int64_t line = 0;
  std::vector<std::string> values;
  std::vector<bool> quoted;
  RecordProblem problem = RecordProblem::None;
};

enum class HeaderFound { Yes, Likely, No };

// How the first part of a delimited text is laid out.
struct CsvLayout {
  CsvDialect dialect;
  std::size_t columns = 1;
  double agreeing = 1;  // share of the records that have this many values
  HeaderFound header = HeaderFound::Yes;
  std::int64_t line = 1;            // of the header, or of the first row
  std::vector<std::string> titles;  // values of that line
};

// Judges a sample of whole lines: the delimiter by which most records have the same number of values, comments and other
// lines before the table, and whether the first line names columns or is data.
CsvLayout JudgeLayout(const std::string& sample);

}  // namespace weir::formats
