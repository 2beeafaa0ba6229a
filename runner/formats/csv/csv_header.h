#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/formats/csv/csv_record.h"

namespace weir::formats {

// A record of the sample, with texts of its own.
struct SampleRecord {
  std::int64_t line = 0;
  std::vector<std::string> values;
  std::vector<bool> quoted;
  RecordProblem problem = RecordProblem::None;
};

enum class HeaderFound { Yes, Likely, No };

// Whether the record at `first`, which has `columns` values, names the columns of those behind it, or is data like them. A
// name is a text over values of another kind. Where nothing is behind it, numbers and dates make it data. Pure.
HeaderFound JudgeHeader(const std::vector<SampleRecord>& records, std::size_t first, std::size_t columns);

// The place of the first record of the table. Records before it have another number of values or are mostly empty, and are no
// header with empty titles. Pure.
std::size_t FirstOfTable(const std::vector<SampleRecord>& records, std::size_t columns);

// Whether a record is the header once more, as in files that were joined; a byte order mark before it does not count.
bool IsHeaderAgain(const std::vector<CsvValue>& record, const std::vector<std::string>& titles);

}  // namespace weir::formats
