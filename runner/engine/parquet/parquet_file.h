#pragma once

#include <duckdb.hpp>
#include <memory>
#include <string>
#include <vector>

#include "runner/engine/session.h"
#include "runner/formats/parquet/parquet_pages.h"

namespace weir::engine {

// A column of a Parquet file, as SQL reads it.
struct ParquetFileColumn {
  std::string name;          // in the file
  std::string source;        // SQL over the scan: NULL where the file has NULL, else a value of `type`
  duckdb::LogicalType type;  // BLOB for texts, whose bytes need not be UTF-8; TIMESTAMP_NS for nanoseconds, which come as BIGINT
  // Functions of such a value, around it: "f(" and ", 'x')". The text that is read by the grammar of values, NULL where it is
  // not UTF-8; absent for what the engine reads as a value of its own. And what a message shows.
  std::string text[2];
  std::string shown[2];
  bool instant = false;                            // a text that is an instant to the nanosecond
  bool bytes = false;                              // not said to be text; may be declared as text all the same
  std::string json;                                // SQL over the scan: the value as JSON, for people
  std::vector<formats::ParquetChunk> chunks = {};  // its pages
  std::string problem[2] = {};  // around a text: why a table cannot hold it; around a nested value: why it is no exact JSON; absent for others

  std::string DeclarableAs() const;  // the declared type that holds its values best

  bool IsText() const { return !text[1].empty(); }
  std::string TextOf(const std::string& value) const { return text[0] + value + text[1]; }
  // Why the value is no text that a VARCHAR may hold, where it is not one.
  std::string ProblemOf(const std::string& value) const { return problem[1].empty() ? "'is not UTF-8'" : problem[0] + value + problem[1]; }
  std::string ShownOf(const std::string& value) const { return shown[0] + value + shown[1]; }
};

// A Parquet file under its neutral footer (formats/parquet/parquet_footer.h): none of its columns meets one of the engine's, and no
// value of it makes the engine refuse the file.
struct ParquetFile {
  std::string name;  // for the engine
  std::vector<ParquetFileColumn> columns;
  std::shared_ptr<ObjectFileSystem> registered;  // holds the footer for the engine as long as a copy of this lives

  std::string Scan(const std::string& options = "") const;
};

// Reads the footer only. `name` is that of a registered input, `path` for people. Fault::Data, "FileUnreadable", when it is no
// Parquet file that can be read; faults of the store as they came.
Result<ParquetFile> OpenParquet(Session& session, const std::string& name, const std::string& path);

// What the engine said of a scan, as an error of the file: unless the store or a limit is at fault, the file is unreadable.
Error UnreadableParquet(const Session& session, const Error& error, const std::string& path);

}  // namespace weir::engine
