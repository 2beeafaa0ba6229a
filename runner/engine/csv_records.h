#pragma once

#include <duckdb.hpp>
#include <string>
#include <vector>

namespace weir::engine {

// One record of a delimited text, which may span lines inside quotes (RFC 4180).
struct CsvRecord {
  std::int64_t offset = 0;  // bytes from the start of the (uncompressed) text
  std::int64_t line = 1;    // of its first character, from 1
  std::string text;         // without the line break, at most 16 KiB
};

// What DuckDB makes of a line without characters: nothing, or a row where there is one column only.
enum class EmptyLines { Skipped, Rows };

// Splits a text into records only to say where a row stands; DuckDB does the parsing. Reads front to back in bounded
// memory. Throws what the file throws.
class CsvRecords {
 public:
  CsvRecords(duckdb::FileHandle& file, char delimiter, EmptyLines empty) : file_(file), delimiter_(delimiter), empty_(empty) {}

  // False at the end.
  bool Next(CsvRecord& record);

 private:
  bool Refill();
  void Keep(CsvRecord& record, char c) const;

  duckdb::FileHandle& file_;
  char delimiter_;
  EmptyLines empty_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::int64_t offset_ = 0;
  std::int64_t line_ = 1;
};

// The values of one record, unquoted.
std::vector<std::string> CsvValues(const std::string& text, char delimiter);

// The names by which declarations find the columns of a header, each once: as the header says; the second of one name
// gets "_2" and so on, a column without a name is "column_<place from 1>".
std::vector<std::string> DistinctNames(const std::vector<std::string>& header);

}  // namespace weir::engine
