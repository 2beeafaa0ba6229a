#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::formats {

// Records of delimited text as RFC 4180 has them, and what happens to text that breaks its rules. A value that begins with
// '"' ends at the next '"' that is not doubled; a quote elsewhere is part of its value. When text follows a closing quote,
// a quote is never closed, or a record over several lines has the wrong number of values, only its first line is a broken
// record: the following lines are read on their own.

// Which line ends a file has. In a file whose first line ends with CR each of LF, CRLF and CR ends a line. Else LF and CRLF
// do; there a CR alone is part of a value, unless only cutting the line there gives the right number of values.
enum class LineEnds { Lf, Cr };

struct CsvDialect {
  char delimiter = ',';
  std::string comment;         // records that start with it are skipped; empty: there are none
  std::int64_t skipLines = 0;  // at the start of the file
};

enum class RecordProblem { None, OpenQuote, TextAfterQuote, TooLong };

inline constexpr std::size_t kLongestRecord = 16 << 20;  // bytes

// One record at the start of a text.
struct RecordSpan {
  std::size_t bytes = 0;  // without line end
  std::size_t next = 0;   // where the next record starts
  RecordProblem problem = RecordProblem::None;
  bool quoted = false;     // has quotes that mean something
  std::size_t column = 0;  // from 0: of the value that has the problem with quotes
};

enum class More { MayCome, IsAll };

// The line at the start of a text, whatever it holds; nothing where its end depends on text that may come.
struct LineSpan {
  std::size_t bytes = 0;  // without line end
  std::size_t next = 0;   // where the next line starts
};
std::optional<LineSpan> FirstLine(std::string_view text, LineEnds ends, More more);

// Nothing where the record's end depends on text that may come. `columns`: how many values a record should have; 0 where
// that is not known. `text` is not empty.
std::optional<RecordSpan> ScanRecord(std::string_view text, char delimiter, LineEnds ends, std::size_t columns, More more);

struct CsvValue {
  std::string_view text;
  bool quoted = false;
  bool rewritten = false;  // had doubled quotes: `text` is in CsvValues and not in the record
};

// The values of one record without problem. The texts are valid while record and CsvValues are, up to the next Split.
class CsvValues {
 public:
  const std::vector<CsvValue>& Split(std::string_view record, char delimiter);
  // The parts of a record that has no quotes, cut at each CR, where each of them has `columns` values; empty otherwise.
  static std::vector<std::string_view> CutAtReturns(std::string_view record, char delimiter, std::size_t columns);

 private:
  CsvValue TakeQuoted(std::string_view record, std::size_t& at);

  std::vector<CsvValue> values_;
  std::deque<std::string> rewritten_;
};

// The names by which declarations find the columns of a header, each once: as the header says; the second of one name
// gets "_2" and so on, a column without a name is "column_<place from 1>".
std::vector<std::string> DistinctNames(const std::vector<std::string>& header);

}  // namespace weir::formats
