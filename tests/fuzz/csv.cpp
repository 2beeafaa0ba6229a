// Delimited text: layout, blocks and records.
#include <algorithm>

#include "runner/formats/csv/csv_blocks.h"
#include "runner/formats/csv/csv_layout.h"
#include "tests/fuzz/invariant.h"

using namespace weir;
using namespace weir::formats;

namespace {

struct Reading {
  std::string bytes;  // of the first record and of all blocks
  std::string first;
  std::vector<std::string> records;
  std::vector<std::int64_t> lines;
};

void ReadRecords(const CsvBlock& block, const CsvBlocks& blocks, std::size_t columns, Reading& reading) {
  CsvBlockRecords records(block, blocks.Dialect(), blocks.Ends(), columns);
  CsvValues values;
  for (CsvBlockRecords::Record record; records.Next(record);) {
    fuzz::Require(reading.lines.empty() || record.line >= reading.lines.back(), "lines ascend");
    reading.records.emplace_back(record.text);
    reading.lines.push_back(record.line);
    if (record.problem != RecordProblem::None) continue;
    std::size_t bytes = 0;
    for (const CsvValue& value : values.Split(record.text, blocks.Dialect().delimiter)) bytes += value.text.size();
    fuzz::Require(bytes <= record.text.size(), "values are not longer than their record");
  }
}

Reading ReadAll(std::string_view text, const CsvDialect& dialect, bool header, std::size_t columns, std::size_t block_bytes) {
  Reading reading;
  PrefixedSource source{std::string(text)};
  CsvBlocks blocks(source, dialect, block_bytes);
  RecordSpan span;
  const auto there = blocks.Begin(header, span, reading.first);
  fuzz::Require(there.ok(), "a text in memory can be read");
  if (!*there) return reading;
  blocks.Expect(columns);
  CsvBlock block;
  std::int64_t number = 0;
  while (true) {
    const auto more = blocks.Next(block);
    fuzz::Require(more.ok(), "a text in memory can be read");
    if (!*more) return reading;
    fuzz::Require(block.number == number++ && !block.text.empty(), "blocks are numbered and hold something");
    reading.bytes += block.text;
    ReadRecords(block, blocks, columns, reading);
  }
}

void CheckBlocks(std::string_view text, const CsvDialect& dialect, std::size_t columns, std::size_t block_bytes) {
  const Reading whole = ReadAll(text, dialect, false, columns, text.size() + 1);
  const Reading pieces = ReadAll(text, dialect, false, columns, block_bytes);
  fuzz::Require(text.ends_with(whole.bytes), "the blocks are the text behind what is skipped, byte for byte");
  fuzz::Require(whole.bytes == pieces.bytes, "blocks of any size are the same bytes");
  fuzz::Require(whole.records == pieces.records && whole.lines == pieces.lines, "blocks of any size have the same records and lines");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string_view text = fuzz::Text(data + 3, size - 3);
  CsvDialect dialect;
  dialect.delimiter = std::string_view(",;\t|")[data[0] % 4];
  dialect.comment = (data[0] & 4) != 0 ? "#" : "";
  dialect.skipLines = (data[0] >> 3) % 3;
  CheckBlocks(text, dialect, data[1] % 8, 1 + data[2]);
  const CsvLayout layout = JudgeLayout(std::string(text));
  fuzz::Require(layout.columns >= 1 && layout.line >= 1 && layout.agreeing >= 0 && layout.agreeing <= 1, "a layout has columns and a line");
  const auto names = DistinctNames(layout.titles);
  fuzz::Require(names.size() == layout.titles.size(), "each title gets a name");
  for (std::size_t i = 0; i < names.size(); ++i)
    fuzz::Require(std::find(names.begin() + static_cast<std::ptrdiff_t>(i) + 1, names.end(), names[i]) == names.end(), "names are distinct");
  return 0;
}
