#pragma once

#include "runner/formats/csv/csv_record.h"
#include "runner/formats/encoding/byte_source.h"

namespace weir::formats {

// A piece of a file that holds whole records.
struct CsvBlock {
  std::string text;
  std::int64_t number = 0;    // from 0
  std::int64_t line = 1;      // of its first character
  More more = More::MayCome;  // whether the file goes on behind it
};

// Cuts a delimited text (UTF-8, without byte order mark) into blocks of whole records, so that several threads can read
// their records side by side, each with its true line number. Memory: one block and one record, at most kLongestRecord.
class CsvBlocks {
 public:
  CsvBlocks(ByteSource& source, CsvDialect dialect, std::size_t block_bytes) : source_(source), dialect_(std::move(dialect)), block_bytes_(block_bytes) {}

  // Skips what comes before the table and gives the first record, which names the columns or is data; false where there
  // is none. Without `header` the record is given again with the first block. Call once, before Next.
  Result<bool> Begin(bool header, RecordSpan& span, std::string& record);
  // How many values a record has, for what follows.
  void Expect(std::size_t columns) { columns_ = columns; }

  // False at the end. Each call is one thread's at a time.
  Result<bool> Next(CsvBlock& block);

  LineEnds Ends() const { return ends_; }
  std::int64_t Line() const { return line_; }  // of what comes next
  const CsvDialect& Dialect() const { return dialect_; }

 private:
  Status Fill(std::size_t bytes);
  Status SkipLines();
  Status FindLineEnds();
  Result<bool> SkipToRecord();
  std::size_t WholeRecords() const;
  Status CutLongRecord();
  More Rest() const { return ended_ ? More::IsAll : More::MayCome; }
  void Consume(std::size_t bytes);

  ByteSource& source_;
  const CsvDialect dialect_;
  const std::size_t block_bytes_;
  LineEnds ends_ = LineEnds::Lf;
  std::size_t columns_ = 0;
  std::string text_;  // read, not yet given
  bool ended_ = false;
  std::int64_t line_ = 1;
  std::int64_t next_block_ = 0;
};

// Line ends in a text that ends with one.
std::int64_t CountLines(std::string_view text, LineEnds ends);

// The records of one block, one after the other, without comments and, unless there is one column only, empty lines.
class CsvBlockRecords {
 public:
  CsvBlockRecords(const CsvBlock& block, const CsvDialect& dialect, LineEnds ends, std::size_t columns)
      : rest_(block.text), line_(block.line), dialect_(dialect), ends_(ends), columns_(columns) {}

  struct Record {
    std::string_view text;
    std::int64_t line = 0;
    RecordProblem problem = RecordProblem::None;
    bool quoted = false;
    std::size_t column = 0;  // of the problem
  };
  bool Next(Record& record);

 private:
  std::string_view rest_;
  std::int64_t line_;
  const CsvDialect& dialect_;
  LineEnds ends_;
  std::size_t columns_;
};

}  // namespace weir::formats
